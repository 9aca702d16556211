-- What was released, and who has which rank in the sets.

CREATE TABLE IF NOT EXISTS releases (
    release_id INTEGER PRIMARY KEY,
    -- Hash of permit and requester.
    scope   TEXT NOT NULL,
    job     TEXT NOT NULL,
    -- Encrypted: a compressed bitmap of ranks, and the content of a whole answer.
    persons BLOB NOT NULL,
    content BLOB NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS releases_of_scope ON releases (scope, release_id);
CREATE INDEX IF NOT EXISTS releases_of_job ON releases (job);

-- Of each column of numbers that was summed, a fingerprint, encrypted.
CREATE TABLE IF NOT EXISTS columns (
    column_id INTEGER PRIMARY KEY,
    scope     TEXT NOT NULL,
    job       TEXT NOT NULL,
    sealed    BLOB NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS columns_of_scope ON columns (scope, column_id);
CREATE INDEX IF NOT EXISTS columns_of_job ON columns (job);

-- Ids of persons, eight bytes each, in the order in which they were first met.
CREATE TABLE IF NOT EXISTS ranks (
    block_id INTEGER PRIMARY KEY,
    block    BLOB NOT NULL
) STRICT;

-- Written by each job, whatever it keeps: one that keeps nothing takes no less time.
CREATE TABLE IF NOT EXISTS latest_job (
    only  INTEGER PRIMARY KEY CHECK (only = 1),
    job   TEXT NOT NULL,
    chaff BLOB NOT NULL
) STRICT;

-- What the catalogue last told of each concept, and from which number on: encrypted.
CREATE TABLE IF NOT EXISTS told (
    only   INTEGER PRIMARY KEY CHECK (only = 1),
    sealed BLOB NOT NULL
) STRICT;
