-- name: kept
SELECT job, persons, content FROM releases WHERE scope = :scope ORDER BY release_id;

-- name: keep
INSERT INTO releases (scope, job, persons, content) VALUES (:scope, :job, :persons, :content);

-- name: note_job
INSERT INTO latest_job (only, job, chaff) VALUES (1, :job, :chaff)
ON CONFLICT (only) DO UPDATE SET job = excluded.job, chaff = excluded.chaff;

-- name: forget_job
DELETE FROM releases WHERE job = :job;

-- name: blocks
SELECT block FROM ranks ORDER BY block_id;

-- name: add_block
INSERT INTO ranks (block) VALUES (:block);
