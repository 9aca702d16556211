-- name: take_head
-- The last line, for whoever writes the next one: lines are numbered one after the other, whoever writes. In a function,
-- for each journey to the database counts; a volatile one, so that it looks after it has waited.
CREATE FUNCTION audit_take_head() RETURNS TABLE (sequence bigint, hash varchar) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    LOCK TABLE audit_event IN SHARE ROW EXCLUSIVE MODE;
    RETURN QUERY SELECT e.sequence, e.hash FROM audit_event e ORDER BY e.sequence DESC LIMIT 1;
END;
$$;
