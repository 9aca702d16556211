"""The moves of an exchange of rounds: as far as what has come allows, and no further than a round's time."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from maillage.analysis.errors import AnalysisError
from maillage.exchange.reasons import Reason
from maillage.hub.boot import Hub
from maillage.hub.questions.models import Rounds
from maillage.hub.questions.rounds.room import Room, ask_round, drop, end_rounds, find_room
from maillage.hub.questions.rounds.running import Outcome, begin, go_on
from maillage.hub.questions.states import ROUNDS_OPEN, RoundsState
from maillage.hub.questions.totals import settle_total
from maillage.hub.writing import writing


def advance_rounds(question_id: str, *, at: datetime, hub: Hub) -> bool:
    """Move the question's exchange on, if it has one; in the transaction that changed something in it."""
    step = timedelta(seconds=hub.settings.sum_step_seconds)
    room = find_room(question_id, now=at, step=step)
    if room is None:
        return False
    before = (room.exchange.state, room.exchange.number)
    try:
        _MOVES[room.exchange.state](room, hub)
    except AnalysisError:
        # A hospital told something else than it should: nothing can be said of the others' sums.
        _fail(room)
    return (room.exchange.state, room.exchange.number) != before


def advance_due(*, hub: Hub) -> None:
    """Move on every exchange whose round has lasted too long: after a silence, or a restart of the hub."""
    now = hub.clock()
    states = [state.value for state in ROUNDS_OPEN]
    due = Rounds.objects.filter(state__in=states, deadline__lte=now)
    for question_id in list(due.values_list("question_id", flat=True)):
        with writing(hub):
            advance_rounds(question_id, at=now, hub=hub)
            settle_total(question_id, at=now)
        hub.doorbell.ring(question_id, bell_of(question_id))


def bell_of(question_id: str) -> str:
    """What nodes that wait for the next round listen to."""
    return f"rounds {question_id}"


def _gather(room: Room, hub: Hub) -> None:
    """Begin once every hospital asked has opened or given its last word, or time is over."""
    late = room.list_late()
    if late and not room.is_due:
        return
    drop(room, late)
    _begin(room, [site for site in sorted(room.opened) if room.awaits(site)], number=1, hub=hub)


def _run(room: Room, hub: Hub) -> None:
    """Go on once the round's parts came from all; who stopped, or is late, drops out, and it begins again."""
    exchange, late = room.exchange, room.list_late()
    if late and not room.is_due:
        if not _list_lost(room):
            return
    elif late:
        drop(room, late)
    lost = _list_lost(room)
    if lost:
        left = [site for site in exchange.members if site not in lost]
        _begin(room, left, number=exchange.number + 1, hub=hub)
        return
    _follow(room, go_on(exchange, hub=hub), number=exchange.number + 1)


def _list_lost(room: Room) -> list[str]:
    return [site for site in room.exchange.members if not room.awaits(site)]


def _begin(room: Room, members: list[str], *, number: int, hub: Hub) -> None:
    """Start the analysis's half over these hospitals; nothing of former rounds is in it."""
    room.exchange.members, room.exchange.started = members, number
    if not members:
        _fail(room)
        return
    _follow(room, begin(room.exchange, hub=hub), number=number)


def _follow(room: Room, outcome: Outcome, *, number: int) -> None:
    if outcome.asked is not None:
        ask_round(room, number=number, asked=outcome.asked)
    else:
        end_rounds(room, to=RoundsState.DONE, result=json.dumps(outcome.result))


def _fail(room: Room) -> None:
    end_rounds(room, to=RoundsState.FAILED, reason=Reason.ROUNDS_FAILED.value)


_MOVES: Mapping[RoundsState, Callable[[Room, Hub], None]] = {
    RoundsState.GATHERING: _gather,
    RoundsState.RUNNING: _run,
}
