"""Analyses of several rounds: what the hub's half yields, what a node's half keeps, and both in one process.

The hub's half is a generator: it yields for each hospital the parameters of its next round, receives the
hospitals' sums, and returns the combined document. It holds nothing else, so that a hub that was restarted
runs it again over the sums that it kept. A node's half stays in memory with its rows until the question ends.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError

from maillage.analysis.base import Contribution, WireModel
from maillage.analysis.errors import ContentError
from maillage.base.i18n import _
from maillage.base.settings import describe_validation

Documents = Mapping[str, Mapping[str, Any]]
"""By hospital: the parameters of its round, or what it told."""

Coordinator = Generator[Documents, Documents, dict[str, Any]]


class Coordinate(Protocol):
    """The hub's half: `analysis.<id>.coordinate.coordinate`."""

    def __call__(
        self,
        parameters: BaseModel,
        openings: Mapping[str, Contribution],
        *,
        floor: int,
        minimum_sites: int,
    ) -> Coordinator:
        """Rounds over the hospitals that opened. Raises ContentError for what cannot be."""
        ...


class Resident(Protocol):
    """A node's half after its opening: the rows of one question, and what was told of them."""

    @property
    def fingerprint(self) -> bytes:
        """The same for the same rows in any process: rows that changed between two rounds show."""
        ...

    def answer(self, number: int, parameters: Any) -> WireModel:
        """Round `number`, from 1 on, gated. Raises RoundRefusedError, ModelRefusedError."""
        ...


@dataclass(frozen=True)
class Part:
    """One hospital in one process: its opening, and its half of the rounds."""

    opening: Mapping[str, Any]
    resident: Resident
    shown_alone: bool = True


def read_told(document: Mapping[str, Any], *, model: type[WireModel]) -> Any:
    """What a hospital told, validated. Raises ContentError."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise ContentError(
            _("La réponse d’un hôpital n’a pas la forme attendue."), why=describe_validation(error)
        ) from error


def run_in_process(
    coordinate: Coordinate,
    parameters: BaseModel,
    parts: Mapping[str, Part],
    *,
    read_round: Callable[[Mapping[str, Any]], WireModel],
    floor: int,
    minimum_sites: int = 1,
    watch: Callable[[int, str, Mapping[str, Any]], None] = lambda _number, _site, _document: None,
) -> dict[str, Any]:
    """The combined document, by calls in the place of messages; `watch` sees every document that
    would leave.
    """
    openings = {site: Contribution(part.opening, part.shown_alone) for site, part in parts.items()}
    for site, part in parts.items():
        watch(0, site, part.opening)
    rounds = coordinate(parameters, openings, floor=floor, minimum_sites=minimum_sites)
    number = 1
    try:
        asked = next(rounds)
        while True:
            told = {
                site: parts[site].resident.answer(number, read_round(document)).model_dump(mode="json")
                for site, document in asked.items()
            }
            for site, document in told.items():
                watch(number, site, document)
            asked = rounds.send(told)
            number += 1
    except StopIteration as end:
        return end.value
