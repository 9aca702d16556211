"""What of Pro Santé Connect's answers is believed: every rule refused on its own, and no other."""

import hmac
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import RSAKey

from maillage.national.errors import PscError
from maillage.national.psc import (
    Attempt,
    Client,
    Provider,
    check_id_token,
    check_identity,
    check_return,
    read_provider,
    write_address,
)
from tests.support.authenticator import encode
from tests.support.psc import CLIENT, PERSON, SUBJECT, Realm

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HOST = "https://auth.esw.example"
BACK = "https://hub.example/entrer/psc/retour"


@pytest.fixture(scope="module")
def realm() -> Realm:
    return Realm(HOST, lambda: NOW)


def provider_of(realm: Realm) -> Provider:
    return read_provider(realm.describe(), discovery=realm.discovery)


def check(realm: Realm, *, level: str = "eidas1", now: datetime = NOW, **claims: Any) -> str:
    attempt = Attempt()
    realm.claims = claims
    token = realm.write_token(nonce=attempt.nonce, access="access")
    return check_id_token(
        token,
        access_token="access",
        keys=realm.publish(),
        provider=provider_of(realm),
        client=Client(CLIENT, back=BACK, level=level),
        attempt=attempt,
        now=now,
    )


def test_a_token_of_this_entry_names_its_subject(realm: Realm) -> None:
    assert check(realm) == SUBJECT
    assert check(realm, aud=["other", CLIENT]) == SUBJECT
    assert check(realm, at_hash=None, azp=None) == SUBJECT


@pytest.mark.parametrize(
    ("rule", "claims"),
    [
        ("iss", {"iss": "https://auth.other.example/auth/realms/esante-wallet"}),
        ("iss", {"iss": None}),
        ("aud", {"aud": "another-client"}),
        ("aud", {"aud": None}),
        ("azp", {"azp": "another-client"}),
        ("azp", {"aud": [CLIENT, "other"], "azp": None}),
        ("exp", {"exp": int((NOW - timedelta(minutes=2)).timestamp())}),
        ("exp", {"exp": None}),
        ("exp", {"exp": True}),
        ("iat", {"iat": int((NOW - timedelta(hours=1)).timestamp())}),
        ("iat", {"iat": int((NOW + timedelta(hours=1)).timestamp())}),
        ("nonce", {"nonce": "of-another-entry"}),
        ("nonce", {"nonce": None}),
        ("at_hash", {"at_hash": "of-another-token"}),
        ("acr", {"acr": "eidas0"}),
        ("acr", {"acr": "0"}),
        ("acr", {"acr": 1}),
        ("sub", {"sub": ""}),
        ("sub", {"sub": None}),
        ("sub", {"sub": "x" * 256}),
    ],
)
def test_each_rule_of_the_standard_refuses_alone(realm: Realm, rule: str, claims: dict[str, Any]) -> None:
    with pytest.raises(PscError, match=f": {rule}"):
        check(realm, **claims)


def test_the_level_that_was_asked_is_compared_and_a_missing_one_is_the_lowest(realm: Realm) -> None:
    assert check(realm, acr=None) == SUBJECT
    assert check(realm, acr="eidas2") == SUBJECT
    assert check(realm, level="eidas2", acr="eidas3") == SUBJECT
    for acr in (None, "eidas1"):
        with pytest.raises(PscError, match="acr"):
            check(realm, level="eidas2", acr=acr)


