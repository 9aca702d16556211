-- name: never_updated
CREATE TRIGGER audit_event_never_updated BEFORE UPDATE ON audit_event
BEGIN
    SELECT RAISE(ABORT, 'audit events are never changed');
END;

-- name: never_deleted
CREATE TRIGGER audit_event_never_deleted BEFORE DELETE ON audit_event
BEGIN
    SELECT RAISE(ABORT, 'audit events are never deleted');
END;

-- name: never_replaced
-- INSERT OR REPLACE deletes without firing the trigger above
CREATE TRIGGER audit_event_never_replaced BEFORE INSERT ON audit_event
WHEN EXISTS (SELECT 1 FROM audit_event WHERE sequence = NEW.sequence)
BEGIN
    SELECT RAISE(ABORT, 'audit events are never replaced');
END;
