-- What differentially private answers have cost. A line is written once; nothing is given back.

CREATE TABLE IF NOT EXISTS epsilon (
    line_id   INTEGER PRIMARY KEY,
    -- Hash of the permit, and of the requester where each has a budget.
    scope     TEXT NOT NULL,
    -- Hash of analysis, parameters and cohort.
    question  TEXT NOT NULL,
    job       TEXT NOT NULL,
    permit    TEXT NOT NULL,
    requester TEXT NOT NULL,
    -- A decimal number, as the permit writes it.
    epsilon   TEXT NOT NULL,
    -- Encrypted: the answer, given again when the question comes again.
    content   BLOB NOT NULL,
    UNIQUE (scope, question)
) STRICT;

CREATE TRIGGER IF NOT EXISTS epsilon_is_written_once BEFORE UPDATE ON epsilon
BEGIN SELECT RAISE(ABORT, 'what was spent is written once'); END;

CREATE TRIGGER IF NOT EXISTS epsilon_is_kept BEFORE DELETE ON epsilon
BEGIN SELECT RAISE(ABORT, 'what was spent is not given back'); END;
