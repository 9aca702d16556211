"""One masked sum with its hospitals' tasks and terms, read under lock, in the caller's transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from maillage.exchange.reasons import Reason
from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.hub.questions.changes import move_task
from maillage.hub.questions.models import MaskedSum, MaskedTerm, Task
from maillage.hub.questions.states import AWAITED, SUM_OPEN, SumState, TaskState, check_sum_move


@dataclass(frozen=True)
class Room:
    """By site: the task of each hospital asked, and the term of each that offered a key."""

    session: MaskedSum
    tasks: dict[str, Task]
    terms: dict[str, MaskedTerm]
    now: datetime
    step: timedelta

    @property
    def is_due(self) -> bool:
        """Whether the present state's time is over."""
        return self.session.deadline <= self.now

    def awaits(self, site: str) -> bool:
        """Whether that hospital has not given its last word."""
        return TaskState(self.tasks[site].state) in AWAITED

    @property
    def awaited(self) -> list[str]:
        """Those who have not, by name."""
        return [site for site in sorted(self.tasks) if self.awaits(site)]


def lock_sum(**which: str) -> None:
    """Take the session before any task or question: whoever takes several rows takes them in that order.

    SQLite has one writer, and nothing to lock.
    """
    if connection.vendor == "postgresql":
        list(MaskedSum.objects.select_for_update(of=("self",)).filter(**which).values_list("pk"))


def find_room(question_id: str, *, now: datetime, step: timedelta) -> Room | None:
    """The session of a masked question that is still open."""
    open_states = [state.value for state in SUM_OPEN]
    session = (
        MaskedSum.objects.select_for_update().filter(question_id=question_id, state__in=open_states).first()
    )
    if session is None:
        return None
    # No byte of an answer is read here: states alone decide.
    tasks = Task.objects.filter(question_id=question_id).defer("envelope", "answer")
    terms = MaskedTerm.objects.filter(masked_sum=session)
    return Room(session, {task.site: task for task in tasks}, {term.site: term for term in terms}, now, step)


def move_sum(room: Room, *, to: SumState, event: EventType, changed: Iterable[str] = ()) -> None:
    """Check the move; save the state, a new deadline and the named columns; one event."""
    session = room.session
    check_sum_move(session.state, to=to)
    session.state = to.value
    session.deadline = room.now + room.step
    session.save(update_fields=["state", "deadline", *changed])
    facts = {"hospitals": session.survivors or sorted(session.offers), "reason": session.reason}
    record(event, actor="hub", subject=session.question_id, at=room.now, facts=facts)


def fail_sum(room: Room, *, reason: Reason) -> None:
    """No sum comes of it: who is still awaited is told why."""
    room.session.reason = reason.value
    move_sum(room, to=SumState.FAILED, event=EventType.SUM_FAILED, changed=("reason",))
    drop(room, room.awaited, reason=reason)


def drop(room: Room, sites: Iterable[str], *, reason: Reason) -> None:
    """These hospitals' part ends here."""
    for site in sites:
        task = room.tasks[site]
        task.reason = reason.value
        move_task(task, to=TaskState.FAILED, changed=("reason",))
