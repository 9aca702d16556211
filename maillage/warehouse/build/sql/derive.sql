-- name: observation_period
-- One period a person, from the first event to the last end of one, for those whose sources give none.
-- A death closes it, and so does the day of the load: an end in 9999 says that a stay goes on. What starts
-- before the birth or after that day is an error of its source and opens nothing; the few persons who have
-- an event before birth are looked at twice, which costs less than each event's birth.
INSERT INTO {schema}.observation_period
WITH past AS (
    SELECT person_id, start_date, end_date FROM seen WHERE start_date <= current_date
),
spans AS (
    SELECT past.person_id, min(start_date) AS first_date, max(end_date) AS last_date
    FROM past
    GROUP BY past.person_id
),
births AS (
    SELECT
        person_id,
        year_of_birth * 10000 + coalesce(month_of_birth, 1) * 100 + coalesce(day_of_birth, 1) AS born
    FROM {schema}.person
),
early AS (
    SELECT spans.person_id, births.born
    FROM spans
    JOIN births ON births.person_id = spans.person_id
    WHERE year(first_date) * 10000 + month(first_date) * 100 + day(first_date) < births.born
),
lived AS (
    SELECT person_id, first_date, last_date
    FROM spans
    ANTI JOIN early ON early.person_id = spans.person_id
    UNION ALL
    SELECT past.person_id, min(start_date), max(end_date)
    FROM past
    JOIN early ON early.person_id = past.person_id
    WHERE year(start_date) * 10000 + month(start_date) * 100 + day(start_date) >= early.born
    GROUP BY past.person_id
),
died AS (
    SELECT person_id, min(death_date) AS death_date FROM {schema}.death GROUP BY person_id
)
SELECT
    row_number() OVER (ORDER BY lived.person_id)
        + (SELECT coalesce(max(observation_period_id), 0) FROM main.observation_period),
    lived.person_id,
    lived.first_date,
    greatest(lived.first_date, least(lived.last_date, died.death_date, current_date)),
    32880
FROM lived
JOIN births ON births.person_id = lived.person_id
LEFT JOIN died ON died.person_id = lived.person_id
ANTI JOIN {schema}.observation_period AS known ON known.person_id = lived.person_id;

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
