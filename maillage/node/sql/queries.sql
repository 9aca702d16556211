-- name: head
-- The last line of the ledger.
SELECT sequence, hash FROM ledger ORDER BY sequence DESC LIMIT 1;

-- name: append
INSERT INTO ledger (version, sequence, at, event, task_id, body, previous, hash)
VALUES (:version, :sequence, :at, :event, :task_id, :body, :previous, :hash);

-- name: append_body
INSERT INTO ledger_bodies (sequence, sealed) VALUES (:sequence, :sealed);

-- name: lines
SELECT sequence, at, event, task_id, body, previous, hash, version, sealed
FROM ledger LEFT JOIN ledger_bodies USING (sequence)
WHERE sequence BETWEEN :first AND :last ORDER BY sequence;

-- name: anchoring_lines
SELECT sequence, at, event, task_id, body, previous, hash, version, sealed
FROM ledger LEFT JOIN ledger_bodies USING (sequence)
WHERE event LIKE 'hub:audit:%' ORDER BY sequence;

-- name: retaining_lines
SELECT sequence, body, version, sealed
FROM ledger LEFT JOIN ledger_bodies USING (sequence) WHERE event = 'person:ledger:retained';

-- name: last_of
-- The last line of one event.
SELECT sequence, at, event, task_id, body, previous, hash, version, sealed
FROM ledger LEFT JOIN ledger_bodies USING (sequence)
WHERE event = :event ORDER BY sequence DESC LIMIT 1;

-- name: last_moved
-- The last line that is not about the hub's head.
SELECT sequence FROM ledger WHERE event NOT LIKE 'hub:audit:%' ORDER BY sequence DESC LIMIT 1;

-- name: ends
-- The first and the last line between two instants.
SELECT min(sequence) AS first, max(sequence) AS last FROM ledger WHERE at >= :since AND at < :until;

-- name: count_bodies
SELECT count(*) AS bodies FROM ledger_bodies WHERE sequence BETWEEN :first AND :last;

-- name: old_bodies
-- Those that a date would remove, without the lines of tasks that are not over.
SELECT sequence, at, event, task_id, body, previous, hash, version, sealed
FROM ledger JOIN ledger_bodies USING (sequence)
WHERE at < :before AND event NOT IN ('person:ledger:retained', 'person:node:created')
  AND event NOT LIKE 'hub:audit:%'
  AND (task_id IS NULL OR task_id NOT IN (
      SELECT task_id FROM tasks WHERE state IN ('received', 'held', 'accepted', 'answered')))
ORDER BY sequence;

-- name: remove_body
DELETE FROM ledger_bodies WHERE sequence = :sequence;

-- name: receive_task
INSERT INTO tasks (task_id, state, delivery, delivery_hash, received_at)
VALUES (:task_id, 'received', :delivery, :delivery_hash, :received_at);

-- name: task
SELECT task_id, state, attempts, delivery, delivery_hash, received_at, expires_at
FROM tasks WHERE task_id = :task_id;

-- name: tasks_in_state
-- Oldest first.
SELECT task_id, state, attempts, delivery, delivery_hash, received_at, expires_at
FROM tasks WHERE state = :state ORDER BY received_at, task_id;

-- name: next_accepted
-- One whose numbers are being summed under masks, or that is in its rounds, was computed.
SELECT task_id, state, attempts, delivery, delivery_hash, received_at, expires_at
FROM tasks WHERE state = 'accepted' AND task_id NOT IN (SELECT task_id FROM sums)
  AND task_id NOT IN (SELECT task_id FROM rounds)
ORDER BY received_at, task_id LIMIT 1;

-- name: expired_tasks
-- Without a final answer, past their date. RFC 3339 in UTC with milliseconds sorts as text.
SELECT task_id FROM tasks
WHERE state IN ('received', 'held', 'accepted', 'computed') AND expires_at <> '' AND expires_at <= :now;

-- name: count_states
SELECT state, count(*) AS tasks FROM tasks GROUP BY state ORDER BY state;

-- name: move_task
UPDATE tasks SET state = :state WHERE task_id = :task_id;

-- name: set_attempts
UPDATE tasks SET attempts = :attempts WHERE task_id = :task_id;

-- name: set_expiry
UPDATE tasks SET expires_at = :expires_at WHERE task_id = :task_id;

