"""Differentially private counts, for permits that ask for them: noise by OpenDP, and what each answer costs.

Neighbours are two warehouses of which one has one person more (ε-differential privacy: Dwork, McSherry,
Nissim and Smith 2006; for whole numbers the discrete Laplace law: Ghosh, Roughgarden and Sundararajan 2009).
Every count here is of distinct persons, so one person changes one count by 1 at most. What matters is how
many counts of one answer that person changes:

- the whole answer is one count: 1;
- the years share nobody: 1, however many they are (parallel composition);
- a person who meets every criterion is in every step of an attrition: as many as there are steps
  (sequential composition).

An answer spends its ε in three equal shares, for the whole, the steps and the years; the three are about the
same persons, so they add up to ε. The noise of a count has scale (counts changed) / (share). The years are
those that the permit lists, seen or not: a year's mere presence would tell of its one person. Groups that a
question names in their place, such as ages, share nobody either.

A noisy number under the floor is hidden: that is done to the noise's result, and costs nothing. The exact
number is never looked at again: a rule that hid counts by their exact number would tell it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from math import exp, sqrt
from typing import Any

from maillage.base.errors import Kind
from maillage.base.i18n import _
from maillage.disclosure.fingerprints import Column
from maillage.disclosure.gates import Chain, ModelVerdict, Persons
from maillage.disclosure.guarding import Former
from maillage.disclosure.inexact import CountsAlone
from maillage.disclosure.noise import has_opendp
from maillage.disclosure.rules import DisclosureError, DisclosureRules
from maillage.disclosure.tables import Partition
from maillage.disclosure.values import Cell, Private, Suppressed, Suppression

PARTS = 3
"""The shares of an answer: the whole, the steps, the years."""

_MARGIN = 1 + 1e-9
"""OpenDP rounds its bound of the loss up; with a scale a hair larger the bound is still within the share."""


class NoiseMissingError(DisclosureError):
    """OpenDP is not installed here, so no private count can leave."""

    kind = Kind.UNAVAILABLE

    def __init__(self) -> None:
        super().__init__(
            _("OpenDP n’est pas installé ici."),
            why=_("Les nombres de cette autorisation portent un bruit qu’il tire."),
            remedy=_('Installez-le : pip install "maillage[dp]".'),
        )


def add_noise(counts: Sequence[int], *, changed: int, epsilon: float) -> tuple[list[int], float]:
    """The counts with discrete Laplace noise, and the standard deviation of each one's noise.

    One person changes at most `changed` of the counts, by 1 each; who sees all that is given back learns at
    most `epsilon` of that person. Raises NoiseMissingError.
    """
    if not has_opendp():
        raise NoiseMissingError
    if changed < 1 or epsilon <= 0:
        raise ValueError("noise hides at least one change, at a cost")
    # Loaded here: a node without such permits need not carry it. Its own types are partial.
    opendp: Any = import_module("opendp.prelude")
    opendp.enable_features("contrib")
    scale = changed / epsilon * _MARGIN
    space = opendp.vector_domain(opendp.atom_domain(T="i64")), opendp.l1_distance(T="i64")
    mechanism = opendp.m.make_laplace(*space, scale=scale)
    if mechanism.map(changed) > epsilon:
        raise ValueError("the noise would cost more than its share")
    return list(mechanism([int(count) for count in counts])), standard_deviation(scale)


def standard_deviation(scale: float) -> float:
    """Of the discrete Laplace law, whose chances fall by exp(-1/scale) with each whole number."""
    ratio = exp(-1 / scale)
    return sqrt(2 * ratio) / (1 - ratio)


@dataclass
class PrivateGate(CountsAlone):
    """The gate of one answer: each part is drawn once. `keep` writes down what is told, and its cost.

    `years` are the groups that `partition` counts, whoever is in them.
    """

    rules: DisclosureRules
    epsilon: float
    years: range
    keep: Callable[[Mapping[str, Any]], None]
    _drawn: set[str] = field(default_factory=set[str])

    def whole(self, persons: Persons) -> tuple[Cell, Former | None]:
        """The number of persons."""
        (cell,) = self._draw("whole", [len(persons)], changed=1)
        return cell, None

    def chain(self, steps: Sequence[Persons], *, last: Cell) -> Chain:  # noqa: ARG002 - it has its own draw
        """Each step; a person may be in all of them."""
        counts = [len(persons) for persons in steps]
        return Chain(tuple(self._draw("chain", counts, changed=max(1, len(counts)))))

    def partition(self, groups: Mapping[int, Persons], *, declared: bool = False) -> Partition:
        """The question's groups, or the permit's years: neither follows from who is there.

        Nothing is told of the rest, which would be a sum of hidden noise.
        """
        places = sorted(groups) if declared else self.years
        counts = [len(groups[place]) if place in groups else 0 for place in places]
        drawn = dict(zip(places, self._draw("partition", counts, changed=1), strict=True))
        shown = [place for place, cell in drawn.items() if not isinstance(cell, Suppressed)]
        named = range(min(shown), max(shown) + 1) if shown else range(0)
        hidden = Suppressed(Suppression.PROTECTED)
        return Partition({place: drawn[place] if place in shown else hidden for place in named}, rest=hidden)

    def model(
        self,
        persons: Persons,  # noqa: ARG002
        *,
        parts: Sequence[Persons],  # noqa: ARG002
        columns: Sequence[Column] = (),  # noqa: ARG002
    ) -> ModelVerdict:
        """Sums are exact, and nothing is under this permit."""
        return ModelVerdict.INEXACT

    def settle(self, content: Mapping[str, Any]) -> None:
        """The content is complete and will leave: its cost is on disk before it does."""
        self.keep(content)

    def _draw(self, part: str, counts: Sequence[int], *, changed: int) -> list[Cell]:
        if part in self._drawn:
            raise RuntimeError("a part of an answer is drawn once: a second draw would cost again")
        self._drawn.add(part)
        drawn, deviation = add_noise(counts, changed=changed, epsilon=self.epsilon / PARTS)
        return [self._show(number, deviation=deviation) for number in drawn]

    def _show(self, number: int, *, deviation: float) -> Cell:
        if number < self.rules.floor:
            return Suppressed(Suppression.BELOW_FLOOR)
        return Private(number, round(deviation, 3))
