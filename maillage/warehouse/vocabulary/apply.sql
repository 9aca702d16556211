-- What the release owns: the local ids of its registry.
CREATE TABLE incoming.owned AS SELECT concept_id FROM incoming.registry WHERE concept_id >= 2000000000;

DELETE FROM main.concept WHERE concept_id IN (FROM incoming.owned);
INSERT INTO main.concept
SELECT * FROM incoming.concept i
WHERE NOT EXISTS (SELECT 1 FROM main.concept c WHERE c.concept_id = i.concept_id)
ORDER BY concept_id;

DELETE FROM main.concept_ancestor
WHERE ancestor_concept_id IN (FROM incoming.owned) OR descendant_concept_id IN (FROM incoming.owned);
INSERT INTO main.concept_ancestor
SELECT * FROM incoming.concept_ancestor i
WHERE NOT EXISTS (
    SELECT 1 FROM main.concept_ancestor a
    WHERE a.ancestor_concept_id = i.ancestor_concept_id AND a.descendant_concept_id = i.descendant_concept_id
)
ORDER BY ancestor_concept_id, descendant_concept_id;

-- A standard concept that stands above local ones hands them its own ancestors, which only the warehouse knows.
INSERT INTO main.concept_ancestor
SELECT
    above.ancestor_concept_id,
    below.descendant_concept_id,
    min(above.min_levels_of_separation + below.min_levels_of_separation),
    max(above.max_levels_of_separation + below.max_levels_of_separation)
FROM main.concept_ancestor above
JOIN incoming.concept_ancestor below ON below.ancestor_concept_id = above.descendant_concept_id
WHERE below.descendant_concept_id IN (FROM incoming.owned)
    AND above.ancestor_concept_id NOT IN (SELECT concept_id FROM incoming.registry)
    AND NOT EXISTS (
        SELECT 1 FROM main.concept_ancestor a
        WHERE a.ancestor_concept_id = above.ancestor_concept_id
            AND a.descendant_concept_id = below.descendant_concept_id
    )
GROUP BY 1, 2
ORDER BY 1, 2;

DELETE FROM main.concept_relationship
WHERE concept_id_1 IN (FROM incoming.owned) OR concept_id_2 IN (FROM incoming.owned);
INSERT INTO main.concept_relationship
SELECT * FROM incoming.concept_relationship i
WHERE NOT EXISTS (
    SELECT 1 FROM main.concept_relationship r
    WHERE r.concept_id_1 = i.concept_id_1 AND r.concept_id_2 = i.concept_id_2
        AND r.relationship_id = i.relationship_id
)
ORDER BY concept_id_1, relationship_id, concept_id_2;

DELETE FROM main.concept_synonym WHERE concept_id IN (FROM incoming.owned);
INSERT INTO main.concept_synonym
SELECT * FROM incoming.concept_synonym WHERE concept_id IN (FROM incoming.owned) ORDER BY concept_id;

DELETE FROM main.source_to_concept_map
WHERE source_vocabulary_id IN (SELECT source_vocabulary_id FROM incoming.source_to_concept_map);
INSERT INTO main.source_to_concept_map SELECT * FROM incoming.source_to_concept_map;

INSERT INTO main.vocabulary
SELECT * FROM incoming.vocabulary i
WHERE NOT EXISTS (SELECT 1 FROM main.vocabulary v WHERE v.vocabulary_id = i.vocabulary_id)
ORDER BY vocabulary_id;
UPDATE main.vocabulary v SET vocabulary_version = i.vocabulary_version
FROM incoming.vocabulary i
WHERE i.vocabulary_id = v.vocabulary_id
    AND i.vocabulary_id IN (SELECT vocabulary_id FROM incoming.registry WHERE concept_id >= 2000000000);

INSERT INTO main.domain
SELECT * FROM incoming.domain WHERE domain_id NOT IN (SELECT domain_id FROM main.domain);
INSERT INTO main.concept_class
SELECT * FROM incoming.concept_class
WHERE concept_class_id NOT IN (SELECT concept_class_id FROM main.concept_class);
INSERT INTO main.relationship
SELECT * FROM incoming.relationship
WHERE relationship_id NOT IN (SELECT relationship_id FROM main.relationship);
INSERT INTO main.drug_strength
SELECT * FROM incoming.drug_strength
WHERE drug_concept_id NOT IN (SELECT drug_concept_id FROM main.drug_strength);
