-- name: read
-- The fields of RUM lines, one table whatever their versions; `fault` is why a line cannot be used. The order
-- of the faults is that of their depth: a line of the wrong length has all its fields in the wrong place.
CREATE TABLE summary AS
SELECT
    *,
    CASE
        WHEN size < fixed THEN 'short'
        WHEN strange THEN 'encoding'
        WHEN associated IS NULL OR documentary IS NULL OR acts IS NULL OR sessions = -1 THEN 'counter'
        WHEN size < wanted THEN 'overflow'
        WHEN size > wanted AND trim(substr(zones, wanted - fixed + 1)) <> '' THEN 'length'
        WHEN NOT regexp_full_match(finess, '[0-9][0-9AB][0-9]{{7}}') THEN 'finess'
        WHEN stay = '' OR record = '' THEN 'number'
        WHEN sex NOT IN ('1', '2', '3') THEN 'sex'
        WHEN birth IS NULL OR entry IS NULL OR leave IS NULL THEN 'date'
        WHEN leave < entry OR birth > entry OR birth < entry - 50000 THEN 'order'
        WHEN NOT regexp_full_match(entry_mode || exit_mode, '[0-9A-Z]{{2}}') THEN 'mode'
        WHEN principal = '' THEN 'principal'
        WHEN NOT regexp_full_match(
            concat(
                rpad(principal, {diagnosis}, ' '), CASE WHEN related <> '' THEN rpad(related, {diagnosis}, ' ') END,
                substr(zones, 1, {diagnosis} * (associated + documentary))
            ),
            '([A-Za-z][0-9]{{2}}[0-9A-Za-z+. ]{{5}}| [A-Za-z][0-9]{{2}}[0-9A-Za-z+. ]{{4}})*'
        ) THEN 'diagnosis'
        WHEN NOT proper_acts THEN 'act'
        WHEN len([i FOR i IN act_places IF
            trim(substr(zones, i, 8)) <> '' AND try_strptime(substr(zones, i, 8), '%d%m%Y') IS NULL
        ]) > 0 THEN 'date'
    END AS fault
FROM (
    SELECT
        *,
        fixed + {diagnosis} * (associated + documentary) + act_size * acts AS wanted,
        [{diagnosis} * (associated + documentary) + act_size * i + 1 FOR i IN range(acts)] AS act_places
    FROM ({lines})
);

-- name: lines
-- The lines of one version; `more` characters of an act are not read.
SELECT
    file, number, length(text) AS size, {fixed} AS fixed, hash(text) AS mark,
    regexp_matches(text, '[^\x20-\x7E\xA0-\xFF]') AS strange,
    {fields},
    {act} AS act_size,
    regexp_full_match(
        substr(zones, {diagnosis} * (associated + documentary) + 1, {act} * acts),
        '(([0-9]{{8}}| {{8}})[A-Za-z]{{4}}[0-9]{{3}}.{{3}}[0-9 ][0-9 ].{{7}}([0-9]{{2}}| [0-9 ]).{{{more}}})*'
    ) AS proper_acts
FROM line WHERE version = '{version}'

-- name: unit
-- One row a stay in a unit. Of several lines with one number the last one stands. The administrative number is part
-- of it: some hospitals count their RSS from 1 every year.
CREATE TABLE unit AS
SELECT
    {visit} AS visit_id, {detail} AS detail_id, finess, stay, summary.admission, record, sex, unit, residence,
    birth, year(birth) AS birth_year, entry, leave,
    concat(entry_mode, origin) AS entry_mode, concat(exit_mode, destination) AS exit_mode,
    coalesce(sessions, 0) > 0 OR coalesce(starts_with(ghm, '28'), false) AS session,
    link.patient,
    principal, related, documentary, act_places, zones,
    [trim(substr(zones, {diagnosis} * i + 1, {diagnosis})) FOR i IN range(associated)] AS associated
FROM summary
LEFT JOIN link ON link.admission = summary.admission
WHERE fault IS NULL
QUALIFY row_number() OVER (PARTITION BY finess, stay, summary.admission, record ORDER BY file DESC, number DESC) = 1;

-- name: act
-- An act without a date is of the day the patient came to the unit.
CREATE TABLE act AS
SELECT
    visit_id, detail_id, coalesce(date, entry) AS date, date IS NULL AS undated,
    code, extension, phase, activity, executions
FROM (
    SELECT visit_id, detail_id, entry, {fields}
    FROM (
        SELECT visit_id, detail_id, entry, unnest([substr(zones, i, {act}) FOR i IN act_places]) AS text FROM unit
    )
);
