-- name: stay
-- One row a stay: its first and its last unit say where the patient came from and went to. A stay of one day from
-- home to home that did not come through the emergency ward is a day case.
CREATE TABLE stay AS
SELECT
    *,
    coalesce({person_of_patient}, {person_of_stay}) AS person_id,
    CASE
        WHEN session THEN 'SEANCE'
        WHEN entry = leave AND starts_with(entry_mode, '8') AND entry_mode <> '85' AND starts_with(exit_mode, '8')
            THEN 'HDJ'
        ELSE 'HC'
    END AS venue
FROM (
    SELECT
        visit_id, finess, stay, min(entry) AS entry, max(leave) AS leave,
        arg_min(entry_mode, (entry, leave, record)) AS entry_mode,
        arg_max(exit_mode, (leave, entry, record)) AS exit_mode,
        arg_max(unit, (leave, entry, record)) AS unit,
        bool_or(session) AS session, arg_min(patient, record) AS patient
    FROM unit
    GROUP BY visit_id, finess, stay
);

-- name: diagnosis
CREATE TABLE diagnosis AS
SELECT DISTINCT visit_id, detail_id, status, code
FROM (
    SELECT visit_id, detail_id, 'DP' AS status, principal AS code FROM unit
    UNION ALL
    SELECT visit_id, detail_id, 'DR', related FROM unit
    UNION ALL
    SELECT visit_id, detail_id, 'DAS', unnest(associated) FROM unit
)
WHERE code <> '';

-- name: person
-- Of what the stays of a patient say, the latest stands.
SELECT
    stay.person_id,
    CASE arg_max(sex, last) WHEN '1' THEN 8507 WHEN '2' THEN 8532 ELSE 0 END AS gender_concept_id,
    arg_max(birth_year, last) AS year_of_birth,
    month(arg_max(birth, last)) AS month_of_birth,
    day(arg_max(birth, last)) AS day_of_birth,
    CAST(arg_max(birth, last) AS TIMESTAMP) AS birth_datetime,
    0 AS race_concept_id,
    0 AS ethnicity_concept_id,
    arg_max(CASE WHEN residence <> '' THEN {location} END, last) AS location_id,
    any_value(stay.patient) AS person_source_value,
    arg_max(sex, last) AS gender_source_value
FROM (SELECT *, (leave, entry, record) AS last FROM unit) AS unit
JOIN stay ON stay.visit_id = unit.visit_id
GROUP BY stay.person_id

-- name: location
SELECT DISTINCT
    {location} AS location_id,
    CASE WHEN {postal} AND NOT starts_with(residence, '99') THEN residence END AS zip,
    residence AS location_source_value,
    CASE WHEN starts_with(residence, '99') THEN residence ELSE 'FR' END AS country_source_value
FROM unit
WHERE residence <> ''

-- name: care_site
SELECT DISTINCT
    {care_site} AS care_site_id,
    'UM ' || unit AS care_site_name,
    0 AS place_of_service_concept_id,
    concat_ws(' ', finess, unit) AS care_site_source_value
FROM unit
WHERE unit <> ''

-- name: visit_occurrence
SELECT
    visit_id AS visit_occurrence_id,
    person_id,
    CASE venue WHEN 'HC' THEN 9201 ELSE 9202 END AS visit_concept_id,
    entry AS visit_start_date,
    leave AS visit_end_date,
    {type} AS visit_type_concept_id,
    CASE WHEN unit <> '' THEN {care_site} END AS care_site_id,
    venue AS visit_source_value,
    0 AS visit_source_concept_id,
    0 AS admitted_from_concept_id,
    entry_mode AS admitted_from_source_value,
    0 AS discharged_to_concept_id,
    exit_mode AS discharged_to_source_value
FROM stay

-- name: visit_detail
SELECT
    unit.detail_id AS visit_detail_id,
    stay.person_id,
    CASE venue WHEN 'HC' THEN 9201 ELSE 9202 END AS visit_detail_concept_id,
    unit.entry AS visit_detail_start_date,
    unit.leave AS visit_detail_end_date,
    {type} AS visit_detail_type_concept_id,
    CASE WHEN unit.unit <> '' THEN {unit_care_site} END AS care_site_id,
    'UM ' || unit.unit AS visit_detail_source_value,
    0 AS admitted_from_concept_id,
    unit.entry_mode AS admitted_from_source_value,
    0 AS discharged_to_concept_id,
    unit.exit_mode AS discharged_to_source_value,
    lag(unit.detail_id) OVER (
        PARTITION BY unit.visit_id ORDER BY unit.entry, unit.leave, unit.record
    ) AS preceding_visit_detail_id,
    unit.visit_id AS visit_occurrence_id
FROM unit
JOIN stay ON stay.visit_id = unit.visit_id

-- name: condition_occurrence
SELECT
    {condition} AS condition_occurrence_id,
    stay.person_id,
    unit.entry AS condition_start_date,
    unit.leave AS condition_end_date,
    {type} AS condition_type_concept_id,
    CASE status WHEN 'DP' THEN 32902 ELSE 32908 END AS condition_status_concept_id,
    status AS condition_status_source_value,
    unit.visit_id AS visit_occurrence_id,
    unit.detail_id AS visit_detail_id,
    'CIM10' AS source_vocabulary_id,
    code AS source_code
FROM diagnosis
JOIN unit ON unit.detail_id = diagnosis.detail_id
JOIN stay ON stay.visit_id = diagnosis.visit_id

-- name: procedure_occurrence
-- An act written twice alike in one unit was done twice.
SELECT
    {procedure} AS procedure_occurrence_id,
    person_id,
    date AS procedure_date,
    {type} AS procedure_type_concept_id,
    greatest(coalesce(executions, 1), 1) AS quantity,
    visit_id AS visit_occurrence_id,
    detail_id AS visit_detail_id,
    'CCAM' AS source_vocabulary_id,
    code AS source_code,
    concat('activité ', activity, ', phase ', phase, CASE WHEN extension <> '' THEN ', ' || extension END)
        AS modifier_source_value
FROM (
    SELECT
        act.*, stay.person_id,
        row_number() OVER (PARTITION BY detail_id, date, code, extension, phase, activity) AS turn
    FROM act
    JOIN stay ON stay.visit_id = act.visit_id
)

-- name: death
SELECT person_id, min(leave) AS death_date, {type} AS death_type_concept_id
FROM stay
WHERE starts_with(exit_mode, '9')
GROUP BY person_id
