-- name: resources
SELECT
    resource.*,
    part_of(
        resourceType, 'Procedure',
        CASE
            WHEN key IS NULL THEN 'no-id'
            WHEN status IN ('entered-in-error', 'not-done', 'preparation') THEN status
            WHEN patient IS NULL THEN 'no-patient'
            WHEN first_day(started) IS NULL THEN 'no-date'
            WHEN coded IS NULL THEN 'no-code'
        END,
        'procedure_occurrence'
    ) AS part,
    coalesce(known_person.person_id, {patient_key}) AS person_id,
    {visit_key} AS visit_id
FROM (
    SELECT
        *, key_of(id, fullUrl) AS key,
        target_of(subject.reference, 'Patient') AS patient,
        target_of(encounter.reference, 'Encounter') AS visit,
        coalesce(performedDateTime, performedPeriod."start") AS started,
        coalesce(performedDateTime, performedPeriod."end") AS ended,
        code_of(code, ['CCAM', 'SNOMED', 'LOINC', 'CPT4']) AS coded
    FROM {source}
) AS resource
LEFT JOIN known_person ON known_person.id = resource.patient;

-- name: procedure
SELECT
    part,
    {row_key} AS procedure_occurrence_id,
    person_id,
    {visit_columns},
    first_day(started) AS procedure_date,
    clock(started) AS procedure_datetime,
    last_day_of(ended) AS procedure_end_date,
    clock(ended) AS procedure_end_datetime,
    32817 AS procedure_type_concept_id,
    coded.vocabulary AS source_vocabulary_id,
    coded.code AS source_code
FROM resources
{visit_join};
