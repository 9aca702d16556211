-- Version 4 of the store: this hospital's part in masked sums.

CREATE TABLE sums (
    -- The question: it has one session, for ever, whatever the hub sends under its name later.
    session   TEXT PRIMARY KEY,
    task_id   TEXT NOT NULL UNIQUE,
    state     TEXT NOT NULL CHECK (state IN ('offered', 'masked', 'agreed', 'revealed', 'ended')),
    -- Numbers and seeds, encrypted; gone once the masks are lifted, or never will be.
    sealed    BLOB CHECK ((sealed IS NULL) = (state IN ('revealed', 'ended'))),
    -- What two sums are compared by: the cohort, and a keyed hash of the numbers.
    cohort    TEXT NOT NULL,
    numbers   TEXT NOT NULL,
    scope     TEXT NOT NULL,
    floor     INTEGER NOT NULL,
    repeated  INTEGER NOT NULL CHECK (repeated IN (0, 1)),
    reference TEXT NOT NULL,
    -- Who took part, with which key; then whose numbers came. Empty as long as it is not known.
    offers    TEXT NOT NULL DEFAULT '',
    survivors TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX sums_open ON sums (session) WHERE state IN ('offered', 'masked', 'agreed');

-- Two lists signed, or numbers masked under two lists of keys, would give a hospital's numbers away.
CREATE TRIGGER sums_have_one_opening BEFORE UPDATE OF offers ON sums WHEN OLD.offers <> ''
BEGIN SELECT RAISE(ABORT, 'a session is opened once'); END;

CREATE TRIGGER sums_have_one_list BEFORE UPDATE OF survivors ON sums WHEN OLD.survivors <> ''
BEGIN SELECT RAISE(ABORT, 'a session has one list'); END;

CREATE TRIGGER sums_keep_their_seeds BEFORE UPDATE OF sealed ON sums WHEN NEW.sealed IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a session has its seeds once'); END;

CREATE TRIGGER sums_are_kept BEFORE DELETE ON sums
BEGIN SELECT RAISE(ABORT, 'a session is kept'); END;

PRAGMA user_version = 6;