def test_only_a_key_of_the_provider_signs(realm: Realm) -> None:
    provider, attempt, client = provider_of(realm), Attempt(), Client(CLIENT, back=BACK)
    realm.claims = {}
    good = realm.write_token(nonce=attempt.nonce, access="a")
    other = Realm(HOST, lambda: NOW, key=RSAKey.generate_key(2048, {"kid": "of-today"}))
    header, body, _signature = good.split(".")
    # The provider's public key as the shared secret of a token that anybody can write (CVE-2015-9235).
    shared = encode(json.dumps({"alg": "HS256", "kid": "of-today"}).encode()) + "." + body
    mac = hmac.digest(realm.key.as_pem(private=False), shared.encode(), "sha256")
    forged = (
        other.write_token(nonce=attempt.nonce, access="a"),
        f"{shared}.{encode(mac)}",
        f"{header}.{body}.",
        f"eyJhbGciOiJub25lIn0.{body}.",
        good[:-4] + "AAAA",
        "",
        "a.b.c",
    )
    known: dict[str, Any] = {"provider": provider, "client": client, "attempt": attempt, "now": NOW}
    assert check_id_token(good, access_token="a", keys=realm.publish(), **known) == SUBJECT
    for token in forged:
        with pytest.raises(PscError, match="signature"):
            check_id_token(token, access_token="a", keys=realm.publish(), **known)
    for keys in ({}, {"keys": []}, {"keys": [{"kty": "RSA"}]}, {"keys": ["x"]}, {"keys": 3}):
        with pytest.raises(PscError, match="signature"):
            check_id_token(good, access_token="a", keys=keys, **known)


def test_the_address_asks_for_what_will_be_compared(realm: Realm) -> None:
    attempt = Attempt()
    address = write_address(provider_of(realm), client=Client(CLIENT, back=BACK), attempt=attempt)
    parts = urlsplit(address)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert asked["acr_values"] == "eidas1"
    assert asked["scope"] == "openid scope_all"
    assert (asked["state"], asked["nonce"]) == (attempt.state, attempt.nonce)
    assert asked["code_challenge_method"] == "S256"
    assert attempt.verifier not in address
    assert re.fullmatch(r"[\w-]{43}", asked["code_challenge"])
    assert 43 <= len(attempt.verifier) <= 128, "RFC 7636, 4.1"
    assert Attempt().state != attempt.state


@pytest.mark.parametrize(
    ("rule", "answer"),
    [
        ("state", {"code": "c"}),
        ("state", {"code": "c", "state": "of-another-browser"}),
        ("iss", {"code": "c", "state": "S", "iss": "https://other.example"}),
        ("code", {"state": "S"}),
        ("code", {"state": "S", "code": "c", "error": "access_denied"}),
    ],
)
def test_an_answer_of_another_entry_is_not_taken(rule: str, answer: dict[str, str]) -> None:
    attempt = Attempt(state="S")
    assert check_return({"state": "S", "code": "c"}, attempt=attempt, issuer="https://i.example") == "c"
    with pytest.raises(PscError, match=f": {rule}"):
        check_return(answer, attempt=attempt, issuer="https://i.example")


def test_a_description_of_another_provider_is_not_taken(realm: Realm) -> None:
    for change in (
        {"issuer": "https://other.example"},
        {"issuer": ""},
        {"token_endpoint": "http://auth.esw.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"userinfo_endpoint": None},
    ):
        with pytest.raises(PscError):
            read_provider(realm.describe() | change, discovery=realm.discovery)


def test_userinfo_is_believed_for_the_same_subject_only() -> None:
    found = check_identity(PERSON, subject=SUBJECT, issuer="i")
    assert (found.national_id, found.organisation) == ("899700218896", "1540002698")
    assert check_identity({"sub": "s"}, subject="s", issuer="i").national_id == ""
    assert check_identity({"sub": "s", "SubjectNameID": "<b>"}, subject="s", issuer="i").national_id == ""
    for told in ({}, {"sub": "another"}, PERSON | {"sub": None}):
        with pytest.raises(PscError, match="sub"):
            check_identity(told, subject=SUBJECT, issuer="i")


def test_nothing_of_a_person_is_in_what_is_printed() -> None:
    found = check_identity(PERSON, subject=SUBJECT, issuer="i")
    attempt = Attempt()
    assert "8997" not in repr(found)
    assert attempt.verifier not in repr(attempt)
