-- name: resources
SELECT
    resource.*,
    part_of(
        resourceType, 'Encounter',
        CASE
            WHEN resource.key IS NULL THEN 'no-id'
            WHEN status IN ('entered-in-error', 'cancelled', 'planned') THEN status
            WHEN patient IS NULL THEN 'no-patient'
            WHEN first_day(period."start") IS NULL THEN 'no-date'
        END,
        CASE WHEN parent IS NULL THEN 'visit_occurrence' ELSE 'visit_detail' END
    ) AS part,
    coalesce(known_person.person_id, {patient_key}) AS person_id,
    {visit_key} AS visit_id,
    CASE
        WHEN class.code IN ('IMP', 'ACUTE', 'NONAC', 'SS')
            THEN CASE WHEN list_contains([one.class.code FOR one IN classHistory], 'EMER') THEN 262 ELSE 9201 END
        WHEN class.code IN ('AMB', 'FLD') THEN 9202
        WHEN class.code = 'EMER' THEN 9203
        WHEN class.code = 'HH' THEN 581476
        WHEN class.code = 'VR' THEN 5083
        ELSE 0
    END AS visit_concept_id
FROM (
    SELECT
        *, key_of(id, fullUrl) AS key,
        target_of(subject.reference, 'Patient') AS patient,
        target_of(partOf.reference, 'Encounter') AS parent
    FROM {source}
) AS resource
LEFT JOIN known_person ON known_person.id = resource.patient;

-- name: visit
-- As stays: encounters inside others get the names of visit_detail with their own file (see mappings.py).
SELECT
    part,
    person_id,
    visit_id AS visit_occurrence_id,
    CASE WHEN parent IS NOT NULL THEN {parent_key} END AS parent_id,
    visit_concept_id,
    first_day(period."start") AS visit_start_date,
    clock(period."start") AS visit_start_datetime,
    last_day_of(period."end") AS visit_end_date,
    clock(period."end") AS visit_end_datetime,
    32827 AS visit_type_concept_id,
    class.code AS visit_source_value,
    hospitalization.admitSource.coding[1].code AS admitted_from_source_value,
    hospitalization.dischargeDisposition.coding[1].code AS discharged_to_source_value
FROM resources;

-- name: list_nested
INSERT INTO nested_visit
SELECT visit_detail_id, parent_visit_detail_id
FROM read_parquet({files}, union_by_name = true, hive_partitioning = false);

-- name: climb
-- One step up for those whose parent is itself nested; an encounter that contains itself stays where it is.
UPDATE nested_visit SET visit_occurrence_id = above.visit_occurrence_id
FROM nested_visit AS above
WHERE nested_visit.visit_occurrence_id = above.visit_detail_id
    AND nested_visit.visit_occurrence_id <> above.visit_occurrence_id;

-- name: root
-- The details again, under the stay at the top; a parent that is a stay is no parent detail.
COPY (
    SELECT
        detail.* EXCLUDE (parent_visit_detail_id),
        nested.visit_occurrence_id,
        CASE WHEN above.visit_detail_id IS NOT NULL THEN detail.parent_visit_detail_id END AS parent_visit_detail_id
    FROM read_parquet({files}, union_by_name = true, hive_partitioning = false) AS detail
    JOIN nested_visit AS nested USING (visit_detail_id)
    LEFT JOIN nested_visit AS above ON above.visit_detail_id = detail.parent_visit_detail_id
) TO {target} ({form});
