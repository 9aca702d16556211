-- name: resources
SELECT
    resource.*,
    part_of(
        resourceType, 'Patient',
        CASE
            WHEN key IS NULL THEN 'no-id'
            WHEN list_contains([one.type FOR one IN link], 'replaced-by') THEN 'replaced'
            WHEN first_day(birthDate) IS NULL THEN 'no-birth-date'
        END,
        'person'
    ) AS part,
    {person_key} AS person_id,
    [one FOR one IN address IF coalesce(one.use, 'home') = 'home' AND one.period."end" IS NULL][1] AS home
FROM (
    SELECT
        told.*,
        coalesce(same_person.number, told.own_number) AS number,
        coalesce(same_person.called, told.key) AS called
    FROM (
        SELECT *, key_of(id, fullUrl) AS key, hospital_number(identifier) AS own_number FROM {source}
    ) AS told
    LEFT JOIN same_person ON same_person.key = told.key
) AS resource;

-- name: versions
SELECT
    place,
    key,
    {version_columns},
    part = 'person' AS sound,
    number,
    CASE
        WHEN regexp_full_match(ins, '[1-478][0-9]{{4}}([0-9]{{2}}|2[AB])[0-9]{{8}}') THEN ins
    END AS ins,
    birthDate AS born,
    target_of([one.other.reference FOR one IN link IF one.type = 'replaced-by'][1], 'Patient') AS successor
FROM (SELECT *, ins_of(identifier) AS ins FROM resources) AS resources
WHERE resourceType = 'Patient' AND key IS NOT NULL;

-- name: person
SELECT
    part,
    true AS more,
    person_id,
    CASE gender WHEN 'male' THEN 8507 WHEN 'female' THEN 8532 ELSE 0 END AS gender_concept_id,
    year(first_day(birthDate)) AS year_of_birth,
    CASE WHEN length(birthDate) >= 7 THEN month(first_day(birthDate)) END AS month_of_birth,
    CASE WHEN length(birthDate) >= 10 THEN day(first_day(birthDate)) END AS day_of_birth,
    0 AS race_concept_id,
    0 AS ethnicity_concept_id,
    CASE WHEN home IS NOT NULL THEN person_id END AS location_id,
    called AS person_source_value,
    gender AS gender_source_value
FROM resources;

-- name: death
SELECT
    CASE WHEN death_date IS NULL THEN 'left.death-without-date' ELSE 'death' END AS part,
    person_id,
    death_date,
    death_datetime,
    32817 AS death_type_concept_id
FROM (
    SELECT
            person_id,
        first_day(deceasedDateTime) AS death_date,
        clock(deceasedDateTime) AS death_datetime
    FROM resources
    WHERE part = 'person' AND (deceasedDateTime IS NOT NULL OR deceasedBoolean)
) AS dead;

-- name: location
-- Streets are left aside and coordinates kept to a kilometre: a home is an identity.
SELECT
    'location' AS part,
    person_id AS location_id,
    home.city AS city,
    home.postalCode AS zip,
    home.country AS country_source_value,
    round(within(north, -90, 90), 2) AS latitude,
    round(within(east, -180, 180), 2) AS longitude,
    CASE WHEN north NOT BETWEEN -90 AND 90 OR east NOT BETWEEN -180 AND 180 THEN 'geolocation' END AS emptied
FROM (
    SELECT
        *,
        flatten([one.extension FOR one IN home.extension IF ends_with(one.url, '/geolocation')]) AS geolocation,
        told_number([one.valueDecimal FOR one IN geolocation IF one.url = 'latitude'][1]) AS north,
        told_number([one.valueDecimal FOR one IN geolocation IF one.url = 'longitude'][1]) AS east
    FROM resources
    WHERE part = 'person' AND home IS NOT NULL
) AS housed;
