"""The moves of a masked sum: as far as what has come allows, and no further than a step's time."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from maillage.analysis.errors import ContentError
from maillage.disclosure.masking import MaskingError
from maillage.exchange.reasons import Reason
from maillage.governance.audit.events import EventType
from maillage.hub.boot import Hub
from maillage.hub.questions.models import MaskedSum
from maillage.hub.questions.states import SUM_OPEN, SumState, TaskState
from maillage.hub.questions.sums.adding import add_up_terms
from maillage.hub.questions.sums.room import Room, drop, fail_sum, find_room, move_sum
from maillage.hub.questions.totals import settle_total
from maillage.hub.writing import writing


def advance(question_id: str, *, at: datetime, hub: Hub) -> bool:
    """Move the question's session on, if it has one; in the transaction that changed something in it.

    Whether it moved: tasks may have ended with it.
    """
    step = timedelta(seconds=hub.settings.sum_step_seconds)
    room = find_room(question_id, now=at, step=step)
    moved = False
    while room is not None and SumState(room.session.state) in SUM_OPEN:
        before = room.session.state
        _MOVES[SumState(before)](room, hub)
        if room.session.state == before:
            break
        moved = True
    return moved


def advance_due(*, hub: Hub) -> None:
    """Move on every session whose step has lasted too long: after a silence, or a restart of the hub."""
    now = hub.clock()
    states = [state.value for state in SUM_OPEN]
    due = MaskedSum.objects.filter(state__in=states, deadline__lte=now)
    for question_id in list(due.values_list("question_id", flat=True)):
        with writing(hub):
            advance(question_id, at=now, hub=hub)
            settle_total(question_id, at=now)
        hub.doorbell.ring(question_id, bell_of(question_id))


def bell_of(question_id: str) -> str:
    """What nodes that wait for the next step of a session listen to."""
    return f"sum {question_id}"


def _gather(room: Room, hub: Hub) -> None:  # noqa: ARG001 - one signature for all moves
    """Open once every hospital asked has offered a key or given its last word, or time is over."""
    offered = [site for site in room.awaited if site in room.terms]
    if len(offered) < len(room.awaited) and not room.is_due:
        return
    drop(room, set(room.awaited) - set(offered), reason=Reason.SUM_DROPPED)
    if len(offered) < room.session.least:
        fail_sum(room, reason=Reason.SUM_TOO_FEW)
        return
    room.session.offers = {
        site: {"key": room.terms[site].key, "signature": room.terms[site].key_signature} for site in offered
    }
    move_sum(room, to=SumState.MASKING, event=EventType.SUM_OPENED, changed=("offers",))


def _mask(room: Room, hub: Hub) -> None:  # noqa: ARG001
    """Numbers came from all that still take part, or time is over: who is late drops out."""
    members = [site for site in sorted(room.session.offers) if room.awaits(site)]
    masked = [site for site in members if room.terms[site].numbers]
    if len(masked) < len(members) and not room.is_due:
        return
    drop(room, set(members) - set(masked), reason=Reason.SUM_DROPPED)
    if len(masked) < room.session.least:
        fail_sum(room, reason=Reason.SUM_TOO_FEW)
        return
    room.session.survivors = masked
    move_sum(room, to=SumState.SIGNING, event=EventType.SUM_MASKED, changed=("survivors",))


def _sign(room: Room, hub: Hub) -> None:  # noqa: ARG001
    survivors = room.session.survivors
    if all(room.awaits(site) and room.terms[site].agreement for site in survivors):
        move_sum(room, to=SumState.REVEALING, event=EventType.SUM_SIGNED)
    elif room.is_due or not all(room.awaits(site) for site in survivors):
        fail_sum(room, reason=Reason.SUM_FAILED)


def _reveal(room: Room, hub: Hub) -> None:
    survivors = [room.tasks[site] for site in room.session.survivors]
    answered = [task for task in survivors if task.state == TaskState.ANSWERED]
    if len(answered) == len(survivors):
        _add_up(room, hub)
    elif room.is_due or any(not room.awaits(task.site) for task in survivors if task not in answered):
        fail_sum(room, reason=Reason.SUM_FAILED)


def _add_up(room: Room, hub: Hub) -> None:
    try:
        room.session.total = add_up_terms(room, floor=hub.settings.floor)
    except (MaskingError, ContentError):
        # A hospital masked something else than it should: no other can be told from it.
        fail_sum(room, reason=Reason.SUM_FAILED)
        return
    move_sum(room, to=SumState.DONE, event=EventType.SUM_ADDED, changed=("total",))


_MOVES: Mapping[SumState, Callable[[Room, Hub], None]] = {
    SumState.GATHERING: _gather,
    SumState.MASKING: _mask,
    SumState.SIGNING: _sign,
    SumState.REVEALING: _reveal,
}
