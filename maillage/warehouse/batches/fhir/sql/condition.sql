-- name: resources
SELECT
    resource.*,
    part_of(
        resourceType, 'Condition',
        CASE
            WHEN key IS NULL THEN 'no-id'
            WHEN verified IN ('entered-in-error', 'refuted') THEN verified
            WHEN patient IS NULL THEN 'no-patient'
            WHEN started IS NULL THEN 'no-date'
            WHEN coded IS NULL THEN 'no-code'
        END,
        'condition_occurrence'
    ) AS part,
    coalesce(known_person.person_id, {patient_key}) AS person_id,
    {visit_key} AS visit_id
FROM (
    SELECT
        *, key_of(id, fullUrl) AS key,
        target_of(subject.reference, 'Patient') AS patient,
        target_of(encounter.reference, 'Encounter') AS visit,
        verificationStatus.coding[1].code AS verified,
        category[1].coding[1].code AS kind,
        coalesce(onsetDateTime, onsetPeriod."start", recordedDate) AS onset,
        first_day(coalesce(onsetDateTime, onsetPeriod."start", recordedDate)) AS started,
        coalesce(abatementDateTime, abatementPeriod."end", onsetPeriod."end") AS ended,
        code_of(code, ['CIM10', 'ICD10', 'SNOMED', 'ICD10CM']) AS coded
    FROM {source}
) AS resource
LEFT JOIN known_person ON known_person.id = resource.patient;

-- name: condition
SELECT
    part,
    {row_key} AS condition_occurrence_id,
    person_id,
    {visit_columns},
    started AS condition_start_date,
    clock(onset) AS condition_start_datetime,
    last_day_of(ended) AS condition_end_date,
    clock(ended) AS condition_end_datetime,
    CASE WHEN kind = 'problem-list-item' THEN 32840 ELSE 32817 END AS condition_type_concept_id,
    CASE
        WHEN verified IN ('unconfirmed', 'provisional', 'differential') THEN 32899
        ELSE 0
    END AS condition_status_concept_id,
    verified AS condition_status_source_value,
    coded.vocabulary AS source_vocabulary_id,
    coded.code AS source_code
FROM resources
{visit_join};
