-- Version 9 of the store: masked sums are compared by who is in them.

-- A sketch of the persons, encrypted: kept when numbers and seeds are gone. NULL of a sum that an older version began.
ALTER TABLE sums ADD COLUMN sketch BLOB;

PRAGMA user_version = 9;
