"""Envelopes: nothing that was edited, re-signed, re-typed or written by a stranger is read."""

import base64
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from securesystemslib.dsse import Envelope

from maillage.base.canon import canonical_bytes
from maillage.base.keys import SigningKey
from maillage.exchange.envelope import open_answer, open_task, seal_answer, seal_task
from maillage.exchange.errors import EnvelopeError
from maillage.exchange.message import MAX_ENVELOPE_BYTES
from maillage.exchange.reasons import Reason, word
from tests.support.messages import HUB_KEY, ISSUED, NODE_KEY, example_partial, example_task

HUB = {HUB_KEY.public.fingerprint: HUB_KEY.public}
NODE = {NODE_KEY.public.fingerprint: NODE_KEY.public}
SEALED = seal_task(example_task(), key=HUB_KEY)


def reason_of(data: bytes) -> Reason:
    with pytest.raises(EnvelopeError) as caught:
        open_task(data, signers=HUB)
    return caught.value.reason


def edited(change: Callable[[dict[str, Any]], object]) -> bytes:
    """The sealed task with its payload changed after the signature."""
    envelope = json.loads(SEALED)
    payload = json.loads(base64.b64decode(envelope["payload"]))
    change(payload)
    envelope["payload"] = base64.b64encode(canonical_bytes(payload)).decode()
    return json.dumps(envelope).encode()


def test_what_was_sealed_is_what_is_read() -> None:
    assert open_task(SEALED, signers=HUB).message == example_task()


@pytest.mark.parametrize(
    "change",
    [
        lambda payload: payload.update(site="chu-grenoble"),
        lambda payload: payload.update(minimum_participants=1),
        lambda payload: payload.update(expires_at="2036-01-01T00:00:00.000Z"),
        lambda payload: payload.update(requester="mallory"),
    ],
)
def test_an_edited_task_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    assert reason_of(edited(change)) is Reason.ENVELOPE_ALTERED


def test_a_stranger_is_refused_even_with_a_good_signature() -> None:
    assert reason_of(seal_task(example_task(), key=SigningKey.generate())) is Reason.SIGNER_UNKNOWN


def test_a_stranger_who_borrows_the_hub_name_is_refused() -> None:
    envelope = json.loads(seal_task(example_task(), key=SigningKey.generate()))
    envelope["signatures"][0]["keyid"] = HUB_KEY.public.fingerprint
    assert reason_of(json.dumps(envelope).encode()) is Reason.ENVELOPE_ALTERED


def test_an_answer_cannot_pass_for_a_task() -> None:
    assert reason_of(seal_answer(example_partial(), key=HUB_KEY)) is Reason.ENVELOPE_MALFORMED


def test_a_task_cannot_pass_for_an_answer() -> None:
    with pytest.raises(EnvelopeError):
        open_answer(seal_task(example_task(), key=NODE_KEY), signers=NODE)


def test_an_unknown_field_is_refused() -> None:
    class Wordy(type(example_partial())):
        comment: str = "Mme Dupont, née le 1er mars"

    wordy = Wordy.model_validate(example_partial().model_dump())
    with pytest.raises(EnvelopeError) as caught:
        open_answer(seal_answer(wordy, key=NODE_KEY), signers=NODE)
    assert caught.value.reason is Reason.ENVELOPE_MALFORMED
    assert "Dupont" not in str(caught.value)


def test_a_version_that_is_not_known_is_said_so() -> None:
    class Future(type(example_partial())):
        protocol: int = 3  # pyright: ignore[reportIncompatibleVariableOverride]

    future = Future.model_validate(example_partial().model_dump() | {"protocol": 3})
    with pytest.raises(EnvelopeError) as caught:
        open_answer(seal_answer(future, key=NODE_KEY), signers=NODE)
    assert caught.value.reason is Reason.ENVELOPE_VERSION


def test_an_envelope_past_the_limit_is_not_parsed() -> None:
    assert reason_of(b" " * (MAX_ENVELOPE_BYTES + 1)) is Reason.ENVELOPE_TOO_LARGE


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"payload":1,"payloadType":2,"signatures":3}',
        b'{"payload":"","payloadType":"","signatures":[]}',
        b'{"payload":"a","payload":"b"}',
        b'{"payload":"AA==","payloadType":"t","signatures":[{"keyid":"k","sig":"!"}]}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"payload": NaN}',
    ],
)
def test_broken_envelopes_are_malformed_and_nothing_worse(data: bytes) -> None:
    assert reason_of(data) in {Reason.ENVELOPE_MALFORMED, Reason.SIGNER_UNKNOWN}


@given(st.integers(0, len(SEALED) - 1), st.binary(min_size=1, max_size=4))
def test_a_damaged_envelope_is_never_read_as_another_task(position: int, garbage: bytes) -> None:
    damaged = SEALED[:position] + garbage + SEALED[position + len(garbage) :]
    with suppress(EnvelopeError):
        assert open_task(damaged, signers=HUB).message == example_task()


def test_our_envelopes_are_plain_dsse() -> None:
    envelope = Envelope.from_dict(json.loads(SEALED))
    (signature,) = envelope.signatures.values()
    assert HUB_KEY.public.verifies(bytes.fromhex(signature.signature), envelope.pae())


@pytest.mark.parametrize(
    "changes",
    [
        {"site": "hopital-ailleurs"},
        {"site": "../hcl"},
        {"participants": ("hcl", "hcl")},
        {"participants": ()},
        {"expires_at": ISSUED - timedelta(seconds=1)},
        {"cohort": {"other": 1}},
        {"requester": "alice\nroot"},
        {"nonce": "short"},
        {"minimum_participants": 0},
    ],
)
def test_a_task_that_contradicts_itself_cannot_exist(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        example_task(**changes)


def test_every_reason_has_its_sentence() -> None:
    assert all(word(reason).endswith(".") for reason in Reason)
