-- name: version
-- Lines that may be versions of one resource; of a patient, also by what else the person is known.
CREATE TABLE version (
    place BIGINT, key VARCHAR, updated TIMESTAMPTZ, edition HUGEINT, deleted BOOLEAN,
    sound BOOLEAN, number VARCHAR, ins VARCHAR, born VARCHAR, successor VARCHAR
);

-- name: repeated
CREATE TABLE repeated (row_id BIGINT);

-- name: superseded
-- Lines of one type that are not the truth, by their places among its files.
CREATE TABLE superseded (place BIGINT, reason VARCHAR);

-- name: same_person
-- Patients with several identities that are united: the number that stands for all, and how they are called.
CREATE TABLE same_person (key VARCHAR, number VARCHAR, called VARCHAR);
