-- name: to_lines
-- The resources of documents, one a line. The address of an entry that is a URN goes in as `fullUrl`.
COPY (
    SELECT
        CASE
            WHEN starts_with(address, 'urn:') THEN '{{"fullUrl":' || to_json(address) || ',' || substr(body, 2)
            ELSE body
        END
    FROM (
        SELECT CAST(entry->'resource' AS VARCHAR) AS body, entry->>'fullUrl' AS address
        FROM (
            SELECT unnest(CAST(json->'entry' AS JSON[])) AS entry
            FROM {documents}
            WHERE json->>'resourceType' = 'Bundle'
        ) AS entries
        WHERE json_type(entry->'resource') = 'OBJECT'
        UNION ALL
        SELECT CAST(json AS VARCHAR), NULL
        FROM {documents}
        WHERE json->>'resourceType' IS DISTINCT FROM 'Bundle'
    ) AS resources
) TO {target} (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01');

-- name: count_bare
SELECT count(*)
FROM (
    SELECT unnest(CAST(json->'entry' AS JSON[])) AS entry
    FROM {documents}
    WHERE json->>'resourceType' = 'Bundle'
) AS entries
WHERE json_type(entry->'resource') IS DISTINCT FROM 'OBJECT';

-- name: count_types
SELECT filename, resourceType, count(*) FROM {lines} GROUP BY ALL;

-- name: find_unreadable
SELECT place
FROM (SELECT row_number() OVER () AS place, resourceType FROM {lines}) AS numbered
WHERE resourceType IS NULL
ORDER BY place
LIMIT {limit};

-- name: count_objects
SELECT count(*), count(*) FILTER (json_type(json) = 'OBJECT') FROM {objects};

-- name: write
COPY ({statement}) TO {target} ({form});

-- name: count_parts
SELECT part, count(*) FROM read_parquet({files}, hive_partitioning = false) GROUP BY part ORDER BY part;

-- name: write_part
COPY (SELECT {columns} FROM read_parquet({files}, hive_partitioning = false) WHERE part = {part})
TO {target} ({form});

-- name: count_rows
-- From the files' footers: nothing is read.
SELECT sum(num_rows) FROM parquet_file_metadata({files});

-- name: wants_more
-- Whether any resource of a type has more rows than one.
SELECT count(*) FILTER (more) > 0 FROM read_parquet({files}, hive_partitioning = false);

-- name: know_persons
INSERT INTO known_person
SELECT DISTINCT person_source_value, person_id FROM read_parquet({files}, hive_partitioning = false);

-- name: count_keys
SELECT count(DISTINCT {key})
FROM read_parquet({files}, union_by_name = true, hive_partitioning = false)
WHERE {key} & {mask} = {number};

-- name: keep_last
COPY (
    SELECT *
    FROM read_parquet({files}, union_by_name = true, hive_partitioning = false)
    QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY last_updated DESC NULLS LAST) = 1
) TO {target} ({form});
