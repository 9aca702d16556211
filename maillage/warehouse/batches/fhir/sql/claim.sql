-- name: resources
SELECT
    resource.*,
    part_of(
        resourceType, 'Claim',
        CASE
            WHEN key IS NULL THEN 'no-id'
            WHEN status IN ('entered-in-error', 'cancelled', 'draft') THEN status
            WHEN "use" <> 'claim' THEN 'no-claim'
            WHEN person IS NULL THEN 'no-patient'
            WHEN first_day(started) IS NULL THEN 'no-date'
        END,
        'claim'
    ) AS part,
    coalesce(known_person.person_id, {patient_key}) AS person_id,
    CASE WHEN visit IS NULL THEN {row_key} ELSE {visit_key} END AS visit_id
FROM (
    SELECT
        * RENAME (patient AS of_patient),
        key_of(id, fullUrl) AS key,
        target_of(patient.reference, 'Patient') AS person,
        target_of(item[1].encounter[1].reference, 'Encounter') AS visit,
        coalesce(billablePeriod."start", created) AS started,
        billablePeriod."end" AS ended
    FROM {source}
) AS resource
LEFT JOIN known_person ON known_person.id = resource.person;

-- name: claim
SELECT part, true AS more, {row_key} AS claim_id FROM resources;

-- name: stay
-- A claim that names no encounter is itself the trace of a stay.
SELECT
    'visit_occurrence' AS part,
    person_id,
    visit_id AS visit_occurrence_id,
    9201 AS visit_concept_id,
    first_day(started) AS visit_start_date,
    clock(started) AS visit_start_datetime,
    last_day_of(ended) AS visit_end_date,
    clock(ended) AS visit_end_datetime,
    32810 AS visit_type_concept_id,
    type.coding[1].code AS visit_source_value,
    [one.valueString FOR one IN supportingInfo IF one.code.coding[1].code = '0'][1] AS admitted_from_source_value,
    [one.valueString FOR one IN supportingInfo IF one.code.coding[1].code = '1'][1] AS discharged_to_source_value
FROM resources
WHERE part = 'claim' AND visit IS NULL AND billablePeriod."start" IS NOT NULL;

-- name: diagnosis
SELECT
    CASE WHEN coded IS NULL THEN 'left.no-code' ELSE 'condition_occurrence' END AS part,
    {line_key} AS condition_occurrence_id,
    person_id,
    {visit_columns},
    first_day(started) AS condition_start_date,
    last_day_of(ended) AS condition_end_date,
    32810 AS condition_type_concept_id,
    CASE rank WHEN 'DP' THEN 32902 WHEN 'DA' THEN 32908 ELSE 0 END AS condition_status_concept_id,
    rank AS condition_status_source_value,
    coded.vocabulary AS source_vocabulary_id,
    coded.code AS source_code
FROM (
    SELECT
        *, code_of(line.diagnosisCodeableConcept, ['CIM10', 'ICD10', 'SNOMED', 'ICD10CM']) AS coded,
        line.type[1].coding[1].code AS rank
    FROM (
        SELECT *, 'diagnosis' AS list, unnest(diagnosis) AS line, generate_subscripts(diagnosis, 1) AS place
        FROM resources
        WHERE part = 'claim'
    ) AS lines
    WHERE line.diagnosisReference IS NULL
) AS lines
{visit_join};

-- name: act
SELECT
    CASE WHEN coded IS NULL THEN 'left.no-code' ELSE 'procedure_occurrence' END AS part,
    {line_key} AS procedure_occurrence_id,
    person_id,
    {visit_columns},
    first_day(coalesce(line.date, started)) AS procedure_date,
    clock(line.date) AS procedure_datetime,
    last_day_of(coalesce(line.date, started)) AS procedure_end_date,
    32810 AS procedure_type_concept_id,
    coded.vocabulary AS source_vocabulary_id,
    coded.code AS source_code
FROM (
    SELECT *, code_of(line.procedureCodeableConcept, ['CCAM', 'SNOMED']) AS coded
    FROM (
        SELECT *, 'procedure' AS list, unnest(procedure) AS line, generate_subscripts(procedure, 1) AS place
        FROM resources
        WHERE part = 'claim'
    ) AS lines
    WHERE line.procedureReference IS NULL
) AS lines
{visit_join};
