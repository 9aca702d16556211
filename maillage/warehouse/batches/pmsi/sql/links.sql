-- name: link
CREATE TABLE link (admission VARCHAR, patient VARCHAR);

-- name: chain
CREATE TABLE chain (finess VARCHAR, record VARCHAR, chain VARCHAR, entry DATE, leave DATE, birth DATE);

-- name: ano_hosp_lines
SELECT {fields} FROM link_line WHERE substr(text, 17, 3) IN ({versions})

-- name: fill_ano_hosp
INSERT INTO link BY NAME
SELECT DISTINCT admission, patient FROM ({lines}) WHERE admission <> '' AND patient <> '';

-- name: ano_lines
-- The layouts before and since 2022 bear no version of their own: the entry date of the first lies where the
-- second is blank.
SELECT {fields} FROM link_line
WHERE regexp_full_match(substr(text, 45, 3), '01[0-9]|A1[0-9]')
    AND CASE WHEN trim(substr(text, 112, 8)) = '' THEN '2022' ELSE '2021' END IN ({versions})

-- name: fill_ano
-- A return code other than 0 says that the number does not tell one patient from another.
INSERT INTO chain BY NAME
SELECT DISTINCT finess, record, chain, entry, leave, birth
FROM ({lines})
WHERE chain <> '' AND record <> '' AND replace(returns, '0', '') = '' AND leave >= entry;

-- name: link_conflicts
SELECT count(*) FROM (SELECT 1 FROM link GROUP BY admission HAVING count(*) > 1)

-- name: chain_conflicts
SELECT count(*) FROM (
    SELECT 1 FROM chain GROUP BY finess, record, year(leave), month(leave) HAVING count(*) > 1
)
