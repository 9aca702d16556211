-- name: never_changed
CREATE TRIGGER access_visit_never_changed BEFORE UPDATE ON access_visit
BEGIN
    SELECT RAISE(ABORT, 'visits are never changed');
END;

-- name: never_replaced
-- INSERT OR REPLACE deletes without firing the trigger below
CREATE TRIGGER access_visit_never_replaced BEFORE INSERT ON access_visit
WHEN EXISTS (SELECT 1 FROM access_visit WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'visits are never replaced');
END;

-- name: kept
-- Half a year before the newest line; the last one never goes.
CREATE TRIGGER access_visit_kept BEFORE DELETE ON access_visit
WHEN OLD.at > (SELECT datetime(max(at), '-180 days') FROM access_visit)
BEGIN
    SELECT RAISE(ABORT, 'visits are kept for 180 days');
END;
