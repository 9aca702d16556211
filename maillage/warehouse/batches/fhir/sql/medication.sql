-- name: medication
SELECT
    part_of(resourceType, 'Medication', CASE WHEN key IS NULL THEN 'no-id' END, 'medication') AS part,
    key AS id,
    {row_key} AS medication_id,
    CASE WHEN len(code.coding) > 0 THEN [code_of(code, {drugs})] END AS codes,
    CASE WHEN len(code.coding) > 0 THEN NULL ELSE ingredient END AS ingredient,
    code.text AS name
FROM (SELECT *, key_of(id, fullUrl) AS key FROM {source}) AS resource;

-- name: list_medications
-- A compound without a code of its own stands for its ingredients, told here or in medications of their own.
INSERT INTO medication
WITH told AS (FROM read_parquet({files}, union_by_name = true, hive_partitioning = false)),
ingredients AS (
    SELECT
        parts.id, parts.place,
        coalesce(code_of(parts.part.itemCodeableConcept, {drugs}), other.codes[1]) AS code
    FROM (SELECT id, unnest(ingredient) AS part, generate_subscripts(ingredient, 1) AS place FROM told) AS parts
    LEFT JOIN told AS other ON other.id = target_of(parts.part.itemReference.reference, 'Medication')
)
SELECT told.id, coalesce(any_value(told.codes), list(code ORDER BY place) FILTER (code IS NOT NULL),
    [struct_pack(vocabulary := '', code := substr(any_value(name), 1, 50))])
FROM told
LEFT JOIN ingredients ON ingredients.id = told.id
GROUP BY told.id;
