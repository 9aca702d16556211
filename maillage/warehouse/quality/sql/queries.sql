-- Read as DuckDB's SQL, then written for each engine: nothing here but what the three of them mean alike.

-- name: lives
-- What a date of a person is compared with. A birth without month or day is taken at its earliest.
SELECT
    -- Under a name of its own, or Spark takes it for the column of the table that it is joined to.
    p.person_id AS person_id,
    p.year_of_birth * 10000 + coalesce(p.month_of_birth, 1) * 100 + coalesce(p.day_of_birth, 1) AS born,
    max(d.death_date) AS died
FROM person AS p
LEFT JOIN death AS d ON d.person_id = p.person_id
GROUP BY p.person_id, p.year_of_birth, p.month_of_birth, p.day_of_birth;

-- name: of_persons
SELECT count(*), {figures}
FROM person AS t
LEFT JOIN location AS home ON home.location_id = t.location_id
LEFT JOIN quality_lives AS life ON life.person_id = t.person_id;

-- name: by_person_and_year
-- One row for each person and year: what every figure of the table's lines is made of. Rows of persons who
-- are not in the table person are told apart, among what cannot be: here a share would pass the whole.
SELECT t.person_id, {year} AS year_of, {figures}
FROM {table} AS t
JOIN quality_lives AS life ON life.person_id = t.person_id
GROUP BY t.person_id, {year};

-- name: line_by_year
SELECT year_of, {figures}
FROM {rows} AS t
GROUP BY year_of;

-- name: line_total
SELECT {figures}
FROM {rows} AS t;

-- name: concepts
-- The concepts of each line: those of its codes, and what descends from them.
SELECT DISTINCT a.descendant_concept_id AS concept_id, code.line
FROM concept AS c
JOIN ({codes}) AS code ON code.code = c.concept_code
JOIN concept_ancestor AS a ON a.ancestor_concept_id = c.concept_id
WHERE c.vocabulary_id = 'LOINC'
UNION
SELECT c.concept_id, code.line
FROM concept AS c
JOIN ({codes}) AS code ON code.code = c.concept_code
WHERE c.vocabulary_id = 'LOINC';

-- name: known_lines
SELECT DISTINCT line FROM quality_concepts;

-- name: bounds
SELECT c.concept_id AS unit_concept_id, bound.line, bound.low, bound.high
FROM concept AS c
JOIN ({bounds}) AS bound ON bound.unit = c.concept_code
WHERE c.vocabulary_id = 'UCUM';

-- name: measured
-- Coded lines, wherever the hospital put them: a smoking status may be a measurement or an observation.
SELECT
    t.person_id,
    {year} AS year_of,
    c.line,
    coalesce(t.unit_concept_id, 0) AS unit_concept_id,
    count(*) AS rows_of,
    count(CASE WHEN bound.line IS NOT NULL THEN t.value_as_number END) AS judged,
    count(CASE WHEN t.value_as_number < bound.low OR t.value_as_number > bound.high THEN 1 END) AS odd
FROM (
    SELECT person_id, measurement_concept_id AS concept_id, measurement_date AS date_of, value_as_number, unit_concept_id
    FROM measurement
    UNION ALL
    SELECT person_id, observation_concept_id, observation_date, value_as_number, unit_concept_id
    FROM observation
) AS t
JOIN quality_lives AS life ON life.person_id = t.person_id
JOIN quality_concepts AS c ON c.concept_id = t.concept_id
LEFT JOIN quality_bounds AS bound ON bound.line = c.line AND bound.unit_concept_id = t.unit_concept_id
GROUP BY t.person_id, {year}, c.line, coalesce(t.unit_concept_id, 0);

-- name: measured_by_year
SELECT line, year_of, sum(rows_of), count(DISTINCT person_id)
FROM quality_measured
GROUP BY line, year_of;

-- name: measured_total
SELECT line, sum(rows_of), count(DISTINCT person_id)
FROM quality_measured
GROUP BY line;

-- name: measured_by_unit
SELECT
    m.line,
    max(c.concept_code),
    sum(m.rows_of),
    count(DISTINCT m.person_id),
    sum(m.judged),
    sum(m.odd),
    count(DISTINCT CASE WHEN m.odd > 0 THEN m.person_id END)
FROM quality_measured AS m
LEFT JOIN concept AS c ON c.concept_id = m.unit_concept_id AND c.concept_id <> 0
GROUP BY m.line, m.unit_concept_id;

-- name: checks
SELECT count(*), {figures}
FROM {table} AS t
LEFT JOIN quality_lives AS life ON life.person_id = t.person_id;

-- name: unmapped
-- Rows whose code has no concept, by the code that the source gave.
SELECT t.{source} AS code, count(*) AS rows_of, count(DISTINCT t.person_id) AS persons
FROM {table} AS t
WHERE coalesce(t.{concept}, 0) = 0
GROUP BY t.{source};

-- name: distinct_codes
SELECT count(code) FROM quality_unmapped;

-- name: unmapped_codes
SELECT code, rows_of, persons
FROM quality_unmapped
WHERE code IS NOT NULL AND persons >= {floor}
ORDER BY rows_of DESC, code
LIMIT {most};