-- name: claim_nonce
-- Leaves the first owner in place; who owns it is read next.
INSERT INTO nonces (nonce, task_id) VALUES (:nonce, :task_id) ON CONFLICT (nonce) DO NOTHING;

-- name: nonce_owner
SELECT task_id FROM nonces WHERE nonce = :nonce;

-- name: record_answer
INSERT INTO answers (task_id, final, kind, reason, envelope, hash, recorded_at)
VALUES (:task_id, :final, :kind, :reason, :envelope, :hash, :recorded_at);

-- name: has_told
-- Whether numbers ever left, whatever a fact says of them.
SELECT 1 FROM answers WHERE kind IN ('partial', 'summed') UNION ALL SELECT 1 FROM rounds LIMIT 1;

-- name: due_answers
-- In the order in which they were recorded: a hold leaves before the answer that follows it.
SELECT answer_id, task_id, final, kind, envelope, hash FROM answers WHERE due = 1 ORDER BY answer_id;

-- name: settle_answer
UPDATE answers SET due = 0 WHERE answer_id = :answer_id;

-- name: ask_again
-- The hub delivered the task again: what was last said about it is said again.
UPDATE answers SET due = 1
WHERE answer_id = (SELECT max(answer_id) FROM answers WHERE task_id = :task_id);

-- name: answers
SELECT task_id, final, kind, reason, hash, envelope, recorded_at, due FROM answers ORDER BY answer_id;

