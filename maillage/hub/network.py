"""How the network is: every member with its state in words, and what it did."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count

from maillage.base.clock import format_instant
from maillage.base.i18n import _, mark
from maillage.exchange.http import ALLOWED_SKEW
from maillage.governance.group.models import Member
from maillage.governance.group.states import MemberState
from maillage.hub.boot import Hub
from maillage.hub.questions.models import Task
from maillage.hub.questions.states import TaskState

SILENT_AFTER = timedelta(seconds=75)
"""Three polls of 25 s."""

_TIMES = ("site", "delivered_at", "answered_at", "engine_ms", "compile_ms")
_REPORTED = ("disk_full", "warehouse_missing")


def describe_network(*, hub: Hub) -> dict[str, Any]:
    """The network's document: name, rules, hospitals."""
    now = hub.clock()
    members = list(Member.objects.exclude(state=MemberState.DEPARTED.value))
    answered, latencies = _count_answered(), _measure_latencies(member.site for member in members)
    return {
        "name": hub.settings.name,
        "banner": hub.settings.banner,
        "floor": hub.settings.floor,
        "minimum_sites": hub.settings.minimum_sites,
        "sites": [
            describe_member(member, now=now)
            | {"answered": answered.get(member.site, 0), "latency_ms": latencies.get(member.site)}
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
    if member.health in ("ok", *_REPORTED):
        return member.health
    return "other"


def word_health(health: str, *, state: str) -> str:
    """The state of a hospital in words."""
    if state == MemberState.SUSPENDED:
        return _("Suspendu par le hub.")
    return _(_SENTENCES[health])


_SENTENCES: Mapping[str, str] = {
    "ok": mark("Connecté."),
    "silent": mark("Ne répond plus."),
    "never_seen": mark("Jamais connecté."),
    "clock_skew": mark("Son horloge est fausse : ses requêtes sont refusées."),
    "disk_full": mark("Connecté ; son disque est plein."),
    "warehouse_missing": mark("Connecté ; son entrepôt est absent."),
    "other": mark("Connecté ; il signale un trouble."),
}


def describe_member(member: Member, *, now: datetime) -> dict[str, Any]:
    """A hospital's line: who it is, how its node is, what software and vocabulary it says it has."""
    health = judge_health(member, now=now)
    return {
        "id": member.site,
        "name": member.name,
        "city": member.city,
        "state": member.state,
        "health": health,
        "sentence": word_health(health, state=member.state),
        "software": member.software,
        "protocol": member.protocol,
        "reference": member.reference,
        "last_seen": None if member.last_seen is None else format_instant(member.last_seen),
    }


def _count_answered() -> dict[str, int]:
    answered = Task.objects.filter(state=TaskState.ANSWERED.value).values("site")
    return {row["site"]: row["count"] for row in answered.annotate(count=Count("id"))}


def _measure_latencies(sites: Iterable[str]) -> dict[str, float]:
    """By hospital, the last answer's milliseconds from delivery to record, its engine's time taken off."""
    found = {row.site: _find_latency(row) for row in _list_latest(sites)}
    return {site: latency for site, latency in found.items() if latency is not None}


def _list_latest(sites: Iterable[str]) -> Iterator[Task]:
    answered = Task.objects.filter(state=TaskState.ANSWERED.value).only(*_TIMES)
    for site in sites:
        yield from answered.filter(site=site).order_by("-answered_at")[:1]


def _find_latency(task: Task) -> float | None:
    if task.answered_at is None or task.delivered_at is None:
        return None
    total = (task.answered_at - task.delivered_at).total_seconds() * 1000
    return max(0.0, total - (task.engine_ms or 0.0) - (task.compile_ms or 0.0))
