-- name: never_updated
CREATE TRIGGER audit_body_never_updated BEFORE UPDATE ON audit_body
BEGIN
    SELECT RAISE(ABORT, 'audit events are never changed');
END;

-- name: never_replaced
-- INSERT OR REPLACE deletes without firing the trigger below
CREATE TRIGGER audit_body_never_replaced BEFORE INSERT ON audit_body
WHEN EXISTS (SELECT 1 FROM audit_body WHERE sequence = NEW.sequence)
BEGIN
    SELECT RAISE(ABORT, 'audit events are never replaced');
END;

-- name: deleted_when_told
-- Only after a line, which nobody can take back, says that bodies before a date go; a year old by that line's own
-- date. The bodies that later checks need never go.
CREATE TRIGGER audit_body_deleted_when_told BEFORE DELETE ON audit_body
WHEN EXISTS (
    SELECT 1 FROM audit_event WHERE sequence = OLD.sequence
      AND type IN ('operator:audit:retain', 'node:ledger:anchor', 'node:ledger:differ')
) OR NOT EXISTS (
    SELECT 1 FROM audit_event act
    JOIN audit_body told ON told.sequence = act.sequence
    JOIN audit_event line ON line.sequence = OLD.sequence
    WHERE act.type = 'operator:audit:retain' AND act.sequence > OLD.sequence
      AND julianday(line.at) < julianday(told.facts ->> '$.removed_before')
      AND julianday(act.at) - julianday(told.facts ->> '$.removed_before') >= 365
)
BEGIN
    SELECT RAISE(ABORT, 'audit events are never deleted');
END;
