-- name: refuse
CREATE FUNCTION access_visit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at <= (SELECT max(at) - interval '180 days' FROM access_visit) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'visits are never changed, and kept for 180 days';
END;
$$;

-- name: append_only
CREATE TRIGGER access_visit_append_only BEFORE UPDATE OR DELETE ON access_visit
FOR EACH ROW EXECUTE FUNCTION access_visit_refuse();

-- name: never_truncated
CREATE TRIGGER access_visit_never_truncated BEFORE TRUNCATE ON access_visit
FOR EACH STATEMENT EXECUTE FUNCTION access_visit_refuse();
