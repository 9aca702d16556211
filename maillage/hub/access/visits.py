"""The log of consultations: a line for who looked at what, when, with which outcome. Never what was shown.

Lines are only added; the database refuses to change one, or to delete one that is younger than 180 days.
Those past the retention go by themselves. It is not the audit: nothing changes when somebody looks.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from maillage.base.clock import format_instant
from maillage.base.statements import load_statements
from maillage.governance.people.models import Grant, Person
from maillage.governance.statements import execute
from maillage.hub.access import limits
from maillage.hub.access.errors import TooManyError
from maillage.hub.access.lines import Line
from maillage.hub.access.models import Visit
from maillage.hub.boot import Hub
from maillage.hub.writing import writing

_FORGET_EVERY = timedelta(hours=6)
_ID = re.compile(r"[a-z]{1,12}-[0-9a-f]{16,64}")
_SLUG = re.compile(r"[\w.-]{1,80}")


def log_visit(requester: str, *, route: str, named: Mapping[str, Any], status: int, hub: Hub) -> None:
    """One line, unless it is the same visit still. A power cut may take back the last; a crash does not."""
    now, thing = hub.clock(), _name_bounded(requester, named, status=status, hub=hub)
    if not hub.recent.is_new((requester, route, thing, status), at=now):
        return
    line = {"at": now, "requester": requester, "route": route[:60], "object": thing, "status": status}
    # Whoever writes for others may wait for the writer's lock, and they for whoever writes.
    with hub.turns.lend():
        hub.lines.hand_in(line, write=lambda lines: _write(lines, now=now, hub=hub))


def _write(lines: Sequence[Line], *, now: datetime, hub: Hub) -> None:
    forgets = hub.recent.forgot_at is None or now - hub.recent.forgot_at > _FORGET_EVERY
    if connection.vendor == "postgresql" and len(lines) == 1 and not forgets:
        execute(_statements()["add_visit_alone"], **lines[0])
        return
    with writing(hub, waits=True):
        for line in lines:
            execute(_statements()["add_visit"], **line)
        if forgets:
            before = now - timedelta(days=hub.settings.visits_keep_days)
            execute(_statements()["forget_visits"], before=before)
            hub.recent.forgot_at = now


def name_object(named: Mapping[str, Any], *, status: int) -> str:
    """The ids in an address. What does not exist is named only where it has the form of an id of ours.

    Somebody could type a patient's name into an address; it would lead nowhere, and is not kept.
    """
    form = _SLUG if status < 400 else _ID
    return " ".join(str(value) for value in named.values() if form.fullmatch(str(value)))[:80]


def _name_bounded(requester: str, named: Mapping[str, Any], *, status: int, hub: Hub) -> str:
    """The same, bounded: whoever tries id after id must not fill the table."""
    thing = name_object(named, status=status)
    if status < 400 or not thing:
        return thing
    try:
        hub.limiter.take(limits.MISSES, requester)
    except TooManyError:
        return ""
    return thing


def list_visits(*, requester: str = "", site: str | None = None, limit: int = 200) -> list[dict[str, Any]]:
    """The last lines, newest first: of one person, of those who hold a role for a hospital, or all."""
    rows = Visit.objects.order_by("-id")
    if requester:
        rows = rows.filter(requester=requester)
    if site is not None:
        of_site = Grant.objects.filter(site=site).values("person_id")
        rows = rows.filter(requester__in=Person.objects.filter(id__in=of_site).values("name"))
    return [
        {
            "at": format_instant(row.at),
            "requester": row.requester,
            "route": row.route,
            "object": row.object,
            "status": row.status,
        }
        for row in rows[:limit]
    ]


def _statements() -> Mapping[str, str]:
    return load_statements("maillage.hub.access", "sql/requests.sql")
