"""How the network is: every member with its state in words, and what it did."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count

from maillage.base.clock import format_instant
from maillage.base.i18n import _, mark
from maillage.exchange.http import ALLOWED_SKEW
from maillage.governance.group.models import Member
from maillage.governance.group.states import MemberState
from maillage.governance.statements import execute
from maillage.hub.boot import Hub
from maillage.hub.questions.changes import statements
from maillage.hub.questions.models import Task
from maillage.hub.questions.states import TaskState

LATE_AFTER = timedelta(seconds=30)
"""A node that waits for questions ends a poll every 25 s, and is seen at each end."""
SILENT_AFTER = timedelta(seconds=75)
"""Three polls of 25 s."""

STATES = (TaskState.ANSWERED, TaskState.HELD, TaskState.REFUSED, TaskState.FAILED, TaskState.MISSING)
"""What is counted of a hospital, in this order."""

_REPORTED = ("disk_full", "warehouse_missing")


def describe_network(*, hub: Hub) -> dict[str, Any]:
    """The network's document: name, rules, hospitals."""
    now = hub.clock()
    members = Member.objects.exclude(state=MemberState.DEPARTED.value)
    counts, latencies = count_tasks(hub=hub), _measure_latencies()
    return {
        "name": hub.settings.name,
        "banner": hub.settings.banner,
        "floor": hub.settings.floor,
        "minimum_sites": hub.settings.minimum_sites,
        "sites": [
            describe_member(member, now=now)
            | {
                "answered": counts.get(member.site, {}).get(TaskState.ANSWERED.value, 0),
                "counts": counts.get(member.site, {}),
                "latency_ms": latencies.get(member.site),
            }
            for member in members
        ],
    }


def judge_health(member: Member, *, now: datetime) -> str:
    """One word: what the node says of itself, unless its silence or its clock says otherwise."""
    if abs(member.clock_skew_s) > ALLOWED_SKEW.total_seconds():
        return "clock_skew"
    if member.last_seen is None:
        return "never_seen"
    if now - member.last_seen > SILENT_AFTER:
        return "silent"
    if now - member.last_seen > LATE_AFTER:
        return "late"
    if member.health in ("ok", *_REPORTED):
        return member.health
    return "other"


def word_health(member: Member, *, now: datetime) -> str:
    """The state of a hospital in words."""
    if member.state == MemberState.SUSPENDED:
        return _("Suspendu par le hub.")
    unheard = 0 if member.last_seen is None else (now - member.last_seen).total_seconds()
    return _(_SENTENCES[judge_health(member, now=now)]).format(seconds=int(unheard))


_SENTENCES: Mapping[str, str] = {
    "ok": mark("Connecté."),
    "late": mark("N’a pas répondu depuis {seconds} s."),
    "silent": mark("Ne répond plus."),
    "never_seen": mark("Jamais connecté."),
    "clock_skew": mark("Son horloge est fausse : ses requêtes sont refusées."),
    "disk_full": mark("Connecté ; son disque est plein."),
    "warehouse_missing": mark("Connecté ; son entrepôt est absent."),
    "other": mark("Connecté ; il signale un trouble."),
}


def describe_member(member: Member, *, now: datetime) -> dict[str, Any]:
    """A hospital's line: who it is, how its node is, what software and vocabulary it says it has."""
    return {
        "id": member.site,
        "name": member.name,
        "city": member.city,
        "department": member.department,
        "state": member.state,
        "health": judge_health(member, now=now),
        "sentence": word_health(member, now=now),
        "software": member.software,
        "protocol": member.protocol,
        "reference": member.reference,
        "last_seen": None if member.last_seen is None else format_instant(member.last_seen),
    }


def count_tasks(*, hub: Hub) -> Mapping[str, Mapping[str, int]]:
    """By hospital, its tasks in each state of `STATES`; where they are many, of a little while ago.

    Refusals are the hospital's own: a question that its requester took back was refused by nobody.
    """
    return hub.tasks.read(_count_tasks)


def _count_tasks() -> Mapping[str, Mapping[str, int]]:
    found: dict[str, dict[str, int]] = {}
    tasks = Task.objects.filter(state__in=[state.value for state in STATES])
    # The hub closed these by itself. Told by a column of the index, not by their reason: no row is read.
    tasks = tasks.exclude(state=TaskState.REFUSED.value, answered_at=None)
    for row in tasks.values("site", "state").annotate(count=Count("id")):
        found.setdefault(row["site"], {})[row["state"]] = row["count"]
    return found


def _measure_latencies() -> dict[str, float]:
    """By hospital, the last answer's milliseconds from delivery to record, its engine's time taken off."""
    rows = execute(statements()["find_last_answers"])
    return {site: _subtract(answered, delivered, taken=taken) for site, answered, delivered, taken in rows}


def _subtract(answered: datetime, delivered: datetime, *, taken: float) -> float:
    return max(0.0, (answered - delivered).total_seconds() * 1000 - taken)
