-- name: told
SELECT sealed FROM told WHERE only = 1;

-- name: tell
INSERT INTO told (only, sealed) VALUES (1, :sealed)
ON CONFLICT (only) DO UPDATE SET sealed = excluded.sealed;
