-- name: list_codes
-- Every code that the vocabulary knows: key, what it is, and the standard concept that stands for it. A code
-- of the hospital's own map comes before the vocabulary's; of several targets the smallest is taken, since one
-- event of the source is one event here.
CREATE TEMP TABLE known_code AS
SELECT vocabulary_id, key, any_value(source_concept_id) AS source_concept_id, min(concept_id) AS concept_id
FROM (
    SELECT
        *, min(rank) OVER (PARTITION BY vocabulary_id, key) AS best
    FROM (
        SELECT
            source_vocabulary_id AS vocabulary_id,
            code_key(source_vocabulary_id, source_code) AS key,
            source_concept_id,
            target_concept_id AS concept_id,
            1 AS rank
        FROM main.source_to_concept_map
        WHERE invalid_reason IS NULL
        UNION ALL
        SELECT
            source.vocabulary_id,
            code_key(source.vocabulary_id, source.concept_code),
            source.concept_id,
            coalesce(target.concept_id_2, source.concept_id),
            2
        FROM main.concept AS source
        LEFT JOIN main.concept_relationship AS target
            ON target.concept_id_1 = source.concept_id
            AND target.relationship_id = 'Maps to'
            AND target.invalid_reason IS NULL
    ) AS every
) AS ranked
WHERE rank = best
GROUP BY vocabulary_id, key;

-- name: code_key
-- Classifications whose codes have no case are written in either, with and without dots and blanks. In the others
-- the case tells one code from another: mg is a milligram and Mg a megagram. `+` fills a digit of the CIM-10.
CREATE TEMP MACRO code_key(vocabulary, code) AS
    CASE
        WHEN vocabulary IN ('CIM10', 'ICD10', 'ICD10CM')
            THEN upper(regexp_replace(code, '[^A-Za-z0-9+]', '', 'g'))
        WHEN vocabulary IN ('CCAM', 'ATC', 'UCD', 'CIP', 'LPP')
            THEN upper(regexp_replace(code, '[^A-Za-z0-9]', '', 'g'))
        ELSE regexp_replace(code, '^[\s\x{00A0}\x{202F}]+|[\s\x{00A0}\x{202F}]+$', '', 'g')
    END;

-- name: find_codes
-- The concepts of the codes that some rows use: of what a code may be found under, the longest that is known.
CREATE OR REPLACE TEMP TABLE {found} AS
SELECT used.vocabulary, used.code, known.source_concept_id, known.concept_id, concept.domain_id
FROM (
    SELECT vocabulary, code, unnest(code_prefixes(vocabulary, code_key(vocabulary, code))) AS key
    FROM (SELECT DISTINCT {vocabulary} AS vocabulary, {code} AS code FROM {rows})
    WHERE code IS NOT NULL
) AS used
JOIN known_code AS known ON known.vocabulary_id = used.vocabulary AND known.key = used.key
LEFT JOIN main.concept AS concept ON concept.concept_id = known.concept_id
QUALIFY row_number() OVER (PARTITION BY used.vocabulary, used.code ORDER BY length(known.key) DESC) = 1;

-- name: code_prefixes
-- What a code may be found under, itself included. A code of the CIM-10 that is not known is taken for the nearest one
-- above it: national extensions refine codes that everybody has. An act of the CCAM is seven characters, and phase,
-- activity or extension may be written behind them.
CREATE TEMP MACRO code_prefixes(vocabulary, key) AS
    CASE
        WHEN vocabulary IN ('CIM10', 'ICD10') THEN [key[1:n] FOR n IN range(3, length(key) + 1)]
        WHEN vocabulary = 'CCAM' AND length(key) > 7 THEN [key, key[1:7]]
        ELSE [key]
    END;
