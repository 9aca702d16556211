-- name: find_member
-- The member whose key signs a request.
SELECT site, public_key, state, clock_skew_s, anchor_sequence, anchor_hash
FROM group_member WHERE fingerprint = %(fingerprint)s;

-- name: take_nonce
-- The primary key refuses a request that came before.
INSERT INTO access_seennonce (nonce, at) VALUES (%(nonce)s, %(now)s);

-- name: find_requester
-- Whose token it is, unless it was revoked.
SELECT requester FROM access_token WHERE digest = %(digest)s AND revoked_at IS NULL;
