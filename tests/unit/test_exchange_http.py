"""Signed requests: what was signed is what is taken, once, at about this time."""

# The library's public names are re-exported without a mark.
# pyright: reportPrivateImportUsage=false

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import ED25519

from maillage.base.keys import SigningKey
from maillage.exchange.errors import ClockSkewError, SignatureError
from maillage.exchange.http import sign_request, verify_request
from tests.support.messages import NODE_KEY

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
REQUEST: dict[str, Any] = {"method": "POST", "target": "/api/node/v1/hello?boot=1", "body": b"{}"}
KNOWN = {NODE_KEY.public.fingerprint: NODE_KEY.public}


def verify(headers: dict[str, str], **changes: Any) -> Any:
    arguments = REQUEST | {"now": NOW, "find_key": KNOWN.get} | changes
    return verify_request(headers=headers, **arguments)


def signed(key: SigningKey = NODE_KEY, **changes: Any) -> dict[str, str]:
    arguments: dict[str, Any] = {**REQUEST, "now": NOW, **changes}
    return sign_request(key=key, **arguments)


def test_a_signed_request_tells_its_signer_and_its_nonce() -> None:
    first, second = verify(signed()), verify(signed())
    assert first.signer == NODE_KEY.public
    assert first.nonce != second.nonce


class _Key(HTTPSignatureKeyResolver):
    def resolve_private_key(self, key_id: str) -> Any:
        return NODE_KEY.private


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("POST", "/api/node/v1/hello", b"{}"),
        ("GET", "/api/node/v1/tasks/next?wait=25&boot=boot-1&permits=sha256%3Aab", b""),
        ("GET", "/api/node/v1/referentiel/a%20b?", b""),
        ("POST", "/api/node/v1/rounds/task-1?wait=1?2", b"\x00" * 10_000),
    ],
)
def test_what_is_signed_is_what_the_library_would_write(method: str, target: str, body: bytes) -> None:
    ours = signed(method=method, target=target, body=body)
    (nonce,) = re.findall('nonce="([0-9a-f]{32})"', ours["Signature-Input"])
    carrier = SimpleNamespace(method=method, url="https://hub.invalid" + target, headers=dict[str, str]())
    HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=_Key()).sign(
        carrier,
        key_id=NODE_KEY.public.fingerprint,
        created=NOW,
        nonce=nonce,
        tag="maillage-node",
        covered_component_ids=("@method", "@path", "@query", "content-digest"),
        body=body,
    )
    assert ours == carrier.headers


@pytest.mark.parametrize(
    "changes",
    [{"method": "GET"}, {"target": "/api/node/v1/hello?boot=2"}, {"target": "/other"}, {"body": b"{ }"}],
)
def test_an_edited_request_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(SignatureError):
        verify(signed(), **changes)


def test_a_stranger_is_refused() -> None:
    with pytest.raises(SignatureError):
        verify(signed(key=SigningKey.generate()))


@pytest.mark.parametrize("name", ["Signature", "Signature-Input", "Content-Digest"])
def test_a_request_without_one_of_its_headers_is_refused(name: str) -> None:
    headers = signed()
    del headers[name]
    with pytest.raises(SignatureError):
        verify(headers)


def test_a_signature_in_another_form_is_read_all_the_same() -> None:
    headers = {name: value.replace("pyhms=", "other=") for name, value in signed().items()}
    assert verify(headers).signer == NODE_KEY.public


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("Signature-Input", "created=1", "created=2"),
        ("Signature-Input", 'nonce="', 'nonce="0'),
        ("Signature-Input", 'tag="maillage-node"', 'tag="other"'),
        ("Signature-Input", "SHA256:", "SHA256:A"),
        ("Signature", "pyhms=:", "pyhms=:A"),
        ("Content-Digest", "sha-256=:", "sha-256=:A"),
    ],
)
def test_one_letter_more_in_a_header_is_refused(name: str, old: str, new: str) -> None:
    headers = signed()
    assert old in headers[name]
    with pytest.raises(SignatureError):
        verify(headers | {name: headers[name].replace(old, new, 1)})


def test_a_signature_that_leaves_the_path_out_is_refused() -> None:
    headers = signed()
    headers["Signature-Input"] = headers["Signature-Input"].replace(' "@path"', "")
    with pytest.raises(SignatureError):
        verify(headers)


@pytest.mark.parametrize("value", ["", "x", "=:", 'pyhms=("@method");created=1', "pyhms=:AAAA:", "é"])
def test_hostile_headers_are_refused(value: str) -> None:
    with pytest.raises(SignatureError):
        verify(signed() | {"Signature-Input": value})
    with pytest.raises(SignatureError):
        verify(signed() | {"Signature": value})


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_ten_minutes_off_is_named_as_such(minutes: int) -> None:
    with pytest.raises(ClockSkewError, match="600 s") as caught:
        verify(signed(), now=NOW + timedelta(minutes=minutes))
    assert "NTP" in caught.value.remedy
