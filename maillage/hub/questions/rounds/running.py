"""The analysis's own half while a question lasts: a generator in memory, made again from what was kept.

It is the same over the same sums, so whoever restarts the hub, or another of its processes, runs it again
over the parts of the rounds since its members were last chosen.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maillage.analysis.base import Contribution
from maillage.analysis.registry import find_spec, load_coordinate, read_parameters
from maillage.analysis.rounds import Coordinator
from maillage.hub.boot import Hub
from maillage.hub.questions.models import Question, RoundPart, Rounds


@dataclass
class Running:
    """A generator that waits for the sums of round `number`, over these members since round `started`."""

    coordinator: Coordinator
    members: tuple[str, ...]
    started: int
    number: int


@dataclass(frozen=True)
class Outcome:
    """What comes next: rounds to ask by site, or the combined document."""

    asked: Mapping[str, Any] | None = None
    result: dict[str, Any] | None = None


def begin(session: Rounds, *, hub: Hub) -> Outcome:
    """Start over the session's members, whose first round will be `session.started`. Raises ContentError."""
    question = Question.objects.only("analysis", "parameters", "minimum_sites").get(id=session.question_id)
    analysis = question.analysis["id"]
    coordinator = load_coordinate(analysis)(
        read_parameters(find_spec(analysis), question.parameters),
        _read_openings(session),
        floor=hub.settings.floor,
        minimum_sites=question.minimum_sites,
    )
    running = Running(coordinator, tuple(session.members), session.started, session.started)
    hub.running[session.question_id] = running
    try:
        return Outcome(asked=next(coordinator))
    except StopIteration as end:
        return _end(session, end, hub=hub)


def go_on(session: Rounds, *, hub: Hub) -> Outcome:
    """Give the sums of the present round. Raises ContentError."""
    running = hub.running.get(session.question_id)
    wanted = (tuple(session.members), session.started, session.number)
    if not isinstance(running, Running) or (running.members, running.started, running.number) != wanted:
        running = _replay(session, hub=hub)
    try:
        asked = running.coordinator.send(_read_told(session, number=session.number))
    except StopIteration as end:
        return _end(session, end, hub=hub)
    running.number = session.number + 1
    return Outcome(asked=asked)


def _replay(session: Rounds, *, hub: Hub) -> Running:
    begin(session, hub=hub)
    running: Running = hub.running[session.question_id]
    for number in range(session.started, session.number):
        running.coordinator.send(_read_told(session, number=number))
    running.number = session.number
    return running


def _end(session: Rounds, end: StopIteration, *, hub: Hub) -> Outcome:
    forget(session.question_id, hub=hub)
    return Outcome(result=end.value)


def forget(question_id: str, *, hub: Hub) -> None:
    """Nobody waits for it any longer."""
    hub.running.pop(question_id, None)


def _read_openings(session: Rounds) -> dict[str, Contribution]:
    parts = RoundPart.objects.filter(rounds=session, number=0, site__in=session.members)
    return {
        part.site: Contribution(json.loads(part.content), shown_alone=part.shown_alone)
        for part in parts.order_by("site")
    }


def _read_told(session: Rounds, *, number: int) -> dict[str, Any]:
    parts = RoundPart.objects.filter(rounds=session, number=number, site__in=session.members)
    return {part.site: json.loads(part.content) for part in parts}
