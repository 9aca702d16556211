"""Write a line of the audit, and verify all of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from maillage.base.canon import canonical_bytes
from maillage.base.errors import Kind, MaillageError
from maillage.base.i18n import _
from maillage.base.statements import load_statements
from maillage.governance.audit.events import EventType
from maillage.governance.audit.models import FIRST_HASH, Event, hash_line
from maillage.governance.statements import execute


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
    statements = load_statements("maillage.governance.audit", "sql/events.sql")
    if connection.vendor == "postgresql":
        execute(statements["lock"])
    sequence, previous = next(iter(execute(statements["find_head"])), (0, FIRST_HASH))
    line = {
        "sequence": sequence + 1,
        "at": at,
        "type": event_type.value,
        "actor": actor,
        "subject": subject,
        "facts": dict(facts or {}),
        "previous": previous,
    }
    digest = hash_line(line)
    execute(
        statements["append"], **(line | {"facts": canonical_bytes(line["facts"]).decode(), "hash": digest})
    )


def verify() -> int:
    """Check every line against the one before it; the number of lines. Raises AuditError at the first fault.

    A tail cut off together with the triggers is seen by comparing the last hash with one noted elsewhere.
    """
    previous, count = FIRST_HASH, 0
    for event in Event.objects.order_by("sequence").iterator():
        count += 1
        if (event.sequence, event.previous, event.hash) != (count, previous, event.compute_hash()):
            raise AuditError(
                _("L’audit a été altéré à la ligne {line}.").format(line=count),
                why=_("Cette ligne n’est pas celle que son empreinte et la ligne d’avant annoncent."),
                remedy=_("Comparez la base avec une sauvegarde et prévenez les membres du réseau."),
            )
        previous = event.hash
    return count


def find_head() -> Event | None:
    """The last line, whose hash an auditor notes elsewhere."""
    return Event.objects.order_by("-sequence").first()
