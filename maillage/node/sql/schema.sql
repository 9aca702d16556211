-- The store of a node. Four tables; the ledger and the answers are written once and never changed.

CREATE TABLE tasks (
    task_id     TEXT PRIMARY KEY,
    state       TEXT NOT NULL
                CHECK (state IN ('received', 'held', 'accepted', 'answered', 'sent', 'rejected')),
    attempts    INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    -- The bytes as they came, absent when they were too many; they are verified again at each use.
    delivery    BLOB,
    delivery_hash TEXT NOT NULL,
    received_at TEXT NOT NULL,
    -- Empty as long as no verified envelope said when.
    expires_at  TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX tasks_open ON tasks (state, received_at) WHERE state IN ('received', 'held', 'accepted');

-- A nonce serves one task, for ever.
CREATE TABLE nonces (
    nonce   TEXT PRIMARY KEY,
    task_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What leaves: at most one hold and one final answer per task, kept as sent.
CREATE TABLE answers (
    answer_id   INTEGER PRIMARY KEY,
    task_id     TEXT NOT NULL,
    final       INTEGER NOT NULL CHECK (final IN (0, 1)),
    kind        TEXT NOT NULL,
    reason      TEXT,
    envelope    BLOB NOT NULL,
    hash        TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    -- To be sent now; set again when the hub delivers the task again.
    due         INTEGER NOT NULL DEFAULT 1 CHECK (due IN (0, 1)),
    UNIQUE (task_id, final)
) STRICT;

CREATE INDEX answers_due ON answers (answer_id) WHERE due = 1;

CREATE TRIGGER answers_are_written_once
BEFORE UPDATE OF answer_id, task_id, final, kind, reason, envelope, hash, recorded_at ON answers
BEGIN SELECT RAISE(ABORT, 'an answer is written once'); END;

CREATE TRIGGER answers_are_kept BEFORE DELETE ON answers
BEGIN SELECT RAISE(ABORT, 'an answer is kept'); END;

CREATE TABLE ledger (
    sequence INTEGER PRIMARY KEY CHECK (sequence >= 1),
    at       TEXT NOT NULL,
    event    TEXT NOT NULL,
    task_id  TEXT,
    body     TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash     TEXT NOT NULL
) STRICT;

CREATE INDEX ledger_by_task ON ledger (task_id);

CREATE TRIGGER ledger_lines_are_written_once BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

CREATE TRIGGER ledger_lines_are_kept BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- Small facts that commands read while the agent runs: its boot, its last greeting.
CREATE TABLE facts (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 1;
