"""Rounds that no honest hub asks: forged, replayed, of another question (S10)."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from maillage.base.canon import sha256_hex
from maillage.base.clock import utc_now
from maillage.base.keys import SigningKey
from maillage.exchange.envelope import open_round_news, open_round_told, seal_round
from maillage.exchange.errors import EnvelopeError
from maillage.exchange.reasons import Reason
from maillage.exchange.rounds import RoundAsked, RoundsEnded, RoundTold
from maillage.node.folder import Node
from maillage.node.rounds.loop import is_for
from maillage.node.rounds.rows import RoundsRow, RoundsState, find_row, open_exchange
from maillage.node.store import Store
from tests.support.messages import HUB_KEY
from tests.support.nodes import make_node, node_task

TOLD = "sha256:" + "ab" * 32
TASK = node_task()
SIGNERS = {HUB_KEY.public.fingerprint: HUB_KEY.public}


def asked(**changes: Any) -> RoundAsked:
    """The round that follows number 3."""
    fields: dict[str, Any] = {
        "task_id": TASK.task_id,
        "question_id": TASK.question_id,
        "site": TASK.site,
        "nonce": TASK.nonce,
        "number": 4,
        "told": TOLD,
        "parameters": {"beta": [0.0]},
        "asked_at": utc_now(),
    }
    return RoundAsked.model_validate(fields | changes)


ROW = RoundsRow(
    session=TASK.question_id,
    task_id=TASK.task_id,
    state=RoundsState.OPEN,
    number=3,
    told=b"",
    told_hash=TOLD,
    opening="{}",
    fingerprint="",
    permit="",
    floor=11,
)


def test_the_next_round_of_this_task_is_taken() -> None:
    assert is_for(ROW, TASK, asked())
    # A hospital was lost, and the others begin again: a number is left out.
    assert is_for(ROW, TASK, asked(number=5))


@pytest.mark.parametrize(
    "changes",
    [
        {"number": 3},
        {"number": 1},
        {"told": "sha256:" + "cd" * 32},
        {"nonce": "0" * 32},
        {"site": "chu-grenoble"},
        {"task_id": node_task().task_id},
        {"question_id": node_task().question_id},
    ],
)
def test_a_round_replayed_or_of_another_task_is_not(changes: dict[str, Any]) -> None:
    assert not is_for(ROW, TASK, asked(**changes))


def test_an_end_of_another_task_ends_nothing() -> None:
    mine = {name: getattr(TASK, name) for name in ("task_id", "question_id", "site", "nonce")}
    ended = RoundsEnded.model_validate({"outcome": "done", **mine})
    assert is_for(ROW, TASK, ended)
    assert not is_for(ROW, TASK, ended.model_copy(update={"nonce": "0" * 32}))


def test_a_round_that_the_hub_did_not_sign_is_read_by_nobody() -> None:
    with pytest.raises(EnvelopeError) as caught:
        open_round_news(seal_round(asked(), key=SigningKey.generate()), signers=SIGNERS)
    assert caught.value.reason is Reason.SIGNER_UNKNOWN


def test_a_round_edited_after_its_signature_is_read_by_nobody() -> None:
    sealed = seal_round(asked(), key=HUB_KEY)
    assert open_round_news(sealed, signers=SIGNERS).message == asked(asked_at=open_time(sealed))
    place = sealed.index(b'"payload":"') + 40
    edited = sealed[:place] + (b"A" if sealed[place : place + 1] != b"A" else b"B") + sealed[place + 1 :]
    with pytest.raises(EnvelopeError):
        open_round_news(edited, signers=SIGNERS)


def open_time(sealed: bytes) -> Any:
    message = open_round_news(sealed, signers=SIGNERS).message
    assert isinstance(message, RoundAsked)
    return message.asked_at


def test_what_a_hospital_told_is_no_round_to_ask() -> None:
    """An envelope says what it is: one side's cannot be handed to the other."""
    with pytest.raises(EnvelopeError):
        open_round_told(seal_round(asked(), key=HUB_KEY), signers=SIGNERS)


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return make_node(tmp_path / "hcl")


def opened(store: Store, node: Node) -> RoundsRow:
    message = RoundTold(
        **{name: getattr(TASK, name) for name in ("task_id", "question_id", "site", "nonce", "analysis")},
        task_hash=TOLD,
        number=0,
        asked=None,
        content={},
        floor=11,
        shown_alone=True,
        told_at=utc_now(),
    )
    facts = {"opening": "{}", "fingerprint": "", "permit": "", "floor": 11}
    with store.transaction():
        open_exchange(
            store, node=node, message=message, facts=facts, payload_hash=sha256_hex(message.to_bytes())
        )
    found = find_row(store, TASK.question_id)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rounds SET number = 0",
        "DELETE FROM rounds",
        "UPDATE rounds SET state = 'done'; UPDATE rounds SET state = 'open'",
    ],
)
def test_the_store_tells_no_round_twice(node: Node, statement: str) -> None:
    with node.open_store() as store:
        opened(store, node)
        with pytest.raises(sqlite3.IntegrityError):
            store.connection.executescript(statement)
