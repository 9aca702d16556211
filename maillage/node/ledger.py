"""The ledger: what this node received, decided and let out; each line hashes the one before.

Editing, inserting, reordering or removing a line breaks the chain. Cutting the tail does not; that shows
against the signed head kept in a file of its own, and against the anchor that each answer carries to the hub.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from maillage.base.canon import CanonError, canonical_bytes, canonical_hash
from maillage.base.clock import format_instant
from maillage.base.i18n import _
from maillage.node.errors import LedgerBrokenError
from maillage.node.states import Event
from maillage.node.store import Store

GENESIS = "sha256:" + "0" * 64


@dataclass(frozen=True)
class Head:
    """The last line: its number and its hash. An empty ledger has number 0."""

    sequence: int
    hash: str


@dataclass(frozen=True)
class Line:
    """One event. `body` holds codes, names and hashes, never a count nor anything of a patient."""

    sequence: int
    at: str
    event: str
    task_id: str | None
    body: Mapping[str, Any]
    previous: str
    hash: str


def append(
    store: Store,
    *,
    event: Event,
    at: datetime,
    task_id: str | None = None,
    body: Mapping[str, Any] | None = None,
) -> Head:
    """Add a line, inside the caller's transaction."""
    last = read_head(store)
    content = {
        "sequence": last.sequence + 1,
        "at": format_instant(at),
        "event": event.value,
        "task_id": task_id,
        "body": dict(body or {}),
        "previous": last.hash,
    }
    head = Head(last.sequence + 1, canonical_hash(content))
    store.change("append", **content | {"body": canonical_bytes(content["body"]).decode(), "hash": head.hash})
    return head


def flush(store: Store) -> None:
    """Have every line so far, and what was changed with each, on the disk."""
    store.flush(upto=read_head(store).sequence)


def read_head(store: Store) -> Head:
    """The last line."""
    row = store.row("head")
    return Head(row["sequence"], row["hash"]) if row else Head(0, GENESIS)


def holds(store: Store, *, sequence: int, hash: str) -> bool:  # noqa: A002 - the field's name
    """Whether the ledger had this head once: what the hub keeps of it is still there."""
    if sequence == 0:
        return hash == GENESIS
    row = store.row("line_hash", sequence=sequence)
    return row is not None and row["hash"] == hash


def read_lines(store: Store) -> list[Line]:
    """Every line, in order."""
    return [_read_line(row) for row in store.rows("lines")]


def _read_line(row: sqlite3.Row) -> Line:
    try:
        body = json.loads(row["body"])
    except ValueError as error:
        raise _broken_at(row["sequence"]) from error
    return Line(**dict(row) | {"body": body})


def check_chain(lines: Iterable[Line]) -> Head:
    """The head of a whole chain. Raises LedgerBrokenError at the first line that does not follow."""
    head = Head(0, GENESIS)
    for line in lines:
        content = {
            "sequence": line.sequence,
            "at": line.at,
            "event": line.event,
            "task_id": line.task_id,
            "body": line.body,
            "previous": line.previous,
        }
        follows = line.sequence == head.sequence + 1 and line.previous == head.hash
        if not follows or _hash_or_none(content) != line.hash:
            raise _broken_at(line.sequence)
        head = Head(line.sequence, line.hash)
    return head


def _hash_or_none(content: Mapping[str, Any]) -> str | None:
    try:
        return canonical_hash(content)
    except CanonError:
        return None


def _broken_at(sequence: int) -> LedgerBrokenError:
    return LedgerBrokenError(
        _("Le registre est rompu à la ligne {sequence}.").format(sequence=sequence),
        why=_("Cette ligne ou une ligne voisine a été modifiée, insérée, déplacée ou retirée."),
        remedy=_("Comparez avec une sauvegarde ; prévenez le groupement."),
    )
