-- name: faults
-- Lines that cannot be used, by reason, with the first of each. What no known version reads is one of them.
SELECT fault, count(*), list((file, number) ORDER BY file, number)[1:{shown}]
FROM (
    SELECT file, number, fault FROM summary WHERE fault IS NOT NULL
    UNION ALL
    SELECT file, number, 'version' FROM line WHERE version NOT IN ({versions})
)
GROUP BY fault
ORDER BY count(*) DESC, fault

-- name: repeated
-- Lines that came again as they were, and lines that a later one with the same number replaces.
SELECT coalesce(sum(lines - marks), 0), coalesce(sum(marks - 1), 0)
FROM (
    SELECT count(*) AS lines, count(DISTINCT mark) AS marks
    FROM summary WHERE fault IS NULL GROUP BY finess, stay, admission, record
)

-- name: totals
SELECT count(*), count(DISTINCT visit_id), (SELECT count(DISTINCT person_id) FROM stay) FROM unit

-- name: unlinked
SELECT count(*) FROM stay WHERE patient IS NULL

-- name: sexes
SELECT count(*) FROM (
    SELECT 1 FROM unit JOIN stay ON stay.visit_id = unit.visit_id GROUP BY person_id HAVING count(DISTINCT sex) > 1
)

-- name: births
SELECT count(*) FROM (
    SELECT 1 FROM unit JOIN stay ON stay.visit_id = unit.visit_id GROUP BY person_id HAVING {births}
)

-- name: admissions
SELECT count(*) FROM (SELECT 1 FROM unit GROUP BY finess, stay HAVING count(DISTINCT admission) > 1)

-- name: gaps
-- Units of a stay follow one another without a gap.
SELECT count(DISTINCT visit_id) FROM (
    SELECT visit_id, entry <> lag(leave) OVER (PARTITION BY visit_id ORDER BY entry, leave, record) AS gap FROM unit
) WHERE gap

-- name: undated
SELECT count(*) FROM act WHERE undated

-- name: outside
SELECT count(*) FROM act JOIN stay ON stay.visit_id = act.visit_id WHERE date NOT BETWEEN entry AND leave

-- name: after_death
SELECT count(DISTINCT later.visit_id)
FROM stay AS died
JOIN stay AS later ON later.person_id = died.person_id AND later.entry > died.leave
WHERE starts_with(died.exit_mode, '9')

-- name: documentary
SELECT coalesce(sum(documentary), 0) FROM unit
