"""Masked sums as stored at the node, and the changes of their state. Each change is in a transaction."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maillage.node import ledger
from maillage.node.folder import Node
from maillage.node.states import Event
from maillage.node.store import Store
from maillage.node.sums.states import SumState, check_sum_move


@dataclass(frozen=True)
class SumRow:
    """A session as stored. `offers` and `survivors` are JSON, empty as long as they are not known.

    `numbers` is a keyed hash of the whole number, `sketch` that of its persons, encrypted.
    """

    session: str
    task_id: str
    state: SumState
    sealed: bytes | None
    cohort: str
    numbers: str
    sketch: bytes | None
    scope: str
    floor: int
    repeated: bool
    reference: str
    offers: str
    survivors: str


def list_open(store: Store) -> list[SumRow]:
    """Those that still wait for something."""
    return [_to_row(row) for row in store.rows("open_sums")]


def list_signed_otherwise(store: Store, *, sites: list[str]) -> list[SumRow]:
    """Those told, or that may still be, by the list that this hospital signed: other than this one."""
    return [_to_row(row) for row in store.rows("signed_otherwise", survivors=_list_sites(sites))]


def find_row(store: Store, session: str) -> SumRow | None:
    """The session of that question, if there was one."""
    row = store.row("sum", session=session)
    return _to_row(row) if row else None


def open_row(store: Store, *, node: Node, row: SumRow, offers: str, sites: list[str]) -> None:
    """It is known who takes part: numbers may leave under masks. Raises MoveError."""
    with store.transaction():
        _check(store, row, to=SumState.MASKED)
        store.change("open_sum", session=row.session, offers=offers)
        _log(store, node=node, event=Event.AGENT_SUM_MASKED, row=row, body={"hospitals": sites})


def sign_row(store: Store, *, node: Node, row: SumRow, sites: list[str]) -> None:
    """The one list is signed. Raises MoveError."""
    with store.transaction():
        _check(store, row, to=SumState.AGREED)
        store.change("sign_sum", session=row.session, survivors=_list_sites(sites))
        _log(store, node=node, event=Event.AGENT_SUM_SIGNED, row=row, body={"hospitals": sites})


def end_row(store: Store, *, row: SumRow, to: SumState) -> None:
    """Numbers and seeds are gone, inside the caller's transaction. Raises MoveError."""
    _check(store, row, to=to)
    store.change("end_sum", session=row.session, state=to)


def _list_sites(sites: list[str]) -> str:
    """The same text for the same hospitals: lists are compared in the store."""
    return json.dumps(sorted(sites))


def _check(store: Store, row: SumRow, *, to: SumState) -> None:
    present = find_row(store, row.session)
    check_sum_move(row.session, present=present.state if present else SumState.ENDED, to=to)


def _log(store: Store, *, node: Node, event: Event, row: SumRow, body: Mapping[str, Any]) -> None:
    facts = {"session": row.session, **body}
    ledger.append(store, event=event, at=node.clock(), task_id=row.task_id, body=facts)


def _to_row(row: sqlite3.Row) -> SumRow:
    found = dict(row)
    return SumRow(state=SumState(found.pop("state")), repeated=bool(found.pop("repeated")), **found)
