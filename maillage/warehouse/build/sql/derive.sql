-- name: observation_period
-- One period a person, from the first event to the last end of one, for those whose sources give none.
-- A death closes it: what was written down later is no observation of a living person.
INSERT INTO {schema}.observation_period
SELECT
    row_number() OVER (ORDER BY seen.person_id)
        + (SELECT coalesce(max(observation_period_id), 0) FROM main.observation_period),
    seen.person_id,
    seen.first_date,
    greatest(seen.first_date, least(seen.last_date, coalesce(died.death_date, seen.last_date))),
    32880
FROM (
    SELECT person_id, min(start_date) AS first_date, max(end_date) AS last_date
    FROM seen
    WHERE start_date IS NOT NULL
    GROUP BY person_id
) AS seen
JOIN {schema}.person AS person ON person.person_id = seen.person_id
LEFT JOIN (
    SELECT person_id, min(death_date) AS death_date FROM {schema}.death GROUP BY person_id
) AS died ON died.person_id = seen.person_id
ANTI JOIN {schema}.observation_period AS known ON known.person_id = seen.person_id;

-- name: condition_era
-- Occurrences of one condition at most thirty days apart (OHDSI, CDM 5.4 conventions).
INSERT INTO {schema}.condition_era
SELECT
    row_number() OVER (ORDER BY person_id, concept_id, min(start_date))
        + (SELECT coalesce(max(condition_era_id), 0) FROM main.condition_era),
    person_id, concept_id, min(start_date), max(end_date), count(*)
FROM (
    SELECT *, sum(CASE WHEN start_date <= reached + 30 THEN 0 ELSE 1 END) OVER era AS era
    FROM (
        SELECT
            *,
            max(end_date) OVER (
                PARTITION BY person_id, concept_id ORDER BY start_date, end_date
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS reached
        FROM (
            SELECT
                person_id,
                condition_concept_id AS concept_id,
                condition_start_date AS start_date,
                coalesce(condition_end_date, condition_start_date + 1) AS end_date
            FROM {schema}.condition_occurrence
            WHERE condition_concept_id <> 0 AND condition_start_date IS NOT NULL
        ) AS occurrences
    ) AS ordered
    WINDOW era AS (PARTITION BY person_id, concept_id ORDER BY start_date, end_date)
) AS eras
GROUP BY person_id, concept_id, era;

-- name: drug_era
-- Exposures to one ingredient at most thirty days apart; a drug without a known ingredient stands for itself.
INSERT INTO {schema}.drug_era
SELECT
    row_number() OVER (ORDER BY person_id, concept_id, min(start_date))
        + (SELECT coalesce(max(drug_era_id), 0) FROM main.drug_era),
    person_id, concept_id, min(start_date), max(end_date), count(*),
    sum(CASE WHEN start_date <= reached + 30 THEN greatest(start_date - reached, 0) ELSE 0 END)
FROM (
    SELECT *, sum(CASE WHEN start_date <= reached + 30 THEN 0 ELSE 1 END) OVER era AS era
    FROM (
        SELECT
            *,
            max(end_date) OVER (
                PARTITION BY person_id, concept_id ORDER BY start_date, end_date
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS reached
        FROM (
            SELECT
                exposures.person_id,
                coalesce(ingredients.concept_id, exposures.drug_concept_id) AS concept_id,
                exposures.drug_exposure_start_date AS start_date,
                coalesce(
                    exposures.drug_exposure_end_date,
                    exposures.drug_exposure_start_date + CAST(exposures.days_supply AS INTEGER),
                    exposures.drug_exposure_start_date + 1
                ) AS end_date
            FROM {schema}.drug_exposure AS exposures
            LEFT JOIN (
                SELECT above.descendant_concept_id, concept.concept_id
                FROM main.concept_ancestor AS above
                JOIN main.concept AS concept ON concept.concept_id = above.ancestor_concept_id
                WHERE concept.concept_class_id = 'Ingredient' AND concept.standard_concept = 'S'
            ) AS ingredients ON ingredients.descendant_concept_id = exposures.drug_concept_id
            WHERE exposures.drug_concept_id <> 0 AND exposures.drug_exposure_start_date IS NOT NULL
        ) AS occurrences
    ) AS ordered
    WINDOW era AS (PARTITION BY person_id, concept_id ORDER BY start_date, end_date)
) AS eras
GROUP BY person_id, concept_id, era;
