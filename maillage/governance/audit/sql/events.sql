-- name: take_head
-- PostgreSQL only: nobody else writes a line before the end of this transaction.
SELECT sequence, hash FROM audit_take_head();

-- name: find_head
SELECT sequence, hash FROM audit_event ORDER BY sequence DESC LIMIT 1;

-- name: append
INSERT INTO audit_event (sequence, at, type, actor, subject, facts, previous, hash, version, body)
VALUES (%(sequence)s, %(at)s, %(type)s, '', '', '', %(previous)s, %(hash)s, %(version)s, %(body)s);

-- name: append_body
INSERT INTO audit_body (sequence, salt, actor, subject, facts)
VALUES (%(sequence)s, %(salt)s, %(actor)s, %(subject)s, %(facts)s);

-- name: append_whole
-- Both at once, on PostgreSQL: on a hub that answers many, each journey to the database counts.
WITH line AS (
    INSERT INTO audit_event (sequence, at, type, actor, subject, facts, previous, hash, version, body)
    VALUES (%(sequence)s, %(at)s, %(type)s, '', '', '', %(previous)s, %(hash)s, %(version)s, %(body)s)
)
INSERT INTO audit_body (sequence, salt, actor, subject, facts)
VALUES (%(sequence)s, %(salt)s, %(actor)s, %(subject)s, %(facts)s);

-- name: find_moved
-- The last line that is not about a node's head.
SELECT sequence FROM audit_event WHERE type NOT IN ('node:ledger:anchor', 'node:ledger:differ')
ORDER BY sequence DESC LIMIT 1;

-- name: find_last
-- The first condition is that of the index.
SELECT e.sequence FROM audit_event e JOIN audit_body b ON b.sequence = e.sequence
WHERE e.type IN ('node:ledger:anchor', 'node:ledger:differ') AND e.type = %(type)s AND b.actor = %(actor)s
ORDER BY e.sequence DESC LIMIT 1;

-- name: remove_body
DELETE FROM audit_body WHERE sequence = %(sequence)s;
