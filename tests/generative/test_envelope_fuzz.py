"""Envelopes of every kind, broken in every way, truly signed or not: a reason is told, never a traceback."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.base.keys import SigningKey
from maillage.exchange import envelope as envelopes
from maillage.exchange.errors import EnvelopeError
from maillage.exchange.permit import Decision, Revocation, SiteDecision
from tests.support.messages import (
    COMMITTEE_KEY,
    HASH,
    HUB_KEY,
    ISSUED,
    NODE_KEY,
    example_catalogue,
    example_partial,
    example_permit,
    example_task,
)

KEYS = {key.public.fingerprint: key.public for key in (COMMITTEE_KEY, HUB_KEY, NODE_KEY)}
WORD = SiteDecision(
    permit=HASH, permit_id="feasibility", site="hcl", decision=Decision.ACCEPTED, decided_at=ISSUED
)
REVOCATION = Revocation(permit=HASH, network="houraa", revoked_at=ISSUED)
Kind = tuple[bytes, Callable[..., Any], str, SigningKey]
KINDS: Mapping[str, Kind] = {
    "task": (
        envelopes.seal_task(example_task(), key=HUB_KEY),
        envelopes.open_task,
        envelopes.TASK_TYPE,
        HUB_KEY,
    ),
    "answer": (
        envelopes.seal_answer(example_partial(), key=NODE_KEY),
        envelopes.open_answer,
        envelopes.ANSWER_TYPE,
        NODE_KEY,
    ),
    "permit": (
        envelopes.seal_permit(example_permit(), key=COMMITTEE_KEY),
        envelopes.open_permit,
        envelopes.PERMIT_TYPE,
        COMMITTEE_KEY,
    ),
    "revocation": (
        envelopes.seal_revocation(REVOCATION, key=COMMITTEE_KEY),
        envelopes.open_revocation,
        envelopes.REVOCATION_TYPE,
        COMMITTEE_KEY,
    ),
    "word": (
        envelopes.seal_site_decision(WORD, key=NODE_KEY),
        envelopes.open_site_decision,
        envelopes.SITE_DECISION_TYPE,
        NODE_KEY,
    ),
    "catalogue": (
        envelopes.seal_catalogue(example_catalogue(), key=NODE_KEY),
        envelopes.open_catalogue,
        envelopes.CATALOGUE_TYPE,
        NODE_KEY,
    ),
}
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(["\ud800", "9" * 400, "2026-02-30T00:00:00.000Z", HASH, ""]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=10,
)


@st.composite
def broken(draw: st.DrawFn, whole: bytes) -> bytes:
    """The bytes with some pieces cut out, doubled, moved or replaced."""
    data = bytearray(whole)
    for _change in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, max(0, len(data) - 1)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        piece = bytes(data[start:end])
        data[start:end] = draw(st.sampled_from([b"", piece * 2, piece[::-1]]) | st.binary(max_size=8))
    return bytes(data)


@st.composite
def rewritten(draw: st.DrawFn, document: Any) -> Any:
    """The document with any value anywhere in it."""
    if isinstance(document, dict) and document and draw(st.booleans()):
        name = draw(st.sampled_from(sorted(document)))
        return document | {name: draw(rewritten(document[name]))}
    if isinstance(document, list) and document and draw(st.booleans()):
        place = draw(st.integers(0, len(document) - 1))
        return [*document[:place], draw(rewritten(document[place])), *document[place + 1 :]]
    return draw(JSON)


def opens(kind: str, data: bytes) -> bool:
    """Whether it opens; the only error that may come is the one that names a reason."""
    try:
        KINDS[kind][1](data, signers=KEYS)
    except EnvelopeError:
        return False
    return True


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_opens_as_it_was_sealed(kind: str) -> None:
    assert opens(kind, KINDS[kind][0])


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=120, deadline=None)
@given(st.data())
def test_broken_bytes_name_a_reason(kind: str, data: st.DataObject) -> None:
    opens(kind, data.draw(broken(KINDS[kind][0].rstrip())))


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=120, deadline=None)
@given(st.data())
def test_any_value_anywhere_under_a_true_signature_names_a_reason(kind: str, data: st.DataObject) -> None:
    sealed, _open, payload_type, key = KINDS[kind]
    document = data.draw(rewritten(json.loads(base64.b64decode(json.loads(sealed)["payload"]))))
    payload = json.dumps(document).encode()
    opens(kind, envelopes._seal(payload, payload_type=payload_type, key=key))


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=80, deadline=None)
@given(st.data())
def test_an_envelope_of_any_shape_names_a_reason(kind: str, data: st.DataObject) -> None:
    document = data.draw(rewritten(json.loads(KINDS[kind][0])))
    opens(kind, json.dumps(document).encode())


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("depth", [500, 100_000])
def test_no_depth_stops_a_reader(kind: str, depth: int) -> None:
    payload = b"[" * depth + b"]" * depth
    _sealed, _open, payload_type, key = KINDS[kind]
    assert not opens(kind, payload)
    assert not opens(kind, envelopes._seal(payload, payload_type=payload_type, key=key))
