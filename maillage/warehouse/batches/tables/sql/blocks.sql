-- name: run_block
-- Every row of a source with what a block makes of it. The expressions over the files' columns come first,
-- under short names: values and faults are made of those.
CREATE TABLE {into} AS
SELECT {outer}
FROM (SELECT {inner} FROM {origin}) AS read;

-- name: split_codes
SELECT * {replaced}
FROM (
    SELECT *, unnest(_codes) AS _code, unnest(range(len(_codes))) AS _place
    FROM (
        SELECT *, CASE WHEN len(_parts) > 0 THEN _parts ELSE [NULL] END AS _codes
        FROM (
            SELECT
                *,
                list_filter(
                    list_transform(
                        string_split(translate(concat_ws({first}, {cells}), {separators}, {same}), {first}),
                        lambda part: trim(part, {blanks})
                    ),
                    lambda part: part <> ''
                ) AS _parts
            FROM {table}
        ) AS parted
    ) AS coded
) AS placed;

-- name: find_partners
-- One row by key of a joined source, with the number of different ones that it has.
CREATE TABLE {into} AS
SELECT {keys}, count(*) AS _partners, {firsts}
FROM (SELECT DISTINCT {columns} FROM {origin}) AS different
GROUP BY {keys};

-- name: refuse_taken
-- Rows whose key an earlier block of the same table has, and whether they say the same where both say anything.
UPDATE {into} SET _fault = CASE
    WHEN row({shared}) IS NOT DISTINCT FROM row({former}) THEN {repeated}
    ELSE {taken}
END
FROM (SELECT * FROM {other} WHERE {good}) AS former
WHERE {into}._kept AND {into}._fault IS NULL AND {same};

-- name: find_later
-- Of the rows of one key, those after the first, and whether they say the same.
CREATE OR REPLACE TEMP TABLE later AS
SELECT _file, _record, _place, alike
FROM (
    SELECT
        _file,
        _record,
        _place,
        row_number() OVER same_key AS rank,
        row({values}) IS NOT DISTINCT FROM first_value(row({values})) OVER same_key AS alike
    FROM {into}
    WHERE {good} AND ({key}) IN (SELECT ({key}) FROM {into} WHERE {good} GROUP BY {key} HAVING count(*) > 1)
    WINDOW same_key AS (PARTITION BY {key} ORDER BY _file, _record, _place)
) AS ranked
WHERE rank > 1;

-- name: mark_later
UPDATE {into} SET _fault = CASE WHEN later.alike THEN {repeated} ELSE {taken} END
FROM later
WHERE {into}._file = later._file AND {into}._record = later._record AND {into}._place = later._place;
