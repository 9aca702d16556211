"""The wire contract byte by byte: a change here breaks hospitals that have not upgraded yet.

The files under tests/golden/exchange are written once per protocol version and then only read. To add one:
MAILLAGE_WRITE_GOLDEN=1 pytest tests/unit/test_exchange_golden.py
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from maillage.base.canon import canonical_bytes
from maillage.exchange.envelope import (
    open_answer,
    open_catalogue,
    open_head,
    open_manifest,
    open_task,
    seal_answer,
    seal_catalogue,
    seal_head,
    seal_manifest,
    seal_task,
)
from maillage.exchange.message import Message
from tests.support.messages import (
    HUB_KEY,
    NODE_KEY,
    example_catalogue,
    example_failure,
    example_head,
    example_hold,
    example_manifest,
    example_partial,
    example_refusal,
    example_summed,
    example_task,
)

GOLDEN = Path(__file__).parent.parent / "golden" / "exchange"
HUB = {HUB_KEY.public.fingerprint: HUB_KEY.public}
NODE = {NODE_KEY.public.fingerprint: NODE_KEY.public}


def current_envelopes() -> dict[str, bytes]:
    answers: dict[str, Message] = {
        "partial": example_partial(),
        "summed": example_summed(),
        "refusal": example_refusal(),
        "failure": example_failure(),
        "hold": example_hold(),
    }
    return {
        "task-v2": seal_task(example_task(), key=HUB_KEY),
        "task-v1": seal_task(example_task(), key=HUB_KEY, protocol=1),
        **{f"{name}-v2": seal_answer(answer, key=NODE_KEY) for name, answer in answers.items()},
        "partial-v1": seal_answer(_OldPartial(), key=NODE_KEY),
        "hub-head": seal_head(example_head(), key=HUB_KEY),
        "manifest": seal_manifest(example_manifest(), key=NODE_KEY),
        "catalogue": seal_catalogue(example_catalogue(), key=NODE_KEY),
    }


class _OldPartial(Message):
    """What a node of protocol version 1 writes: no anchor."""

    def to_bytes(self) -> bytes:
        document: dict[str, Any] = example_partial().model_dump(mode="json")
        del document["anchor"]
        return canonical_bytes(document | {"protocol": 1})


@pytest.mark.parametrize("name", sorted(current_envelopes()))
def test_messages_are_written_as_they_always_were(name: str) -> None:
    written = current_envelopes()[name]
    path = GOLDEN / f"{name}.dsse.json"
    if os.environ.get("MAILLAGE_WRITE_GOLDEN") and not path.exists():
        path.write_bytes(written)
    assert json.loads(path.read_bytes()) == json.loads(written)


def test_a_task_of_each_version_is_read() -> None:
    for version in (1, 2):
        opened = open_task((GOLDEN / f"task-v{version}.dsse.json").read_bytes(), signers=HUB)
        assert opened.message.protocol == version
        assert opened.message.cohort_hash == example_task().cohort_hash
        assert opened.signer == HUB_KEY.public
    assert opened.message == example_task()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("partial-v2", example_partial()),
        ("refusal-v2", example_refusal()),
        ("failure-v2", example_failure()),
        ("hold-v2", example_hold()),
        ("partial-v1", example_partial(anchor=None)),
    ],
)
def test_an_answer_of_each_version_is_read_in_the_current_form(name: str, expected: Message) -> None:
    opened = open_answer((GOLDEN / f"{name}.dsse.json").read_bytes(), signers=NODE)
    assert opened.message == expected


def test_a_head_a_manifest_and_a_catalogue_of_a_former_release_are_read() -> None:
    assert open_head((GOLDEN / "hub-head.dsse.json").read_bytes(), signers=HUB).message == example_head()
    manifest = open_manifest((GOLDEN / "manifest.dsse.json").read_bytes(), signers=NODE).message
    assert manifest == example_manifest()
    catalogue = open_catalogue((GOLDEN / "catalogue.dsse.json").read_bytes(), signers=NODE).message
    assert catalogue == example_catalogue()
