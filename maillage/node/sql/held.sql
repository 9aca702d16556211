-- Version 4: answers that were computed and wait for a person's check, what was said of them, and the evidence
-- of each release.

-- SQLite changes no constraint in place: the table is made again for its new state, `computed`.
CREATE TABLE tasks_of_version_4 (
    task_id     TEXT PRIMARY KEY,
    state       TEXT NOT NULL CHECK (
                    state IN ('received', 'held', 'accepted', 'computed', 'answered', 'sent', 'rejected')),
    attempts    INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    -- The bytes as they came, absent when they were too many; they are verified again at each use.
    delivery    BLOB,
    delivery_hash TEXT NOT NULL,
    received_at TEXT NOT NULL,
    -- Empty as long as no verified envelope said when.
    expires_at  TEXT NOT NULL DEFAULT ''
) STRICT;

INSERT INTO tasks_of_version_4
SELECT task_id, state, attempts, delivery, delivery_hash, received_at, expires_at FROM tasks;

DROP TABLE tasks;
ALTER TABLE tasks_of_version_4 RENAME TO tasks;

CREATE INDEX tasks_open ON tasks (state, received_at)
WHERE state IN ('received', 'held', 'accepted', 'computed');

CREATE TABLE held (
    task_id     TEXT PRIMARY KEY,
    standing    TEXT NOT NULL
                CHECK (standing IN ('waiting', 'seconded', 'examined', 'released', 'refused', 'dropped')),
    -- Words of former rounds no longer count.
    round       INTEGER NOT NULL DEFAULT 1,
    checkers    INTEGER NOT NULL CHECK (checkers IN (1, 2)),
    -- Encrypted under releases.key; emptied when the task leaves the state in which it waits.
    sealed      BLOB NOT NULL,
    sealed_hash TEXT NOT NULL,
    -- The line of the ledger that made the register of objections what it was; 0 before the first.
    register    INTEGER NOT NULL,
    computed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- However a task stops waiting (checked, cancelled, expired, computed anew), what was sealed goes with it.
CREATE TRIGGER held_is_emptied AFTER UPDATE OF state ON tasks
WHEN OLD.state = 'computed' AND NEW.state <> 'computed'
BEGIN
    UPDATE held
    SET sealed = x'',
        standing = CASE WHEN standing IN ('released', 'refused') THEN standing ELSE 'dropped' END
    WHERE task_id = NEW.task_id;
END;

-- What each checker said. `note` may quote what the checker saw: it stays here, out of the ledger.
CREATE TABLE words (
    word_id INTEGER PRIMARY KEY,
    task_id TEXT NOT NULL,
    round   INTEGER NOT NULL,
    checker TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('conform', 'masked', 'examine', 'refused')),
    masks   TEXT NOT NULL,
    note    TEXT NOT NULL,
    at      TEXT NOT NULL
) STRICT;

CREATE INDEX words_of_task ON words (task_id, round);

CREATE TRIGGER words_are_written_once BEFORE UPDATE ON words
BEGIN SELECT RAISE(ABORT, 'a word is written once'); END;

CREATE TRIGGER words_are_kept BEFORE DELETE ON words
BEGIN SELECT RAISE(ABORT, 'a word is kept'); END;

-- One signed record for each release.
CREATE TABLE evidence (
    task_id  TEXT PRIMARY KEY,
    envelope BLOB NOT NULL
) STRICT;

CREATE TRIGGER evidence_is_written_once BEFORE UPDATE ON evidence
BEGIN SELECT RAISE(ABORT, 'evidence is written once'); END;

CREATE TRIGGER evidence_is_kept BEFORE DELETE ON evidence
BEGIN SELECT RAISE(ABORT, 'evidence is kept'); END;

PRAGMA user_version = 5;
