-- name: make
CREATE TABLE IF NOT EXISTS identity (only INTEGER PRIMARY KEY CHECK (only = 1), id BLOB NOT NULL) STRICT;

-- name: draw
-- Once: a file keeps its name.
INSERT OR IGNORE INTO identity (only, id) VALUES (1, :id);

-- name: read
SELECT id FROM identity;
