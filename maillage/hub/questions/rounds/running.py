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
from maillage.governance.statements import execute
from maillage.hub.boot import Hub
from maillage.hub.questions.models import Question
from maillage.hub.questions.rounds.room import Exchange, statements


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


def begin(exchange: Exchange, *, hub: Hub) -> Outcome:
    """Start over its members, whose first round will be `exchange.started`. Raises ContentError."""
    question = Question.objects.only("analysis", "parameters", "minimum_sites").get(id=exchange.question_id)
    analysis = question.analysis["id"]
    coordinator = load_coordinate(analysis)(
        read_parameters(find_spec(analysis), question.parameters),
        _read_openings(exchange),
        floor=hub.settings.floor,
        minimum_sites=question.minimum_sites,
    )
    running = Running(coordinator, tuple(exchange.members), exchange.started, exchange.started)
    hub.running[exchange.question_id] = running
    try:
        return Outcome(asked=next(coordinator))
    except StopIteration as end:
        return _end(exchange, end, hub=hub)


def go_on(exchange: Exchange, *, hub: Hub) -> Outcome:
    """Give the sums of the present round. Raises ContentError."""
    running = hub.running.get(exchange.question_id)
    wanted = (tuple(exchange.members), exchange.started, exchange.number)
    if not isinstance(running, Running) or (running.members, running.started, running.number) != wanted:
        running = _replay(exchange, hub=hub)
    try:
        asked = running.coordinator.send(_read_told(exchange, number=exchange.number))
    except StopIteration as end:
        return _end(exchange, end, hub=hub)
    running.number = exchange.number + 1
    return Outcome(asked=asked)


def _replay(exchange: Exchange, *, hub: Hub) -> Running:
    begin(exchange, hub=hub)
    running: Running = hub.running[exchange.question_id]
    for number in range(exchange.started, exchange.number):
        running.coordinator.send(_read_told(exchange, number=number))
    running.number = exchange.number
    return running


def _end(exchange: Exchange, end: StopIteration, *, hub: Hub) -> Outcome:
    forget(exchange.question_id, hub=hub)
    return Outcome(result=end.value)


def forget(question_id: str, *, hub: Hub) -> None:
    """Nobody waits for it any longer."""
    hub.running.pop(question_id, None)


def _read_openings(exchange: Exchange) -> dict[str, Contribution]:
    return {
        site: Contribution(json.loads(content), shown_alone=bool(shown_alone))
        for site, content, shown_alone in _list_told(exchange, number=0)
    }


def _read_told(exchange: Exchange, *, number: int) -> dict[str, Any]:
    return {site: json.loads(content) for site, content, _alone in _list_told(exchange, number=number)}


def _list_told(exchange: Exchange, *, number: int) -> list[tuple[str, str, bool]]:
    told = execute(statements()["list_told"], question=exchange.question_id, number=number)
    return [(site, content, alone) for site, content, alone in told if site in exchange.members]
