"""The ledger: what this node received, decided and let out; each line hashes the one before.

Editing, inserting, reordering or removing a line breaks the chain. Cutting the tail does not; that shows
against the signed head kept in a file of its own, and against the heads that the hub keeps.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from maillage.base.canon import CanonError, canonical_bytes, sha256_hex
from maillage.base.clock import format_instant
from maillage.exchange.chain import GENESIS, LINE_VERSION, Fault, Head, Link, broken, seal_body
from maillage.node.states import Event
from maillage.node.store import Store

_LAST = 2**62


@dataclass(frozen=True)
class Line:
    """One event. `body` holds codes, names and hashes, never a count nor anything of a patient.

    It is empty where it was removed, which `link` tells.
    """

    sequence: int
    at: str
    event: str
    task_id: str | None
    body: Mapping[str, Any]
    previous: str
    hash: str
    link: Link


def append(
    store: Store,
    *,
    event: Event,
    at: datetime,
    task_id: str | None = None,
    body: Mapping[str, Any] | None = None,
) -> Head:
    """Add a line, inside the caller's transaction."""
    last, sealed = read_head(store), seal_body(body or {})
    content: dict[str, Any] = {
        "version": LINE_VERSION,
        "sequence": last.sequence + 1,
        "at": format_instant(at),
        "event": event.value,
        "task_id": task_id,
        "body": sha256_hex(sealed),
        "previous": last.hash,
    }
    head = Head(last.sequence + 1, sha256_hex(canonical_bytes(content)))
    store.change("append", **content, hash=head.hash)
    store.change("append_body", sequence=head.sequence, sealed=sealed.decode())
    return head


def flush(store: Store) -> None:
    """Have every line so far, and what was changed with each, on the disk."""
    store.flush(upto=read_head(store).sequence)


def read_head(store: Store) -> Head:
    """The last line."""
    row = store.row("head")
    return Head(row["sequence"], row["hash"]) if row else Head(0, GENESIS)


def read_moved(store: Store) -> int:
    """The last line that does not speak of the hub's head; 0 in an empty ledger."""
    row = store.row("last_moved")
    return row["sequence"] if row else 0


def holds(store: Store, *, sequence: int, hash: str) -> bool:  # noqa: A002 - the field's name
    """Whether the ledger had this head once: what the hub keeps of it is still there."""
    if sequence == 0:
        return hash == GENESIS
    row = store.row("line_hash", sequence=sequence)
    return row is not None and row["hash"] == hash


def read_hashes(store: Store, sequences: Iterable[int]) -> dict[int, str]:
    """The hashes of these lines, of those that exist."""
    rows = ((sequence, store.row("line_hash", sequence=sequence)) for sequence in sequences)
    return {sequence: row["hash"] for sequence, row in rows if row is not None}


def read_lines(store: Store) -> list[Line]:
    """Every line, in order. Raises ChainError for what is no line at all."""
    return list(each_line(store))


def each_line(store: Store, *, first: int = -_LAST, last: int = _LAST) -> Iterator[Line]:
    """The lines from one number to another, one by one, as they are at the first."""
    return (_read_line(row) for row in store.each("lines", first=first, last=last))


def read_back(store: Store, *, last: int, most: int, event: str = "", task_id: str = "") -> list[Line]:
    """The latest lines first, from `last` on; only those of an event, of a task, where one is given."""
    rows = store.rows("lines_back", last=last, most=most, event=event, task_id=task_id)
    return [_read_line(row) for row in rows]


def lines_of(store: Store, task_id: str) -> list[Line]:
    """What was written of a task, in order."""
    return [_read_line(row) for row in store.rows("lines_of_task", task_id=task_id)]


def each_link(store: Store, *, first: int = -_LAST, last: int = _LAST) -> Iterator[Link]:
    """The same as they are hashed."""
    return (_read_link(row) for row in store.each("lines", first=first, last=last))


def each_anchoring(store: Store) -> Iterator[Link]:
    """The lines about the hub's head, in order."""
    return (_read_link(row) for row in store.each("anchoring_lines"))


def each_old(store: Store, *, before: datetime) -> Iterator[Link]:
    """The lines before a date that still have a body, and are not about an open task nor kept for ever."""
    return (_read_link(row) for row in store.each("old_bodies", before=format_instant(before)))


def read_removed_before(store: Store) -> str:
    """The latest date up to which bodies were removed; empty when none was."""
    removed = [_read_body(row)["removed_before"] for row in store.each("retaining_lines")]
    return max(removed, default="")


def find_last(store: Store, *, event: Event) -> Line | None:
    """The last line that tells this."""
    row = store.row("last_of", event=event.value)
    return None if row is None else _read_line(row)


def _read_line(row: sqlite3.Row) -> Line:
    link = _read_link(row)
    columns = {name: row[name] for name in ("sequence", "at", "event", "task_id", "previous", "hash")}
    return Line(**columns, body=_read_body(row), link=link)


def _read_body(row: sqlite3.Row) -> Mapping[str, Any]:
    if row["version"] != LINE_VERSION:
        return json.loads(row["body"])
    try:
        return json.loads(row["sealed"])["body"] if row["sealed"] else {}
    except (ValueError, KeyError, TypeError) as error:
        raise broken(row["sequence"], fault=Fault.BODY) from error


def _read_link(row: sqlite3.Row) -> Link:
    is_sealed = row["version"] == LINE_VERSION
    content = {name: row[name] for name in ("sequence", "at", "event", "task_id", "previous")}
    try:
        content["body"] = row["body"] if is_sealed else json.loads(row["body"])
        data = canonical_bytes(content | ({"version": LINE_VERSION} if is_sealed else {}))
    except (ValueError, CanonError) as error:
        raise broken(row["sequence"], fault=Fault.HASH) from error
    return Link(
        **{name: row[name] for name in ("sequence", "at", "event", "previous", "hash")},
        data=data,
        body_hash=row["body"] if is_sealed else None,
        body_data=row["sealed"].encode() if row["sealed"] else None,
    )
