-- name: find_asked
-- What was asked of a hospital, to judge by it what it tells; and what it told under that number before.
SELECT t.site, t.state, t.question_id, t.nonce, t.task_hash, q.analysis, r.number, p.digest
FROM questions_task t
JOIN questions_question q ON q.id = t.question_id
JOIN questions_rounds r ON r.question_id = t.question_id
LEFT JOIN questions_roundpart p ON p.rounds_id = t.question_id AND p.site = t.site AND p.number = %(number)s
WHERE t.id = %(task)s AND t.site = %(site)s;

-- name: find_exchange
-- An exchange that is open. `{lock}` is empty on SQLite, where writers wait for one another.
SELECT state, number, started, members, asked, deadline <= %(now)s
FROM questions_rounds
WHERE question_id = %(question)s AND state IN ('gathering', 'running') {lock};

-- name: list_hospitals
-- Every hospital asked: its state, whether it opened, and whether its part of the present round came.
SELECT t.site, t.state,
       EXISTS (SELECT 1 FROM questions_roundpart o
               WHERE o.rounds_id = t.question_id AND o.site = t.site AND o.number = 0),
       EXISTS (SELECT 1 FROM questions_roundpart p
               WHERE p.rounds_id = t.question_id AND p.site = t.site AND p.number = %(number)s)
FROM questions_task t WHERE t.question_id = %(question)s;

-- name: keep_part
INSERT INTO questions_roundpart (rounds_id, site, number, digest, content, shown_alone)
VALUES (%(question)s, %(site)s, %(number)s, %(digest)s, %(content)s, %(shown_alone)s);

-- name: find_news
-- Where a hospital's exchange stands, and what it told last.
SELECT t.site, t.state, t.reason, t.question_id, t.nonce, r.state, r.number, r.asked, r.asked_at, p.number, p.digest
FROM questions_task t
JOIN questions_rounds r ON r.question_id = t.question_id
LEFT JOIN questions_roundpart p
  ON p.rounds_id = t.question_id AND p.site = t.site
 AND p.number = (SELECT MAX(l.number) FROM questions_roundpart l
                 WHERE l.rounds_id = t.question_id AND l.site = t.site)
WHERE t.id = %(task)s;

-- name: list_told
-- What each hospital told under a number.
SELECT site, content, shown_alone FROM questions_roundpart
WHERE rounds_id = %(question)s AND number = %(number)s ORDER BY site;
