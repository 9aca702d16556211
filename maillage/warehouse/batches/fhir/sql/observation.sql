-- name: resources
SELECT
    resource.*,
    part_of(
        resourceType, 'Observation',
        CASE
            WHEN key IS NULL THEN 'no-id'
            WHEN status IN ('entered-in-error', 'cancelled') THEN status
            WHEN patient IS NULL THEN 'no-patient'
            WHEN day IS NULL THEN 'no-date'
            WHEN coded IS NULL THEN 'no-code'
            WHEN finite(number) IS NULL AND value IS NULL THEN
                CASE WHEN len(component) > 0 THEN 'components' ELSE 'no-value' END
        END,
        target
    ) AS part,
    coalesce(known_person.person_id, {patient_key}) AS person_id,
    {visit_key} AS visit_id
FROM (
    SELECT
        *, key_of(id, fullUrl) AS key,
        target_of(subject.reference, 'Patient') AS patient,
        target_of(encounter.reference, 'Encounter') AS visit,
        coalesce(effectiveDateTime, effectivePeriod."start", effectiveInstant, issued) AS started,
        first_day(started) AS day,
        category[1].coding[1].code AS kind,
        CASE
            WHEN kind IN ('laboratory', 'vital-signs') THEN 'measurement'
            WHEN kind IN ('social-history', 'activity', 'survey') THEN 'observation'
            WHEN valueQuantity IS NOT NULL THEN 'measurement'
            ELSE 'observation'
        END AS target,
        code_of(code, ['LOINC', 'SNOMED']) AS coded,
        told_number(coalesce(valueQuantity.value, valueInteger)) AS number,
        {value} AS value,
        coalesce(valueQuantity.code, valueQuantity.unit) AS unit,
        valueQuantity.comparator AS comparator,
        told_number(referenceRange[1].low.value) AS low,
        told_number(referenceRange[1].high.value) AS high
    FROM {source}
) AS resource
LEFT JOIN known_person ON known_person.id = resource.patient;

-- name: observation
-- As rows of measurement: those of observation get its names with their own file (see mappings.py).
SELECT
    part,
    len(component) > 0 AS more,
    {row_key} AS measurement_id,
    {result_columns}
FROM resources
{visit_join};

-- name: component
SELECT
    coalesce('left.' || reason, target) AS part,
    {line_key} AS measurement_id,
    {result_columns}
FROM (
    SELECT
        * REPLACE (target AS part),
        CASE WHEN coded IS NULL THEN 'no-code' WHEN finite(number) IS NULL AND value IS NULL THEN 'no-value' END AS reason
    FROM (
        SELECT
            * REPLACE (
                code_of(line.code, ['LOINC', 'SNOMED']) AS coded,
                told_number(coalesce(line.valueQuantity.value, line.valueInteger)) AS number,
                {component_value} AS value,
                coalesce(line.valueQuantity.code, line.valueQuantity.unit) AS unit,
                line.valueQuantity.comparator AS comparator,
                told_number(line.referenceRange[1].low.value) AS low,
                told_number(line.referenceRange[1].high.value) AS high
            )
        FROM (
            SELECT *, 'component' AS list, unnest(component) AS line, generate_subscripts(component, 1) AS place
            FROM resources
            WHERE part IN ('measurement', 'observation', 'left.components') AND len(component) > 0
        ) AS lines
    ) AS lines
) AS lines
{visit_join};

-- name: value
CASE
            WHEN {of}valueCodeableConcept IS NOT NULL THEN code_of({of}valueCodeableConcept, ['SNOMED', 'LOINC'])
            WHEN coalesce({of}valueString, CAST({of}valueBoolean AS VARCHAR)) IS NOT NULL THEN
                struct_pack(vocabulary := '', code := coalesce({of}valueString, CAST({of}valueBoolean AS VARCHAR)))
        END

-- name: result_columns
person_id,
    {visit_columns},
    day AS measurement_date,
    clock(started) AS measurement_datetime,
    CASE WHEN kind = 'laboratory' AND part = 'measurement' THEN 32856 ELSE 32817 END AS measurement_type_concept_id,
    CASE comparator
        WHEN '<' THEN 4171756 WHEN '<=' THEN 4171754 WHEN '>=' THEN 4171755 WHEN '>' THEN 4172704
    END AS operator_concept_id,
    finite(number) AS value_as_number,
    finite(low) AS range_low,
    finite(high) AS range_high,
    CASE
        WHEN NOT isfinite(number) THEN 'value'
        WHEN NOT (isfinite(low) AND isfinite(high)) THEN 'referenceRange'
    END AS emptied,
    CASE WHEN value.vocabulary = '' THEN value.code END AS value_as_string,
    value.vocabulary AS value_vocabulary_id,
    value.code AS value_code,
    unit AS unit_code,
    coded.vocabulary AS source_vocabulary_id,
    coded.code AS source_code
