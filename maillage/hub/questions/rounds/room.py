"""One exchange of rounds with its hospitals' tasks and parts, read under lock, in the caller's
transaction.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from maillage.exchange.reasons import Reason
from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.hub.questions.changes import move_task
from maillage.hub.questions.models import RoundPart, Rounds, Task
from maillage.hub.questions.states import AWAITED, ROUNDS_OPEN, RoundsState, TaskState, check_rounds_move


@dataclass(frozen=True)
class Room:
    """`tasks` by site, of every hospital asked; `opened` are the sites whose opening came."""

    session: Rounds
    tasks: Mapping[str, Task]
    opened: frozenset[str]
    now: datetime
    step: timedelta

    @property
    def is_due(self) -> bool:
        """Whether the present round's time is over."""
        return self.session.deadline <= self.now

    def awaits(self, site: str) -> bool:
        """Whether that hospital has not given its last word."""
        return TaskState(self.tasks[site].state) in AWAITED

    @property
    def asked(self) -> dict[str, Any]:
        """By site: the parameters of the present round."""
        return json.loads(self.session.asked or "{}")

    def list_told(self) -> list[str]:
        """Whose part of the present round came."""
        present = RoundPart.objects.filter(rounds=self.session, number=self.session.number)
        return list(present.values_list("site", flat=True))


def lock_rounds(**which: str) -> None:
    """Take the exchange before any task or question. SQLite has one writer, and nothing to lock."""
    if connection.vendor == "postgresql":
        list(Rounds.objects.select_for_update(of=("self",)).filter(**which).values_list("pk"))


def find_room(question_id: str, *, now: datetime, step: timedelta) -> Room | None:
    """The exchange of a question that has one, while it is open."""
    states = [state.value for state in ROUNDS_OPEN]
    session = Rounds.objects.select_for_update().filter(question_id=question_id, state__in=states).first()
    if session is None:
        return None
    tasks = Task.objects.filter(question_id=question_id).defer("envelope", "answer")
    opened = RoundPart.objects.filter(rounds=session, number=0).values_list("site", flat=True)
    return Room(session, {task.site: task for task in tasks}, frozenset(opened), now, step)


def ask_round(room: Room, *, number: int, asked: Mapping[str, Any]) -> None:
    """The next round is known: its parameters are kept before any hospital hears them."""
    session = room.session
    check_rounds_move(session.state, to=RoundsState.RUNNING)
    session.state = RoundsState.RUNNING.value
    session.number, session.asked = number, json.dumps(asked, separators=(",", ":"))
    session.asked_at, session.deadline = room.now, room.now + room.step
    session.save()
    _record(room, EventType.ROUND_ASKED)


def end_rounds(room: Room, *, to: RoundsState, result: str = "", reason: str = "") -> None:
    """The last state; with `result`, canonical JSON, when the analysis came to its end."""
    session = room.session
    check_rounds_move(session.state, to=to)
    session.state, session.result, session.reason = to.value, result, reason
    session.deadline = room.now + room.step
    session.save()
    _record(room, EventType.ROUNDS_ENDED)


def drop(room: Room, sites: Iterable[str]) -> None:
    """These hospitals' part ends here: they are late."""
    for site in sites:
        task = room.tasks[site]
        task.reason = Reason.ROUNDS_DROPPED.value
        move_task(task, to=TaskState.FAILED, changed=("reason",))


def _record(room: Room, event: EventType) -> None:
    session = room.session
    facts = {"round": session.number, "hospitals": sorted(session.members), "reason": session.reason}
    record(event, actor="hub", subject=session.question_id, at=room.now, facts=facts)
