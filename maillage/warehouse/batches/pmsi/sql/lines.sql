-- name: create
CREATE TABLE {table} (file SMALLINT, number INTEGER, version VARCHAR, text VARCHAR);

-- name: cut
-- Lines of a piece of a file, numbered from the first. Old exports end with the DOS mark of an end of file.
INSERT INTO {table}
SELECT CAST($file AS SMALLINT), CAST($first AS INTEGER) + place - 1, substr(text, 10, 3), text
FROM (
    SELECT
        rtrim(unnest(pieces), chr(13) || chr(26)) AS text,
        generate_subscripts(pieces, 1) AS place
    FROM (SELECT string_split(CAST($text AS VARCHAR), chr(10)) AS pieces)
)
WHERE trim(text) <> '';

-- name: count
SELECT file, count(*) FROM {table} GROUP BY file;
