"""One exchange of rounds with its hospitals, read under lock, in the caller's transaction."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from maillage.base.statements import load_statements
from maillage.exchange.reasons import Reason
from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.governance.statements import execute
from maillage.hub.questions.changes import move_task
from maillage.hub.questions.models import Rounds, Task
from maillage.hub.questions.states import AWAITED, RoundsState, TaskState, check_rounds_move


@dataclass
class Exchange:
    """The columns of an exchange that its moves read. `asked` holds the parameters of round `number` by site;
    `members` are in it since round `started`.
    """

    question_id: str
    state: RoundsState
    number: int
    started: int
    members: list[str]
    asked: Mapping[str, Any]


@dataclass(frozen=True)
class Room:
    """`states` by site, of every hospital asked; `opened` are the sites whose opening came, `told` those
    whose part of the present round did. `is_due`: that round's time is over.
    """

    exchange: Exchange
    states: dict[str, TaskState]
    opened: frozenset[str]
    told: frozenset[str]
    is_due: bool
    now: datetime
    step: timedelta

    def awaits(self, site: str) -> bool:
        """Whether that hospital has not given its last word."""
        return self.states[site] in AWAITED

    def list_late(self) -> list[str]:
        """Those whose opening, or part of the present round, is still awaited."""
        if self.exchange.state is RoundsState.GATHERING:
            return [site for site in self.states if self.awaits(site) and site not in self.opened]
        return [site for site in self.exchange.asked if self.awaits(site) and site not in self.told]


def lock_rounds(**which: str) -> None:
    """Take the exchange before any task or question. SQLite has one writer, and nothing to lock."""
    if connection.vendor == "postgresql":
        list(Rounds.objects.select_for_update(of=("self",)).filter(**which).values_list("pk"))


def find_room(question_id: str, *, now: datetime, step: timedelta, locked: bool = True) -> Room | None:
    """The exchange of a question that has one, while it is open; to be only looked at when not `locked`."""
    lock = "FOR UPDATE" if locked and connection.vendor == "postgresql" else ""
    rows = execute(statements()["find_exchange"].format(lock=lock), question=question_id, now=now)
    if not rows:
        return None
    state, number, started, members, asked, is_due = rows[0]
    exchange = Exchange(
        question_id, RoundsState(state), number, started, json.loads(members), json.loads(asked or "{}")
    )
    hospitals = execute(statements()["list_hospitals"], question=question_id, number=number)
    return Room(
        exchange,
        {site: TaskState(state) for site, state, _opened, _told in hospitals},
        frozenset(site for site, _state, has_opened, _told in hospitals if has_opened),
        frozenset(site for site, _state, _opened, has_told in hospitals if has_told),
        bool(is_due),
        now,
        step,
    )


def ask_round(room: Room, *, number: int, asked: Mapping[str, Any]) -> None:
    """The next round is known: its parameters are kept before any hospital hears them."""
    exchange = room.exchange
    exchange.number, exchange.asked = number, asked
    text = json.dumps(asked, separators=(",", ":"))
    _move(room, to=RoundsState.RUNNING, asked=text, asked_at=room.now)
    _record(room, EventType.ROUND_ASKED)


def end_rounds(room: Room, *, to: RoundsState, result: str = "", reason: str = "") -> None:
    """The last state; with `result`, canonical JSON, when the analysis came to its end."""
    _move(room, to=to, result=result, reason=reason)
    _record(room, EventType.ROUNDS_ENDED, reason=reason)


def _move(room: Room, *, to: RoundsState, **columns: Any) -> None:
    exchange = room.exchange
    check_rounds_move(exchange.state, to=to)
    exchange.state = to
    Rounds.objects.filter(question_id=exchange.question_id).update(
        state=to.value,
        number=exchange.number,
        started=exchange.started,
        members=exchange.members,
        deadline=room.now + room.step,
        **columns,
    )


def drop(room: Room, sites: Iterable[str]) -> None:
    """These hospitals' part ends here: they are late."""
    for site in sites:
        task = Task.objects.get(question_id=room.exchange.question_id, site=site)
        task.reason = Reason.ROUNDS_DROPPED.value
        move_task(task, to=TaskState.FAILED, changed=("reason",))
        room.states[site] = TaskState.FAILED


def _record(room: Room, event: EventType, *, reason: str = "") -> None:
    exchange = room.exchange
    facts = {"round": exchange.number, "hospitals": sorted(exchange.members), "reason": reason}
    record(event, actor="hub", subject=exchange.question_id, at=room.now, facts=facts)


def statements() -> Mapping[str, str]:
    """The SQL of rounds, by name."""
    return load_statements("maillage.hub.questions", "sql/rounds.sql")
