-- name: resources
-- One shape for the four resources that say that a drug was ordered, given or taken.
SELECT
    resource.*,
    part_of(
        resourceType, '{resource}',
        CASE
            WHEN key IS NULL THEN 'no-id'
            WHEN status IN ({refused}) THEN status
            WHEN unwanted IS NOT NULL THEN unwanted
            WHEN patient IS NULL THEN 'no-patient'
            WHEN first_day(started) IS NULL THEN 'no-date'
            WHEN codes IS NULL OR codes[1].code IS NULL THEN 'no-code'
        END,
        'drug_exposure'
    ) AS part,
    coalesce(known_person.person_id, {patient_key}) AS person_id,
    {visit_key} AS visit_id
FROM (
    SELECT
        shaped.*,
        coalesce(
            CASE WHEN own IS NOT NULL THEN [own] END,
            CASE WHEN inside IS NOT NULL THEN
                CASE
                    WHEN len(inside.code.coding) > 0 OR len(inside.ingredient) IS NULL
                        THEN [code_of(inside.code, {drugs})]
                    ELSE [code_of(one.itemCodeableConcept, {drugs}) FOR one IN inside.ingredient]
                END
            END,
            medication.codes
        ) AS codes
    FROM (
        SELECT told.*, [one FOR one IN contained IF '#' || one.id = drug.reference][1] AS inside
        FROM (
            SELECT
                resourceType, status, contained, key_of(id, fullUrl) AS key,
                {shape}
            FROM {source}
        ) AS told
    ) AS shaped
    LEFT JOIN medication ON medication.id = target_of(drug.reference, 'Medication')
) AS resource
LEFT JOIN known_person ON known_person.id = resource.patient;

-- name: drug
SELECT
    part,
    len(codes) > 1 AS more,
    {row_key} AS drug_exposure_id,
    {drug_columns}
FROM resources
{visit_join};

-- name: other_ingredients
SELECT
    'drug_exposure' AS part,
    {line_key} AS drug_exposure_id,
    {drug_columns}
FROM (
    SELECT * EXCLUDE (codes), 'codes' AS list, [line] AS codes
    FROM (
        SELECT *, unnest(codes[2:]) AS line, generate_subscripts(codes[2:], 1) AS place
        FROM resources
        WHERE part = 'drug_exposure' AND len(codes) > 1
    ) AS lines
    WHERE line.code IS NOT NULL
) AS lines
{visit_join};

-- name: drug_columns
person_id,
    {visit_columns},
    first_day(started) AS drug_exposure_start_date,
    clock(started) AS drug_exposure_start_datetime,
    coalesce(
        last_day_of(ended), first_day(started) + greatest(whole(days, {most_days}), 1) - 1, last_day_of(started)
    ) AS drug_exposure_end_date,
    clock(ended) AS drug_exposure_end_datetime,
    {drug_type} AS drug_type_concept_id,
    finite(quantity) AS quantity,
    whole(days, {most_days}) AS days_supply,
    sig AS sig,
    whole(refills, {most_whole}) AS refills,
    CASE
        WHEN NOT isfinite(quantity) THEN 'quantity'
        WHEN days NOT BETWEEN 0 AND {most_days} THEN 'expectedSupplyDuration'
        WHEN refills NOT BETWEEN 0 AND {most_whole} THEN 'numberOfRepeatsAllowed'
    END AS emptied,
    lot AS lot_number,
    route AS route_source_value,
    dose_unit AS dose_unit_source_value,
    codes[1].vocabulary AS source_vocabulary_id,
    codes[1].code AS source_code

-- name: MedicationRequest
CASE
                WHEN doNotPerform THEN 'not-to-be-given'
                WHEN intent IN ('proposal', 'plan', 'option') THEN 'no-order'
            END AS unwanted,
            target_of(subject.reference, 'Patient') AS patient,
            target_of(encounter.reference, 'Encounter') AS visit,
            coalesce(dosageInstruction[1].timing.repeat.boundsPeriod."start", authoredOn) AS started,
            dosageInstruction[1].timing.repeat.boundsPeriod."end" AS ended,
            CASE
                WHEN dispenseRequest.expectedSupplyDuration.code = 'd' THEN told_number(dispenseRequest.expectedSupplyDuration.value)
                WHEN dispenseRequest.expectedSupplyDuration.code = 'wk' THEN told_number(dispenseRequest.expectedSupplyDuration.value) * 7
            END AS days,
            told_number(dispenseRequest.quantity.value) AS quantity,
            told_number(dispenseRequest.numberOfRepeatsAllowed) AS refills,
            dosageInstruction[1].text AS sig,
            code_of(dosageInstruction[1].route, ['SNOMED']).code AS route,
            coalesce(dosageInstruction[1].doseAndRate[1].doseQuantity.code, dosageInstruction[1].doseAndRate[1].doseQuantity.unit) AS dose_unit,
            CAST(NULL AS VARCHAR) AS lot,
            code_of(medicationCodeableConcept, {drugs}) AS own,
            medicationReference AS drug

-- name: MedicationAdministration
CAST(NULL AS VARCHAR) AS unwanted,
            target_of(subject.reference, 'Patient') AS patient,
            target_of(context.reference, 'Encounter') AS visit,
            coalesce(effectiveDateTime, effectivePeriod."start") AS started,
            coalesce(effectiveDateTime, effectivePeriod."end") AS ended,
            CAST(NULL AS DOUBLE) AS days,
            told_number(dosage.dose.value) AS quantity,
            CAST(NULL AS DOUBLE) AS refills,
            dosage.text AS sig,
            code_of(dosage.route, ['SNOMED']).code AS route,
            coalesce(dosage.dose.code, dosage.dose.unit) AS dose_unit,
            CAST(NULL AS VARCHAR) AS lot,
            code_of(medicationCodeableConcept, {drugs}) AS own,
            medicationReference AS drug

-- name: MedicationStatement
CAST(NULL AS VARCHAR) AS unwanted,
            target_of(subject.reference, 'Patient') AS patient,
            target_of(context.reference, 'Encounter') AS visit,
            coalesce(effectiveDateTime, effectivePeriod."start", dateAsserted) AS started,
            coalesce(effectiveDateTime, effectivePeriod."end") AS ended,
            CAST(NULL AS DOUBLE) AS days,
            told_number(dosage[1].doseAndRate[1].doseQuantity.value) AS quantity,
            CAST(NULL AS DOUBLE) AS refills,
            dosage[1].text AS sig,
            code_of(dosage[1].route, ['SNOMED']).code AS route,
            coalesce(dosage[1].doseAndRate[1].doseQuantity.code, dosage[1].doseAndRate[1].doseQuantity.unit) AS dose_unit,
            CAST(NULL AS VARCHAR) AS lot,
            code_of(medicationCodeableConcept, {drugs}) AS own,
            medicationReference AS drug

-- name: Immunization
CAST(NULL AS VARCHAR) AS unwanted,
            target_of(patient.reference, 'Patient') AS patient,
            target_of(encounter.reference, 'Encounter') AS visit,
            occurrenceDateTime AS started,
            occurrenceDateTime AS ended,
            CAST(NULL AS DOUBLE) AS days,
            told_number(doseQuantity.value) AS quantity,
            CAST(NULL AS DOUBLE) AS refills,
            CAST(NULL AS VARCHAR) AS sig,
            code_of(route, ['SNOMED']).code AS route,
            coalesce(doseQuantity.code, doseQuantity.unit) AS dose_unit,
            lotNumber AS lot,
            code_of(vaccineCode, {drugs}) AS own,
            CAST(NULL AS STRUCT(reference VARCHAR)) AS drug
