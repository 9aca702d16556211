-- name: kept
SELECT job, persons, content FROM releases WHERE scope = :scope ORDER BY release_id;

-- name: keep
INSERT INTO releases (scope, job, persons, content) VALUES (:scope, :job, :persons, :content);

-- name: columns
SELECT sealed FROM columns WHERE scope = :scope ORDER BY column_id;

-- name: keep_column
INSERT INTO columns (scope, job, sealed) VALUES (:scope, :job, :sealed);

-- name: forget_columns
DELETE FROM columns WHERE job = :job;

-- name: note_job
INSERT INTO latest_job (only, job, chaff) VALUES (1, :job, :chaff)
ON CONFLICT (only) DO UPDATE SET job = excluded.job, chaff = excluded.chaff;

-- name: forget_job
DELETE FROM releases WHERE job = :job;

-- name: blocks
SELECT block FROM ranks ORDER BY block_id;

-- name: add_block
INSERT INTO ranks (block) VALUES (:block);
