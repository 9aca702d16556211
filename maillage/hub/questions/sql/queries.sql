-- name: find_news
-- What a poll of that site would bring: the end of a task that was cancelled, a task.
SELECT EXISTS (SELECT 1 FROM questions_task t WHERE t.site = %(site)s AND t.cancel_untold),
       EXISTS (
           SELECT 1 FROM questions_task t JOIN questions_question q ON q.id = t.question_id
           WHERE t.site = %(site)s AND q.expires_at > %(now)s
             AND (t.state = 'waiting' OR (t.state = 'delivered' AND t.lease_until < %(now)s)));

-- name: lend_oldest
-- The oldest task of the site that waits or whose lease has lapsed. On PostgreSQL `{lock}` makes two polls
-- at once skip each other's row; on SQLite writers wait for one another and it is empty.
UPDATE questions_task
SET state = 'delivered', boot = %(boot)s, lease_until = %(until)s, delivered_at = %(now)s,
    deliveries = deliveries + 1
WHERE id = (
    SELECT t.id FROM questions_task t JOIN questions_question q ON q.id = t.question_id
    WHERE t.site = %(site)s
      AND (t.state = 'waiting' OR (t.state = 'delivered' AND t.lease_until < %(now)s))
      AND q.expires_at > %(now)s
    ORDER BY q.asked_at, t.id
    LIMIT 1 {lock}
)
RETURNING id, question_id, task_hash, deliveries, envelope;

-- name: find_boot
-- The process that greeted last.
SELECT boot FROM group_member WHERE site = %(site)s;

-- name: tell_cancelled
-- Each cancelled task is told once.
UPDATE questions_task SET cancel_untold = %(no)s WHERE site = %(site)s AND cancel_untold RETURNING id;

-- name: find_task
-- What was asked, to judge an answer by it.
SELECT t.site, t.state, t.question_id, t.nonce, t.task_hash, t.answer_hash, t.reason, q.analysis,
       q.parameters, q.rules, q.is_masked,
       EXISTS (SELECT 1 FROM questions_rounds r WHERE r.question_id = q.id)
FROM questions_task t JOIN questions_question q ON q.id = t.question_id
WHERE t.id = %(task)s {lock};

-- name: is_shared
-- Whether the hospitals of that task's question work in steps, by a masked sum or by rounds. It never changes.
SELECT q.is_masked OR EXISTS (SELECT 1 FROM questions_rounds r WHERE r.question_id = q.id)
FROM questions_task t JOIN questions_question q ON q.id = t.question_id
WHERE t.id = %(task)s;

-- name: find_release
-- The committee's check of a question's result, where one is asked for.
SELECT standing, masks FROM questions_release WHERE question_id = %(question)s;

-- name: keep_answer
UPDATE questions_task
SET state = %(state)s, lease_until = NULL, answer = %(answer)s, answer_hash = %(answer_hash)s,
    answered_at = %(answered_at)s, reason = %(reason)s, incident = %(incident)s, content = %(content)s,
    shown_alone = %(shown_alone)s, repeated = %(repeated)s, evidence = %(evidence)s, floor = %(floor)s, compile_ms = %(compile_ms)s, engine_ms = %(engine_ms)s
WHERE id = %(task)s;

-- name: touch_question
-- Who waits for the question looks again.
UPDATE questions_question SET version = version + 1, changed_at = %(now)s WHERE id = %(question)s
RETURNING state;

-- name: complete_question
-- When no hospital is awaited any longer.
UPDATE questions_question SET state = 'complete'
WHERE id = %(question)s AND state = 'open'
  AND NOT EXISTS (SELECT 1 FROM questions_task t
                  WHERE t.question_id = %(question)s AND t.state IN ('waiting', 'delivered', 'held'))
RETURNING id;

-- name: see_member
-- The node lives; of its ledger the furthest head is kept, for an answer sent late carries an earlier one.
UPDATE group_member
SET last_seen = %(now)s,
    anchor_hash = CASE WHEN %(sequence)s > COALESCE(anchor_sequence, -1) THEN %(hash)s ELSE anchor_hash END,
    anchor_sequence = CASE WHEN %(sequence)s > COALESCE(anchor_sequence, -1)
                           THEN %(sequence)s ELSE anchor_sequence END
WHERE site = %(site)s;

-- name: find_version
-- Its version, its state, whether it is in rounds, and whether its date limit has come, or that of its masked sum's or
-- its rounds' present step.
SELECT version, state,
       EXISTS (SELECT 1 FROM questions_rounds r
               WHERE r.question_id = questions_question.id AND r.state IN ('gathering', 'running')),
       expires_at <= %(now)s
       OR EXISTS (SELECT 1 FROM questions_maskedsum s
                  WHERE s.question_id = questions_question.id AND s.deadline <= %(now)s
                    AND s.state IN ('gathering', 'masking', 'signing', 'revealing'))
       OR EXISTS (SELECT 1 FROM questions_rounds r
                  WHERE r.question_id = questions_question.id AND r.deadline <= %(now)s
                    AND r.state IN ('gathering', 'running'))
FROM questions_question WHERE id = %(question)s AND requester = %(requester)s;

-- name: is_anything_due
-- Whether the date limit of a question has come, or that of a masked sum's or of rounds' present step.
SELECT EXISTS (SELECT 1 FROM questions_question q WHERE q.state = 'open' AND q.expires_at <= %(now)s)
       OR EXISTS (SELECT 1 FROM questions_maskedsum s
                  WHERE s.deadline <= %(now)s AND s.state IN ('gathering', 'masking', 'signing', 'revealing'))
       OR EXISTS (SELECT 1 FROM questions_rounds r
                  WHERE r.deadline <= %(now)s AND r.state IN ('gathering', 'running'));

-- name: find_last_answers
-- Of each hospital the last answer: when it was recorded and delivered, and its engine's milliseconds. From the
-- hospitals to their tasks: the other way round, every task that was ever answered is looked at.
SELECT t.site, t.answered_at, t.delivered_at, COALESCE(t.engine_ms, 0) + COALESCE(t.compile_ms, 0)
FROM (SELECT m.site, (SELECT MAX(o.answered_at) FROM questions_task o
                      WHERE o.site = m.site AND o.state = 'answered') AS answered_at
      FROM group_member m) l
JOIN questions_task t ON t.site = l.site AND t.state = 'answered' AND t.answered_at = l.answered_at
WHERE t.delivered_at IS NOT NULL;
