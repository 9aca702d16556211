-- Version 9 of the store: masked sums are compared by who is in them.

-- A sketch of the persons, encrypted: kept when numbers and seeds are gone. NULL of a sum that an older version began.
ALTER TABLE sums ADD COLUMN sketch BLOB;

-- A keyed hash of all numbers of the sum, of which `numbers` is that of the first. NULL as above.
ALTER TABLE sums ADD COLUMN cells TEXT;

PRAGMA user_version = 9;
