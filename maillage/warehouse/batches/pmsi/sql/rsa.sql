-- name: read
-- The fields of RSA lines, and why a line cannot be used.
CREATE TABLE summary AS
SELECT
    *,
    CASE
        WHEN size < fixed THEN 'short'
        WHEN strange THEN 'encoding'
        WHEN wanted IS NULL OR units = 0 OR nights IS NULL OR least(years, days, sessions) = -1 THEN 'counter'
        WHEN size < wanted THEN 'overflow'
        WHEN size > wanted AND trim(substr(zones, wanted - fixed + 1)) <> '' THEN 'length'
        WHEN NOT regexp_full_match(finess, '[0-9][0-9AB][0-9]{{7}}') THEN 'finess'
        WHEN record = '' THEN 'number'
        WHEN sex NOT IN ('1', '2', '3') THEN 'sex'
        WHEN coalesce(exit_month, 0) NOT BETWEEN 1 AND 12 OR coalesce(exit_year, 0) < 1990 THEN 'date'
        WHEN coalesce(years, 0) > 130 OR (years IS NULL AND days IS NULL) THEN 'order'
        WHEN NOT regexp_full_match(entry_mode || exit_mode, '[0-9A-Z]{{2}}') THEN 'mode'
        WHEN principal = '' THEN 'principal'
        WHEN NOT regexp_full_match(
            concat(
                rpad(principal, {diagnosis}, ' '), CASE WHEN related <> '' THEN rpad(related, {diagnosis}, ' ') END,
                substr(zones, diagnoses_at, {diagnosis} * associated)
            ),
            '([A-Za-z][0-9]{{2}}[0-9A-Za-z+. ]{{3}}| [A-Za-z][0-9]{{2}}[0-9A-Za-z+. ]{{2}})*'
        ) THEN 'diagnosis'
        WHEN NOT regexp_full_match(
            substr(zones, acts_at, {act} * acts),
            '(([0-9]{{3}}|[ -]..)[A-Za-z]{{4}}[0-9]{{3}}..[0-9 ][0-9 ].{{7}}([0-9]{{2}}| [0-9 ]).)*'
        ) THEN 'act'
        WHEN {sum_associated} IS DISTINCT FROM associated OR {sum_acts} IS DISTINCT FROM acts THEN 'sum'
    END AS fault
FROM (
    SELECT
        *,
        units_at + {unit} * units AS diagnoses_at,
        units_at + {unit} * units + {diagnosis} * associated AS acts_at,
        fixed + units_at - 1 + {unit} * units + {diagnosis} * associated + {act} * acts AS wanted
    FROM (SELECT *, {authorisation} * authorisations + {radiotherapy} * radiotherapies + 1 AS units_at FROM ({lines}))
);

-- name: sum
-- A counter of the units of a stay, added up; null when one of them is no number.
list_sum([try_cast(substr(zones, units_at + {unit} * i + {offset}, {length}) AS INTEGER) FOR i IN range(units)])

-- name: lines
-- The lines of one version.
SELECT
    length(text) AS size, {fixed} AS fixed, hash(text) AS mark,
    regexp_matches(text, '[^\x20-\x7E\xA0-\xFF]') AS strange,
    concat_ws('-', exit_year, record) AS stay, CAST(NULL AS VARCHAR) AS admission, * EXCLUDE (text)
FROM (SELECT file, number, text, {fields} FROM line WHERE version = '{version}')

-- name: dated
-- One row a stay, with the dates of its chain; without a chain the middle of the month of exit stands for its day.
CREATE TABLE dated AS
SELECT
    summary.*,
    chain.chain AS patient,
    coalesce(chain.leave, make_date(summary.exit_year, summary.exit_month, 15)) AS leave,
    coalesce(
        chain.entry,
        coalesce(chain.leave, make_date(summary.exit_year, summary.exit_month, 15)) - summary.nights
    ) AS entry,
    chain.birth
FROM summary
LEFT JOIN chain ON chain.finess = summary.finess AND chain.record = summary.record
    AND year(chain.leave) = summary.exit_year AND month(chain.leave) = summary.exit_month
WHERE fault IS NULL
QUALIFY row_number() OVER (
    PARTITION BY summary.finess, summary.stay ORDER BY file DESC, number DESC
) = 1;

-- name: unit
-- One row a stay in a unit: the nights of the units before give its first day.
CREATE TABLE unit AS
SELECT
    {visit} AS visit_id, {detail} AS detail_id, *,
    [
        trim(substr(zones, diagnoses_at + {diagnosis} * (before_associated + i), {diagnosis}))
        FOR i IN range(unit_associated)
    ] AS associated,
    least(came + before_nights, gone) AS entry,
    CASE WHEN rank = units THEN gone ELSE least(came + before_nights + coalesce(unit_nights, 0), gone) END AS leave,
    CASE WHEN rank = 1 THEN came_by ELSE '6' END AS entry_mode,
    CASE WHEN rank = units THEN gone_by ELSE '6' END AS exit_mode
FROM (
    SELECT
        * EXCLUDE (text), unit_unit AS unit, unit_principal AS principal, unit_related AS related,
        CAST(coalesce(sum(unit_associated) OVER before, 0) AS INTEGER) AS before_associated,
        CAST(coalesce(sum(unit_acts) OVER before, 0) AS INTEGER) AS before_acts,
        CAST(coalesce(sum(greatest(unit_nights, 0)) OVER before, 0) AS INTEGER) AS before_nights
    FROM (SELECT *, {fields} FROM ({zones}))
    WINDOW before AS (
        PARTITION BY finess, stay ORDER BY rank ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
);

-- name: zones
SELECT
    finess, stay, admission, lpad(CAST(place + 1 AS VARCHAR), 2, '0') AS record, place + 1 AS rank,
    units, patient, sex, residence, birth,
    coalesce(year(birth), year(entry - coalesce(days, 0)) - coalesce(years, 0)) AS birth_year,
    entry AS came, leave AS gone,
    concat(entry_mode, origin) AS came_by, concat(exit_mode, destination) AS gone_by,
    coalesce(sessions, 0) > 0 OR starts_with(ghm, '28') AS session,
    zones, diagnoses_at, acts_at, 0 AS documentary,
    substr(zones, units_at + {unit} * place, {unit}) AS text
FROM (SELECT *, unnest(range(units)) AS place FROM dated)

-- name: act
-- The delay counts from the first day of the stay.
CREATE TABLE act AS
SELECT
    visit_id, detail_id, coalesce(came + delay, entry) AS date, delay IS NULL AS undated,
    code, extension, phase, activity, executions
FROM (
    SELECT visit_id, detail_id, entry, came, {fields}
    FROM (
        SELECT visit_id, detail_id, entry, came, unnest([
            substr(zones, acts_at + {act} * (before_acts + i), {act}) FOR i IN range(unit_acts)
        ]) AS text
        FROM unit
    )
);
