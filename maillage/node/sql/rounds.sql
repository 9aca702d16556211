-- Version 7 of the store: this hospital's part in analyses of several rounds.

CREATE TABLE rounds (
    -- The question: it has one exchange, for ever, whatever the hub sends under its name later.
    session     TEXT PRIMARY KEY,
    task_id     TEXT NOT NULL UNIQUE,
    state       TEXT NOT NULL CHECK (state IN ('open', 'done', 'ended')),
    -- The last round that was told, 0 for the opening; and its signed bytes, said again until the next is asked.
    number      INTEGER NOT NULL CHECK (number >= 0),
    told        BLOB,
    told_hash   TEXT NOT NULL,
    -- What the task will be answered, once the rounds are done.
    opening     TEXT NOT NULL,
    -- Of the rows: a round over others is none.
    fingerprint TEXT NOT NULL,
    -- The rules under which the opening was gated.
    permit      TEXT NOT NULL,
    floor       INTEGER NOT NULL
) STRICT;

CREATE INDEX rounds_open ON rounds (session) WHERE state = 'open';

-- A round that was told is told; the same number twice, with other coefficients, would tell twice as much.
CREATE TRIGGER rounds_only_go_on BEFORE UPDATE OF number ON rounds WHEN NEW.number <= OLD.number
BEGIN SELECT RAISE(ABORT, 'a round is told once'); END;

CREATE TRIGGER rounds_end_once BEFORE UPDATE OF state ON rounds WHEN OLD.state <> 'open'
BEGIN SELECT RAISE(ABORT, 'an exchange ends once'); END;

CREATE TRIGGER rounds_are_kept BEFORE DELETE ON rounds
BEGIN SELECT RAISE(ABORT, 'an exchange is kept'); END;

PRAGMA user_version = 8;
