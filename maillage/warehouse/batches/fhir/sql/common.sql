-- name: key_of
-- The identity of a resource. In a Bundle whose entries have URNs for addresses, references name those.
CREATE TEMP MACRO key_of(id, address) AS
    CASE WHEN starts_with(address, 'urn:') THEN split_part(address, ':', -1) ELSE id END;

-- name: target_of
-- What a reference to one type names, whether relative, absolute, with its version, or a URN; else null.
CREATE TEMP MACRO target_of(reference, kind) AS
    CASE
        WHEN reference LIKE kind || '/%' AND reference NOT LIKE kind || '/%/%'
            THEN substr(reference, length(kind) + 2)
        WHEN starts_with(reference, 'urn:') THEN split_part(reference, ':', -1)
        ELSE nullif(regexp_extract(reference, '(?:^|/)' || kind || '/([^/?#]+)(?:/_history/[^/]+)?$', 1), '')
    END;

-- name: first_day
-- A date of partial precision starts on its first day. The engine reads words such as today: digits only.
CREATE TEMP MACRO first_day(value) AS
    CASE
        WHEN value < '0' OR value >= ':' THEN NULL
        WHEN length(value) >= 10 THEN try_cast(substr(value, 1, 10) AS DATE)
        WHEN length(value) = 7 THEN try_cast(value || '-01' AS DATE)
        WHEN length(value) = 4 THEN try_cast(value || '-01-01' AS DATE)
    END;

-- name: last_day_of
-- … and ends on its last.
CREATE TEMP MACRO last_day_of(value) AS
    CASE
        WHEN length(value) = 7 THEN last_day(first_day(value))
        WHEN length(value) = 4 THEN first_day(value || '-12-31')
        ELSE first_day(value)
    END;

-- name: clock
-- The time on the hospital's clock: the zone is left aside, so that a date and its time agree.
CREATE TEMP MACRO clock(value) AS
    CASE WHEN length(value) >= 16 AND value < ':' THEN try_cast(substr(value, 1, 19) AS TIMESTAMP) END;

-- name: code_of
-- Of a concept's codings, the one whose vocabulary stands first in `preferred`; else its text alone.
CREATE TEMP MACRO code_of(concept, preferred) AS
    CASE
        WHEN len(concept.coding) = 1 AND concept.coding[1].code IS NOT NULL THEN
            struct_pack(
                vocabulary := vocabulary_of(concept.coding[1].system),
                code := concept.coding[1].code
            )
        WHEN len(concept.coding) > 1 THEN
            list_extract(
                list_transform(
                    list_sort(
                        [
                            struct_pack(
                                rank := coalesce(list_position(preferred, vocabulary_of(one.system)), 99),
                                place := place,
                                vocabulary := vocabulary_of(one.system),
                                code := one.code
                            )
                            FOR one, place IN concept.coding IF one.code IS NOT NULL
                        ]
                    ),
                    lambda found : struct_pack(vocabulary := found.vocabulary, code := found.code)
                ),
                1
            )
        WHEN concept.text IS NOT NULL THEN struct_pack(vocabulary := '', code := substr(concept.text, 1, 50))
    END;

-- name: told_number
-- JSON has no largest number: what the engine's has no room for is infinity here. What is no number at all is NaN, which
-- is not the same as none.
CREATE TEMP MACRO told_number(value) AS
    CASE WHEN value IS NOT NULL THEN coalesce(try_cast(value AS DOUBLE), 'nan'::DOUBLE) END;

-- name: finite
CREATE TEMP MACRO finite(value) AS CASE WHEN isfinite(value) THEN value END;

-- name: within
CREATE TEMP MACRO within(value, least_one, most) AS CASE WHEN value BETWEEN least_one AND most THEN value END;

-- name: whole
-- A count as the model's integer.
CREATE TEMP MACRO whole(value, most) AS CASE WHEN value BETWEEN 0 AND most THEN CAST(value AS INTEGER) END;

-- name: part_of
-- Where a resource goes: the table, or why it goes nowhere. The first reason counts.
CREATE TEMP MACRO part_of(found, wanted, reasons, target) AS
    CASE
        WHEN found IS NULL THEN 'unreadable'
        WHEN found <> wanted THEN 'other'
        ELSE coalesce('left.' || reasons, target)
    END;

-- name: hospital_number
-- The number that the hospital itself gives to a patient (FR Core, type PI): other files of it quote it too.
CREATE TEMP MACRO hospital_number(identifiers) AS
    [one.value FOR one IN identifiers IF list_contains([coding.code FOR coding IN one.type.coding], 'PI')][1];

-- name: ins_of
-- The number for care (FR Core, slices INS-NIR and INS-NIA), as it is written without spaces.
-- Test numbers are no identity: many samples bear the same.
CREATE TEMP MACRO ins_of(identifiers) AS
    upper(regexp_replace(
        [
            one.value FOR one IN identifiers
            IF one.system IN ('urn:oid:1.2.250.1.213.1.4.8', 'urn:oid:1.2.250.1.213.1.4.9')
        ][1],
        '[\s.-]', '', 'g'
    ));

-- name: known_person
CREATE TABLE known_person (id VARCHAR, person_id BIGINT);

-- name: nested_visit
CREATE TABLE nested_visit (visit_detail_id BIGINT, visit_occurrence_id BIGINT);

-- name: medication
CREATE TABLE medication (id VARCHAR, codes STRUCT(vocabulary VARCHAR, code VARCHAR)[]);
