-- name: read
CREATE OR REPLACE TEMP VIEW staged AS SELECT * FROM read_parquet({files}, union_by_name = true);

-- name: find
-- Rows without a concept by code, of persons whom queries see; a text without a code has an empty vocabulary.
CREATE OR REPLACE TEMP TABLE unmapped AS
SELECT brought.vocabulary, brought.code, count(*) AS rows, count(DISTINCT loaded.person_id) AS persons
FROM (SELECT {id}, {vocabulary} AS vocabulary, {code} AS code FROM staged WHERE {code} IS NOT NULL) AS brought
JOIN main.{table} AS loaded ON loaded.{id} = brought.{id}
WHERE loaded.{concept} = 0
GROUP BY brought.vocabulary, brought.code;

-- name: count
SELECT
    (SELECT count(*) FROM staged WHERE {code} IS NOT NULL),
    coalesce(sum(rows), 0),
    coalesce(sum(rows) FILTER (vocabulary = ''), 0)
FROM unmapped;

-- name: show
SELECT vocabulary, code, rows
FROM unmapped
WHERE persons >= {shown_from} AND vocabulary IS DISTINCT FROM ''
ORDER BY rows DESC, vocabulary, code
LIMIT {shown};
