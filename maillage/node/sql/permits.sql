-- Version 3 of the store: the committee's keys, the permits, and this hospital's word on each.

CREATE TABLE committee_keys (
    fingerprint TEXT PRIMARY KEY,
    public_key  TEXT NOT NULL,
    trusted_at  TEXT NOT NULL,
    -- Empty as long as the key is trusted.
    revoked_at  TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE TABLE permits (
    -- Of the signed payload: the same permit signed again with a new committee key keeps its hash.
    hash        TEXT PRIMARY KEY,
    permit_id   TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('offered', 'accepted', 'withdrawn', 'revoked')),
    envelope    BLOB NOT NULL,
    received_at TEXT NOT NULL,
    -- This hospital's last signed word, absent as long as it said nothing.
    decision    BLOB,
    -- Whether the hub was told that word.
    told        INTEGER NOT NULL DEFAULT 1 CHECK (told IN (0, 1))
) STRICT;

-- One name, one permit in force: a question names its permit by that name.
CREATE UNIQUE INDEX permits_in_force ON permits (permit_id) WHERE state = 'accepted';

-- Questions accepted under a permit; one that brought nothing new, or no answer, is taken out again.
CREATE TABLE spent (
    task_id   TEXT PRIMARY KEY,
    permit    TEXT NOT NULL,
    requester TEXT NOT NULL,
    at        TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX spent_under ON spent (permit, requester, at);

PRAGMA user_version = 3;
