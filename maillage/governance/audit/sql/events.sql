-- name: lock
-- PostgreSQL only: lines are numbered one after the other, whoever writes.
LOCK TABLE audit_event IN SHARE ROW EXCLUSIVE MODE;

-- name: find_head
SELECT sequence, hash FROM audit_event ORDER BY sequence DESC LIMIT 1;

-- name: append
INSERT INTO audit_event (sequence, at, type, actor, subject, facts, previous, hash)
VALUES (%(sequence)s, %(at)s, %(type)s, %(actor)s, %(subject)s, %(facts)s, %(previous)s, %(hash)s);
