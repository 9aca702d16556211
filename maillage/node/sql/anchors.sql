-- Version 4: lines hash the hash of their body, so that the body can go and the chain stays.

-- In version 2 of a line, `ledger.body` is the hash of what lies in `ledger_bodies`.
ALTER TABLE ledger ADD COLUMN version INTEGER NOT NULL DEFAULT 1 CHECK (version IN (1, 2));

CREATE TABLE ledger_bodies (
    sequence INTEGER PRIMARY KEY REFERENCES ledger (sequence),
    -- Canonical JSON of body and salt, whose hash the line holds.
    sealed   TEXT NOT NULL
) STRICT;

CREATE INDEX ledger_retained ON ledger (sequence) WHERE event = 'person:ledger:retained';
CREATE INDEX ledger_anchored ON ledger (event, sequence) WHERE event LIKE 'hub:audit:%';

CREATE TRIGGER ledger_bodies_are_written_once BEFORE UPDATE ON ledger_bodies
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- A body goes only after a line says that those before a date go, a year old by that line's own date; the
-- bodies that later checks need never go.
CREATE TRIGGER ledger_bodies_are_kept BEFORE DELETE ON ledger_bodies
WHEN EXISTS (
    SELECT 1 FROM ledger WHERE sequence = OLD.sequence AND (
        event IN ('person:ledger:retained', 'person:node:created') OR event LIKE 'hub:audit:%'
    )
) OR NOT EXISTS (
    SELECT 1 FROM ledger AS act
    JOIN ledger_bodies AS told USING (sequence)
    JOIN ledger AS line ON line.sequence = OLD.sequence
    WHERE act.event = 'person:ledger:retained' AND act.sequence > OLD.sequence
      AND line.at < told.sealed ->> '$.body.removed_before'
      AND julianday(act.at) - julianday(told.sealed ->> '$.body.removed_before') >= 365
)
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

PRAGMA user_version = 4;
