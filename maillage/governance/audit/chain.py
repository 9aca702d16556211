"""Write a line of the audit, and verify all of them."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection

from maillage.base.canon import canonical_bytes, sha256_hex
from maillage.base.errors import Kind, MaillageError
from maillage.base.i18n import _
from maillage.base.statements import load_statements
from maillage.exchange.chain import GENESIS, LINE_VERSION, Head, Link, follow
from maillage.exchange.errors import ChainError
from maillage.exchange.testimony import ForkError
from maillage.governance.audit.events import EventType
from maillage.governance.audit.models import Event, write_body, write_line
from maillage.governance.statements import execute

_PAGE = 1000


class AuditError(MaillageError):
    """The audit was altered: a line was edited, cut out, or put in."""

    kind = Kind.INTEGRITY


def record(
    event_type: EventType, *, actor: str, subject: str, at: datetime, facts: Mapping[str, Any] | None = None
) -> None:
    """Add one line, inside the transaction of the change that it tells: both happen or neither does.

    Call it last: on PostgreSQL it holds the table until the transaction ends, so that lines are numbered
    one after the other. SQLite's writers already wait for one another.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an audit event is written in the transaction of its change")
    last, salt = _take_head(), secrets.token_hex(16)
    body = write_body(actor=actor, subject=subject, facts=facts or {}, salt=salt)
    line: dict[str, Any] = {
        "sequence": last.sequence + 1,
        "at": at,
        "type": event_type.value,
        "body": sha256_hex(body),
        "previous": last.hash,
    }
    line |= {"version": LINE_VERSION, "hash": sha256_hex(write_line(line))}
    text = canonical_bytes(dict(facts or {})).decode()
    kept = {"sequence": line["sequence"], "salt": salt, "actor": actor, "subject": subject, "facts": text}
    _append(line, kept)


def _append(line: Mapping[str, Any], kept: Mapping[str, Any]) -> None:
    if connection.vendor == "postgresql":
        execute(statements()["append_whole"], **{**line, **kept})
        return
    execute(statements()["append"], **line)
    execute(statements()["append_body"], **kept)


def verify() -> int:
    """Check every line against the one before it; the number of lines. Raises AuditError at the first fault.

    A chain hashed anew by whoever has all rights shows against the heads that nodes hold: `hub audit export`
    at the hub, `node verify --against` at a node.
    """
    count = 0
    with own_faults():
        for link in follow(each_link()):
            count = link.sequence
    return count


@contextmanager
def own_faults() -> Iterator[None]:
    """A fault of this hub's own audit, told as such; a node's fork stays what it is."""
    try:
        yield
    except ForkError:
        raise
    except ChainError as error:
        raise AuditError(
            _("L’audit a été altéré à la ligne {line}.").format(line=error.sequence),
            why=error.why,
            remedy=_("Comparez la base avec une sauvegarde et prévenez les membres du réseau."),
        ) from error


def each_event(**conditions: Any) -> Iterator[Event]:
    """The lines that meet these conditions with their bodies, in order, a page at a time.

    A cursor left open by a reader that stops early would outlive its connection.
    """
    found, last = Event.objects.filter(**conditions).select_related("kept").order_by("sequence"), None
    while page := list((found if last is None else found.filter(sequence__gt=last))[:_PAGE]):
        yield from page
        last = page[-1].sequence


def each_link(**conditions: Any) -> Iterator[Link]:
    """The same as they are hashed."""
    return (event.to_link() for event in each_event(**conditions))


def each_of(*types: EventType) -> Iterator[Link]:
    """The lines of these events, in order."""
    return each_link(type__in=[event.value for event in types])


def read_head() -> Head:
    """The last line, number 0 where there is none."""
    return _to_head(execute(statements()["find_head"]))


def _take_head() -> Head:
    kind = "take_head" if connection.vendor == "postgresql" else "find_head"
    return _to_head(execute(statements()[kind]))


def _to_head(rows: Sequence[tuple[Any, ...]]) -> Head:
    return Head(*rows[0]) if rows else Head(0, GENESIS)


def read_moved() -> int:
    """The last line that does not speak of a node's head; 0 where there is none."""
    ((sequence,),) = execute(statements()["find_moved"]) or [(0,)]
    return sequence


def read_hashes(sequences: list[int]) -> dict[int, str]:
    """The hashes of these lines, of those that exist."""
    return dict(Event.objects.filter(sequence__in=sequences).values_list("sequence", "hash"))


def find_last(event_type: EventType, *, actor: str) -> Link | None:
    """The last line of an event about a node's head that this hospital caused."""
    rows = execute(statements()["find_last"], type=event_type.value, actor=actor)
    return None if not rows else Event.objects.select_related("kept").get(sequence=rows[0][0]).to_link()


def find_head() -> Event | None:
    """The last line, whose hash an auditor notes elsewhere."""
    return Event.objects.select_related("kept").order_by("-sequence").first()


def statements() -> Mapping[str, str]:
    """The SQL of the audit, by name."""
    return load_statements("maillage.governance.audit", "sql/events.sql")
