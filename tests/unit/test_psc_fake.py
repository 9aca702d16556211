"""The imitation of Pro Santé Connect keeps to OpenID Connect, or what agrees with it would prove nothing."""

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.support.psc import CLIENT, DISCOVERY, SECRET, SUBJECT, half, running_realm

# OpenID Connect Discovery 1.0, 3: REQUIRED, and what our client needs of the rest.
REQUIRED = (
    *("issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"),
    *("response_types_supported", "subject_types_supported", "id_token_signing_alg_values_supported"),
)
BACK = "https://hub.example/back"
ASKED = {
    "response_type": "code",
    "client_id": CLIENT,
    "redirect_uri": BACK,
    "scope": "openid scope_all",
    "state": "S",
    "nonce": "N",
    "code_challenge": half("v" * 43, 32),
    "code_challenge_method": "S256",
}


def test_it_describes_itself_and_its_public_keys() -> None:
    with running_realm() as realm, httpx2.Client(base_url=realm.address) as http:
        found = http.get(DISCOVERY).json()
        assert set(REQUIRED) <= set(found)
        assert DISCOVERY.startswith(found["issuer"].removeprefix(realm.address) + "/.well-known/")
        assert "RS256" in found["id_token_signing_alg_values_supported"], "Discovery 1.0, 3: MUST be included"
        assert "?" not in found["issuer"]
        (key,) = http.get(found["jwks_uri"]).json()["keys"]
        # RFC 7517, 4 and RFC 7518, 6.3: a public RSA key for signatures, and nothing private.
        assert {"kty", "kid", "use", "n", "e"} <= set(key)
        assert not {"d", "p", "q", "dp", "dq", "qi"} & set(key)


@pytest.mark.parametrize(
    ("change", "password"),
    [
        ({"code_verifier": "w" * 43}, SECRET),
        ({"redirect_uri": "https://evil.example"}, SECRET),
        ({"code": "guessed"}, SECRET),
        ({}, "wrong"),
    ],
)
def test_a_code_serves_once_for_its_client_and_its_verifier(change: dict[str, str], password: str) -> None:
    with running_realm() as realm, httpx2.Client(base_url=realm.address) as http:
        led = http.get("/auth", params=ASKED)
        assert led.status_code == 302
        back = httpx2.URL(led.headers["location"])
        assert (str(back).partition("?")[0], back.params["state"]) == (BACK, "S")
        form = {"code": back.params["code"], "redirect_uri": BACK, "code_verifier": "v" * 43}
        token = realm.describe()["token_endpoint"]
        refused = http.post(token, data=form | change, auth=(CLIENT, password))
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


def test_its_tokens_are_the_standards() -> None:
    with running_realm() as realm, httpx2.Client(base_url=realm.address) as http:
        code = httpx2.URL(http.get("/auth", params=ASKED).headers["location"]).params["code"]
        form = {"code": code, "redirect_uri": BACK, "code_verifier": "v" * 43}
        described = realm.describe()
        told = http.post(described["token_endpoint"], data=form, auth=(CLIENT, SECRET)).json()
        assert told["token_type"].lower() == "bearer"
        keys = KeySet.import_key_set(http.get(described["jwks_uri"]).json())
        claims = jwt.decode(told["id_token"], keys, algorithms=["RS256"]).claims
        assert {"iss", "sub", "aud", "exp", "iat", "nonce"} <= set(claims)
        assert (claims["iss"], claims["nonce"]) == (described["issuer"], "N")
        assert claims["at_hash"] == half(told["access_token"], 16)
        address, bearer = described["userinfo_endpoint"], f"Bearer {told['access_token']}"
        assert http.get(address, headers={"Authorization": bearer}).json()["sub"] == claims["sub"] == SUBJECT
        assert http.get(address).status_code == 401
        assert http.post(described["token_endpoint"], data=form, auth=(CLIENT, SECRET)).status_code == 400
