-- name: count_keys
-- Resources of a slice, and how many different ones.
SELECT count(*), count(DISTINCT {key})
FROM read_parquet({files}, hive_partitioning = false)
WHERE part NOT IN ({odd}) AND {key} & {mask} = {number};

-- name: find_repeated
INSERT INTO repeated
SELECT {key}
FROM read_parquet({files}, hive_partitioning = false)
WHERE part NOT IN ({odd}) AND {key} & {mask} = {number}
GROUP BY {key}
HAVING count(*) > 1;

-- name: list_versions
INSERT INTO version BY NAME
SELECT place, key, {version_columns}
FROM (SELECT *, key_of(id, fullUrl) AS key FROM {source}) AS resource
WHERE resourceType = {kind} AND key IS NOT NULL AND {row_key} IN (SELECT row_id FROM repeated);

-- name: list_patients
INSERT INTO version BY NAME {statement};

-- name: version_columns
try_cast(meta.lastUpdated AS TIMESTAMPTZ) AS updated,
    try_cast(meta.versionId AS HUGEINT) AS edition,
    coalesce(deleted, false) AS deleted

-- name: latest
updated DESC NULLS LAST, edition DESC NULLS LAST, place DESC

-- name: keep_last
-- Of the versions of one resource the last one stays, unless it says that there is none.
INSERT INTO superseded
SELECT place, CASE WHEN last THEN 'deleted' ELSE 'older-version' END
FROM (SELECT place, deleted, row_number() OVER (PARTITION BY key ORDER BY {latest}) = 1 AS last FROM version) AS ranked
WHERE deleted OR NOT last;

-- name: drop_older
DELETE FROM version WHERE place IN (SELECT place FROM superseded);

-- name: unite
-- One INS and one birth date are one person, unless the hospital gave them two numbers. Without any the number is
-- made of one identity and the name of another, so that an objection under either finds the person.
INSERT INTO same_person
SELECT key, number, called
FROM (
    SELECT
        key,
        coalesce(max(number) OVER same, min(key) OVER same) AS number,
        max(key) OVER same AS called,
        count(*) OVER same AS identities,
        min(number) OVER same IS NOT DISTINCT FROM max(number) OVER same AS alike
    FROM version
    WHERE sound AND ins IS NOT NULL
    WINDOW same AS (PARTITION BY ins, born)
) AS identity
WHERE identities > 1 AND alike;

-- name: keep_last_person
INSERT INTO superseded
SELECT place, 'same-person'
FROM version
LEFT JOIN same_person AS same USING (key)
WHERE sound
QUALIFY row_number() OVER (PARTITION BY coalesce(same.number, version.number, key) ORDER BY {latest}) > 1;

-- name: know_persons
-- A person's number is looked up rather than computed for each of their events.
INSERT INTO known_person
SELECT key, {person_key}
FROM (
    SELECT key, coalesce(same.number, version.number) AS number
    FROM version
    LEFT JOIN same_person AS same USING (key)
    WHERE sound
) AS person;

-- name: know_replaced
-- One step: events of an identity that another replaces are of the other.
INSERT INTO known_person
SELECT version.key, known.person_id
FROM version
JOIN known_person AS known ON known.id = version.successor
WHERE NOT sound AND version.key NOT IN (SELECT id FROM known_person);

-- name: count_shared
-- Numbers for care that several persons still bear.
SELECT count(*)
FROM (
    SELECT ins
    FROM version
    LEFT JOIN same_person AS same USING (key)
    WHERE sound AND ins IS NOT NULL
    GROUP BY ins
    HAVING count(DISTINCT coalesce(same.number, version.number, key)) > 1
) AS shared;

-- name: count_superseded
SELECT reason, count(*) FROM superseded GROUP BY reason ORDER BY reason;

-- name: numbered
-- Lines with their places; the engine must keep their order.
(SELECT *, row_number() OVER () AS place FROM {lines})

-- name: kept
(SELECT * EXCLUDE (place) FROM {numbered} AS numbered ANTI JOIN superseded USING (place))
