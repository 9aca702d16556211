-- Version 7 of the store: the last catalogue, until the hub has it.

CREATE TABLE catalogues (
    only      INTEGER PRIMARY KEY CHECK (only = 1),
    day       TEXT NOT NULL,
    -- What the warehouse was when it was counted: another one is counted again the same day.
    warehouse TEXT NOT NULL,
    permit    TEXT NOT NULL,
    hash      TEXT NOT NULL,
    envelope  BLOB NOT NULL,
    sent      INTEGER NOT NULL DEFAULT 0 CHECK (sent IN (0, 1))
) STRICT;

PRAGMA user_version = 7;
