-- Version 2: who objected, under names that mean nothing without the key of this node.

CREATE TABLE objections (
    objection_id INTEGER PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN ('ins', 'local_id', 'both')),
    recorded_at  TEXT NOT NULL
) STRICT;

-- Under which a warehouse may know the person: keyed hashes of 16 bytes.
CREATE TABLE objection_names (
    name         BLOB PRIMARY KEY CHECK (length(name) = 16),
    objection_id INTEGER NOT NULL REFERENCES objections (objection_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX objection_names_by_objection ON objection_names (objection_id);

-- The line that made the register what it is, found at each question.
CREATE INDEX ledger_objections ON ledger (sequence) WHERE event LIKE 'person:objection%';

PRAGMA user_version = 2;
