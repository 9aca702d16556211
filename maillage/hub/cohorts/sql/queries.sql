-- name: read_step
-- The document at a step of a draft, with the numbers of the first step that is kept and of the last.
SELECT s.document,
       (SELECT min(f.number) FROM cohorts_step f WHERE f.cohort_id = s.cohort_id),
       (SELECT max(l.number) FROM cohorts_step l WHERE l.cohort_id = s.cohort_id)
FROM cohorts_step s WHERE s.cohort_id = %(cohort)s AND s.number = %(number)s;
