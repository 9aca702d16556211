-- name: to_lines
-- The resources of documents, one a line. The address of an entry that is a URN goes in as `fullUrl`. A history tells
-- its newest version first, and of what was deleted only where it was.
COPY (
    SELECT
        CASE
            WHEN starts_with(address, 'urn:') THEN '{{"fullUrl":' || to_json(address) || ',' || substr(body, 2)
            ELSE body
        END
    FROM (
        SELECT
            CASE WHEN {whole} THEN CAST(entry->'resource' AS VARCHAR) ELSE {tombstone} END AS body,
            entry->>'fullUrl' AS address
        FROM (
            SELECT
                unnest(CASE WHEN (json->>'type') = 'history' THEN list_reverse(entries) ELSE entries END) AS entry
            FROM (
                SELECT json, CAST(json->'entry' AS JSON[]) AS entries
                FROM {documents}
                WHERE json->>'resourceType' = 'Bundle'
            ) AS bundles
        ) AS entries
        WHERE {whole} OR {deleted}
        UNION ALL
        SELECT CAST(json AS VARCHAR), NULL
        FROM {documents}
        WHERE json->>'resourceType' IS DISTINCT FROM 'Bundle'
    ) AS resources
) TO {target} (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01');

-- name: whole
json_type(entry->'resource') = 'OBJECT'

-- name: deleted
coalesce(
    (entry->'request'->>'method') = 'DELETE'
    AND regexp_full_match((entry->'request'->>'url'), '(.*/)?[A-Za-z]+/[^/?#]+'),
    false
)

-- name: tombstone
-- For who asks nothing of versions it is a resource entered in error.
CAST(json_object(
    'resourceType', split_part((entry->'request'->>'url'), '/', -2),
    'id', split_part((entry->'request'->>'url'), '/', -1),
    'meta', json_object('lastUpdated', (entry->'response'->>'lastModified')),
    'status', 'entered-in-error',
    'deleted', true
) AS VARCHAR)

-- name: count_bare
SELECT count(*)
FROM (
    SELECT unnest(CAST(json->'entry' AS JSON[])) AS entry
    FROM {documents}
    WHERE json->>'resourceType' = 'Bundle'
) AS entries
WHERE NOT (coalesce({whole}, false) OR {deleted});

-- name: count_types
SELECT filename, resourceType, count(*) FROM {lines} GROUP BY ALL;

-- name: find_unreadable
SELECT place
FROM (SELECT row_number() OVER () AS place, resourceType FROM {lines}) AS numbered
WHERE resourceType IS NULL;

-- name: count_objects
SELECT count(*), count(*) FILTER (json_type(json) = 'OBJECT') FROM {objects};

-- name: write
COPY ({statement}) TO {target} ({form});

-- name: count_parts
SELECT part, count(*) FROM read_parquet({files}, hive_partitioning = false) GROUP BY part ORDER BY part;

-- name: count_emptied
SELECT emptied, count(*) FROM read_parquet({files}, hive_partitioning = false) WHERE emptied IS NOT NULL GROUP BY emptied;

-- name: write_part
COPY (SELECT {columns} FROM read_parquet({files}, hive_partitioning = false) WHERE part = {part})
TO {target} ({form});

-- name: count_rows
-- From the files' footers: nothing is read.
SELECT sum(num_rows) FROM parquet_file_metadata({files});

-- name: wants_more
-- Whether any resource of a type has more rows than one.
SELECT count(*) FILTER (more) > 0 FROM read_parquet({files}, hive_partitioning = false);
