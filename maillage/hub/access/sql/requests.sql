-- name: find_member
-- The member whose key signs a request.
SELECT site, public_key, state, clock_skew_s, anchor_sequence, anchor_hash
FROM group_member WHERE fingerprint = %(fingerprint)s;

-- name: take_nonce
-- The primary key refuses a request that came before.
INSERT INTO access_seennonce (nonce, at) VALUES (%(nonce)s, %(now)s);

-- name: find_requester
-- Whose token it is, unless it was revoked or is over.
SELECT requester FROM access_token
WHERE digest = %(digest)s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %(now)s);

-- name: find_person
-- The account of that name, if there is one.
SELECT id, state FROM people_person WHERE name = %(name)s;

-- name: find_held
-- The roles that a person holds at this instant.
SELECT role, site FROM people_grant
WHERE person_id = %(person)s AND state = 'given' AND starts_at <= %(now)s AND ends_at > %(now)s;

-- name: find_session
-- Whose session it is, unless it was ended, with their account, and whether they have a token that opens something now.
SELECT s.requester, s.opened_at, s.seen_at, p.id, p.state,
       EXISTS (SELECT 1 FROM access_token t
               WHERE t.requester = s.requester AND t.revoked_at IS NULL
                 AND (t.expires_at IS NULL OR t.expires_at > %(now)s))
FROM access_session s LEFT JOIN people_person p ON p.name = s.requester
WHERE s.digest = %(digest)s AND s.ended_at IS NULL;

-- name: touch_session
-- Somebody did something in it.
UPDATE access_session SET seen_at = %(now)s WHERE digest = %(digest)s;

-- name: add_visit_alone
-- PostgreSQL only: a transaction of its own that does not wait for the disk, in one journey instead of four.
INSERT INTO access_visit (at, requester, route, object, status)
SELECT %(at)s::timestamptz, %(requester)s, %(route)s, %(object)s, %(status)s::integer
WHERE set_config('synchronous_commit', 'off', true) = 'off';

-- name: add_visit
-- Who looked at what.
INSERT INTO access_visit (at, requester, route, object, status)
VALUES (%(at)s, %(requester)s, %(route)s, %(object)s, %(status)s);

-- name: forget_visits
-- Those past the retention; the trigger lets no other go.
DELETE FROM access_visit WHERE at < %(before)s;