-- name: set_fact
INSERT INTO facts (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: fact
SELECT value FROM facts WHERE name = :name;

-- name: line_hash
SELECT hash FROM ledger WHERE sequence = :sequence;

-- name: trust_key
INSERT INTO committee_keys (fingerprint, public_key, trusted_at) VALUES (:fingerprint, :public_key, :at);

-- name: revoke_key
UPDATE committee_keys SET revoked_at = :at WHERE fingerprint = :fingerprint;

-- name: committee_keys
SELECT fingerprint, public_key, trusted_at, revoked_at FROM committee_keys ORDER BY trusted_at, fingerprint;

-- name: offer_permit
INSERT INTO permits (hash, permit_id, state, envelope, received_at)
VALUES (:hash, :permit_id, 'offered', :envelope, :received_at);

-- name: replace_permit_envelope
UPDATE permits SET envelope = :envelope WHERE hash = :hash;

-- name: move_permit
UPDATE permits SET state = :state WHERE hash = :hash;

-- name: decide_permit
UPDATE permits SET state = :state, decision = :decision, told = 0 WHERE hash = :hash;

-- name: permit
SELECT hash, permit_id, state, envelope, received_at, decision, told FROM permits WHERE hash = :hash;

-- name: permits
SELECT hash, permit_id, state, envelope, received_at, decision, told FROM permits
ORDER BY received_at, hash;

-- name: permits_of_name
-- The one in force first, then the others, the latest first.
SELECT hash, permit_id, state, envelope, received_at, decision, told FROM permits
WHERE permit_id = :permit_id ORDER BY state <> 'accepted', received_at DESC, hash;

-- name: untold_decisions
SELECT hash, decision FROM permits WHERE told = 0 ORDER BY hash;

-- name: decision_told
-- Unless another word came meanwhile.
UPDATE permits SET told = 1 WHERE hash = :hash AND decision = :decision;

-- name: spend
INSERT INTO spent (task_id, permit, requester, at) VALUES (:task_id, :permit, :requester, :at)
ON CONFLICT (task_id) DO NOTHING;

-- name: give_back_spent
-- With those of its further analyses, which bear its name and a rank.
DELETE FROM spent WHERE task_id = :task_id OR task_id GLOB :task_id || '/[0-9]*';

-- name: count_spent
-- Under whichever permit of that name was in force: a new date is no new budget.
SELECT count(*) AS questions, coalesce(max(at), '') AS latest FROM spent
WHERE permit IN (SELECT other.hash FROM permits AS one JOIN permits AS other USING (permit_id)
                 WHERE one.hash = :permit)
  AND requester = :requester AND at > :since;
-- name: register_line
-- The last change of the register of objections.
SELECT sequence, coalesce(sealed -> '$.body', body) AS body
FROM ledger LEFT JOIN ledger_bodies USING (sequence)
WHERE event LIKE 'person:objection%' ORDER BY sequence DESC LIMIT 1;

-- name: register_names
SELECT name, objection_id FROM objection_names ORDER BY name;

-- name: objections
SELECT objection_id, kind, recorded_at FROM objections ORDER BY objection_id;

-- name: objection_of_name
SELECT objection_id FROM objection_names WHERE name = :name;

-- name: add_objection
INSERT INTO objections (kind, recorded_at) VALUES (:kind, :recorded_at);

-- name: last_objection
SELECT max(objection_id) AS objection_id FROM objections;

-- name: name_objection
INSERT INTO objection_names (name, objection_id) VALUES (:name, :objection_id);

-- name: move_names
UPDATE objection_names SET objection_id = :kept WHERE objection_id = :merged;

-- name: set_objection_kind
UPDATE objections SET kind = :kind WHERE objection_id = :objection_id;

-- name: drop_names
DELETE FROM objection_names WHERE objection_id = :objection_id;

-- name: drop_objection
DELETE FROM objections WHERE objection_id = :objection_id;

-- name: drop_every_name
DELETE FROM objection_names;

-- name: drop_every_objection
DELETE FROM objections;

-- name: hold_of_task
SELECT answer_id FROM answers WHERE task_id = :task_id AND final = 0;

-- name: final_answer
SELECT kind, hash, envelope, recorded_at FROM answers WHERE task_id = :task_id AND final = 1;

-- name: hold_computed
-- Computed anew, it opens a new round.
INSERT INTO held (task_id, standing, checkers, sealed, sealed_hash, register, computed_at)
VALUES (:task_id, 'waiting', :checkers, :sealed, :sealed_hash, :register, :computed_at)
ON CONFLICT (task_id) DO UPDATE SET
    standing = excluded.standing, round = round + 1, checkers = excluded.checkers, sealed = excluded.sealed,
    sealed_hash = excluded.sealed_hash, register = excluded.register, computed_at = excluded.computed_at;

-- name: held
SELECT task_id, standing, round, checkers, sealed, sealed_hash, register, computed_at
FROM held WHERE task_id = :task_id;

-- name: held_open
-- Oldest first.
SELECT task_id, standing, round, checkers, sealed, sealed_hash, register, computed_at
FROM held WHERE standing IN ('waiting', 'seconded', 'examined') ORDER BY computed_at, task_id;

-- name: move_held
UPDATE held SET standing = :standing, round = :round WHERE task_id = :task_id;

-- name: held_line
-- What the ledger says was sealed.
SELECT coalesce(sealed -> '$.body', body) AS body FROM ledger LEFT JOIN ledger_bodies USING (sequence)
WHERE task_id = :task_id AND event = 'agent:release:held'
ORDER BY sequence DESC LIMIT 1;

-- name: release_lines
-- Of one task: each time that it was held, and each word since.
SELECT event, coalesce(sealed -> '$.body', body) AS body
FROM ledger LEFT JOIN ledger_bodies USING (sequence)
WHERE task_id = :task_id AND event IN ('agent:release:held', 'person:release:checked') ORDER BY sequence;

-- name: add_word
INSERT INTO words (task_id, round, checker, outcome, masks, note, at)
VALUES (:task_id, :round, :checker, :outcome, :masks, :note, :at);

-- name: words
SELECT round, checker, outcome, masks, note, at FROM words WHERE task_id = :task_id ORDER BY word_id;

-- name: keep_evidence
INSERT INTO evidence (task_id, envelope) VALUES (:task_id, :envelope);

-- name: evidence
SELECT task_id, envelope FROM evidence WHERE task_id = :task_id;

-- name: task_of_question
-- The line that decided a task names its question.
SELECT task_id FROM ledger LEFT JOIN ledger_bodies USING (sequence)
WHERE task_id IS NOT NULL AND coalesce(sealed -> '$.body', body) ->> '$.question' = :question
ORDER BY sequence LIMIT 1;

-- name: begin_sum
-- Leaves a former session of this question, or of this task, in place: the change is then none.
INSERT INTO sums (
    session, task_id, state, sealed, cohort, numbers, cells, sketch, scope, floor, repeated, reference
) VALUES (
    :session, :task_id, 'offered', :sealed, :cohort, :numbers, :cells, :sketch, :scope, :floor, :repeated,
    :reference
)
ON CONFLICT DO NOTHING;

-- name: sum
SELECT session, task_id, state, sealed, cohort, numbers, sketch, scope, floor, repeated, reference, offers,
    survivors
FROM sums WHERE session = :session;

-- name: open_sums
SELECT session, task_id, state, sealed, cohort, numbers, sketch, scope, floor, repeated, reference, offers,
    survivors
FROM sums WHERE state IN ('offered', 'masked', 'agreed') ORDER BY session;

-- name: open_sum
UPDATE sums SET state = 'masked', offers = :offers WHERE session = :session;

-- name: sign_sum
UPDATE sums SET state = 'agreed', survivors = :survivors WHERE session = :session;

-- name: end_sum
UPDATE sums SET state = :state, sealed = NULL WHERE session = :session;

-- name: signed_otherwise
-- Every sum for which this hospital signed another list, and which was or may still be told: one that ended
-- before this hospital lifted its own mask is read by nobody.
SELECT session, task_id, state, sealed, cohort, numbers, sketch, scope, floor, repeated, reference, offers,
    survivors
FROM sums WHERE state IN ('agreed', 'revealed') AND survivors <> :survivors ORDER BY session;

-- name: sum_of_same_numbers
-- A former sum that was made of the very numbers of this task's, to the same requester.
SELECT former.session FROM sums AS own JOIN sums AS former
    ON former.scope = own.scope AND former.cells = own.cells AND former.session <> own.session
WHERE own.task_id = :task_id AND former.state = 'revealed' LIMIT 1;

-- name: catalogue
SELECT day, warehouse, permit, hash, envelope, sent FROM catalogues;

-- name: keep_catalogue
INSERT INTO catalogues (only, day, warehouse, permit, hash, envelope)
VALUES (1, :day, :warehouse, :permit, :hash, :envelope)
ON CONFLICT (only) DO UPDATE SET day = excluded.day, warehouse = excluded.warehouse, permit = excluded.permit,
    hash = excluded.hash, envelope = excluded.envelope, sent = 0;

-- name: catalogue_sent
UPDATE catalogues SET sent = 1 WHERE hash = :hash;

-- name: final_answers
-- The latest first, from before one of them, with the question of each.
SELECT answer_id, task_id, kind, reason, hash, envelope, recorded_at, due, state, delivery, delivery_hash
FROM answers JOIN tasks USING (task_id)
WHERE final = 1 AND answer_id < :before ORDER BY answer_id DESC;

-- name: answers_of_task
-- In the order in which they were recorded.
SELECT answer_id, task_id, kind, reason, hash, envelope, recorded_at, due, state, delivery, delivery_hash
FROM answers JOIN tasks USING (task_id) WHERE task_id = :task_id ORDER BY answer_id;

-- name: lines_of_task
SELECT sequence, at, event, task_id, body, previous, hash, version, sealed
FROM ledger LEFT JOIN ledger_bodies USING (sequence) WHERE task_id = :task_id ORDER BY sequence;

-- name: lines_back
-- The latest first; an empty event or task is any.
SELECT sequence, at, event, task_id, body, previous, hash, version, sealed
FROM ledger LEFT JOIN ledger_bodies USING (sequence)
WHERE sequence <= :last AND :event IN ('', event) AND (:task_id = '' OR task_id = :task_id)
ORDER BY sequence DESC LIMIT :most;
-- name: begin_rounds
INSERT INTO rounds (session, task_id, state, number, told, told_hash, opening, fingerprint, permit, floor)
VALUES (:session, :task_id, 'open', 0, :told, :told_hash, :opening, :fingerprint, :permit, :floor);

-- name: rounds
SELECT session, task_id, state, number, told, told_hash, opening, fingerprint, permit, floor
FROM rounds WHERE session = :session;

-- name: rounds_of_task
SELECT session FROM rounds WHERE task_id = :task_id;

-- name: open_rounds
SELECT session, task_id, state, number, told, told_hash, opening, fingerprint, permit, floor
FROM rounds WHERE state = 'open' ORDER BY session;

-- name: tell_round
UPDATE rounds SET number = :number, told = :told, told_hash = :told_hash WHERE session = :session;

-- name: end_rounds
-- What was told is in the ledger; the bytes go.
UPDATE rounds SET state = :state, told = NULL, opening = '' WHERE session = :session;
