"""Exchanges of rounds as stored at the node, and their changes, each in a transaction with its
ledger line.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from maillage.base.canon import sha256_hex
from maillage.base.i18n import _
from maillage.exchange.envelope import seal_round
from maillage.exchange.rounds import RoundTold
from maillage.node import ledger
from maillage.node.errors import MoveError
from maillage.node.folder import Node
from maillage.node.states import Event
from maillage.node.store import Store


class RoundsState(StrEnum):
    """`done`: the hub needs no more; `ended`: the hospital's part ended before."""

    OPEN = "open"
    DONE = "done"
    ENDED = "ended"


@dataclass(frozen=True)
class RoundsRow:
    """An exchange as stored. `told` is the signed envelope of round `number`; `opening` a
    `Computed` as JSON.
    """

    session: str
    task_id: str
    state: RoundsState
    number: int
    told: bytes | None
    told_hash: str
    opening: str
    fingerprint: str
    permit: str
    floor: int


def list_open(store: Store) -> list[RoundsRow]:
    """Those that still wait for something."""
    return [_to_row(row) for row in store.rows("open_rounds")]


def find_row(store: Store, session: str) -> RoundsRow | None:
    """The exchange of that question, if there was one."""
    row = store.row("rounds", session=session)
    return _to_row(row) if row else None


def open_exchange(
    store: Store, *, node: Node, message: RoundTold, facts: Mapping[str, Any], payload_hash: str
) -> RoundsRow | None:
    """Keep the opening before it leaves, in the caller's transaction. The exchange as it is then kept."""
    envelope = seal_round(message, key=node.key)
    store.change(
        "begin_rounds",
        session=message.question_id,
        task_id=message.task_id,
        told=envelope,
        told_hash=payload_hash,
        **facts,
    )
    _log(store, node=node, message=message, payload_hash=payload_hash)
    return find_row(store, message.question_id)


def tell(store: Store, *, node: Node, row: RoundsRow, message: RoundTold) -> None:
    """Keep a round before it leaves. Raises MoveError when the exchange ended meanwhile."""
    payload_hash = sha256_hex(message.to_bytes())
    with store.transaction():
        present = find_row(store, row.session)
        if present is None or present.state is not RoundsState.OPEN or message.number <= present.number:
            raise MoveError(_("L’échange {session} est terminé.").format(session=row.session))
        store.change(
            "tell_round",
            session=row.session,
            number=message.number,
            told=seal_round(message, key=node.key),
            told_hash=payload_hash,
        )
        _log(store, node=node, message=message, payload_hash=payload_hash)


def end_row(store: Store, *, row: RoundsRow, to: RoundsState) -> None:
    """Nothing more is said, in the caller's transaction. An exchange that ended stays as it did."""
    present = find_row(store, row.session)
    if present is not None and present.state is RoundsState.OPEN:
        store.change("end_rounds", session=row.session, state=to)


def _log(store: Store, *, node: Node, message: RoundTold, payload_hash: str) -> None:
    body = {
        "session": message.question_id,
        "round": message.number,
        "asked": message.asked,
        "told": payload_hash,
    }
    event = Event.AGENT_ROUND_TOLD
    ledger.append(store, event=event, at=node.clock(), task_id=message.task_id, body=body)


def _to_row(row: sqlite3.Row) -> RoundsRow:
    found = dict(row)
    return RoundsRow(state=RoundsState(found.pop("state")), **found)
