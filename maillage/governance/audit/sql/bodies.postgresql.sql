-- name: refuse
CREATE FUNCTION audit_body_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit events are never changed nor deleted';
END;
$$;

-- name: check_told
-- Only after a line, which nobody can take back, says that bodies before a date go; a year old by that line's own
-- date. The bodies that later checks need never go.
CREATE FUNCTION audit_body_check_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM audit_event WHERE sequence = OLD.sequence
          AND type IN ('operator:audit:retain', 'node:ledger:anchor', 'node:ledger:differ')
    ) OR NOT EXISTS (
        SELECT 1 FROM audit_event act
        JOIN audit_body told ON told.sequence = act.sequence
        JOIN audit_event line ON line.sequence = OLD.sequence
        WHERE act.type = 'operator:audit:retain' AND act.sequence > OLD.sequence
          AND line.at < (told.facts::jsonb ->> 'removed_before')::timestamptz
          AND act.at - (told.facts::jsonb ->> 'removed_before')::timestamptz >= interval '365 days'
    ) THEN
        RAISE EXCEPTION 'audit events are never changed nor deleted';
    END IF;
    RETURN OLD;
END;
$$;

-- name: never_updated
CREATE TRIGGER audit_body_never_updated BEFORE UPDATE ON audit_body
FOR EACH ROW EXECUTE FUNCTION audit_body_refuse();

-- name: deleted_when_told
CREATE TRIGGER audit_body_deleted_when_told BEFORE DELETE ON audit_body
FOR EACH ROW EXECUTE FUNCTION audit_body_check_told();

-- name: never_truncated
CREATE TRIGGER audit_body_never_truncated BEFORE TRUNCATE ON audit_body
FOR EACH STATEMENT EXECUTE FUNCTION audit_body_refuse();
