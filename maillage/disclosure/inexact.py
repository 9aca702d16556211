"""Gates whose numbers are not exact: with the noise of their persons, or in bands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maillage.disclosure.fingerprints import Column
from maillage.disclosure.gates import Chain, Gate, ModelVerdict, Persons, is_shown, join_persons
from maillage.disclosure.groups import Margins
from maillage.disclosure.guarding import Former
from maillage.disclosure.magnitudes import Magnitude
from maillage.disclosure.noise import NoiseTable
from maillage.disclosure.persons import Part
from maillage.disclosure.perturbation import band_count, perturb_persons
from maillage.disclosure.rules import DisclosureRules, InexactError
from maillage.disclosure.tables import Partition
from maillage.disclosure.values import Cell, Suppressed, Suppression


class CountsAlone:
    """What gates of inexact numbers do not have: the rules of tables and sums suppose exact ones."""

    def groups(self, groups: Mapping[str, Persons | Part], *, whole: Persons) -> Mapping[str, Cell]:  # noqa: ARG002
        """Raises InexactError."""
        raise InexactError

    def table(self, cells: Mapping[tuple[int, int], Persons], *, shape: tuple[int, int]) -> Margins:  # noqa: ARG002
        """Raises InexactError."""
        raise InexactError

    def amount(self, column: Column) -> Magnitude | Suppressed:  # noqa: ARG002
        """Raises InexactError."""
        raise InexactError

    def for_part(self, question: str) -> Gate:  # noqa: ARG002
        """Raises InexactError."""
        raise InexactError


@dataclass
class InexactGate(CountsAlone):
    """Numbers that are not exact, each made from its own persons; no answer is remembered.

    Few things are hidden for another number's sake: what subtraction finds is as inexact as the numbers are.
    But the same persons have the same number, so that of two nested sets it shows whether nobody lies between
    them: a step that leaves out fewer than the floor is told as leaving out nobody.
    """

    rules: DisclosureRules
    cell_of: Callable[[Persons], Cell]
    everyone: Persons | None = None
    """Who is in the warehouse: their number is public, so the few outside a cohort are a small group too."""

    def __post_init__(self) -> None:
        self._whole: Persons | None = None

    def whole(self, persons: Persons) -> tuple[Cell, Former | None]:
        """The number of persons."""
        self._whole = persons
        return self._show(persons), None

    def chain(self, steps: Sequence[Persons], *, last: Cell) -> Chain:
        """Each step by itself, or with the number of the nearest after it that leaves out few."""
        told: list[Cell] = []
        anchor, cell = (len(steps[-1]) if self._whole is None else len(self._whole)), last
        for persons in reversed(steps):
            own = self._show(persons)
            if len(persons) - anchor >= self.rules.floor:
                anchor, cell = len(persons), own
            told.append(cell)
        return Chain(tuple(reversed(told)))

    def _show(self, persons: Persons) -> Cell:
        """A set that leaves out some and too few of everybody is told as everybody."""
        if self.everyone is not None and 0 < len(self.everyone) - len(persons) < self.rules.floor:
            return self.cell_of(self.everyone)
        return self.cell_of(persons)

    def partition(self, groups: Mapping[int, Persons], *, declared: bool = False) -> Partition:  # noqa: ARG002
        """Each group by itself, and together those that are not shown; all but a few are told as all."""
        cells = {group: self._show_part(persons) for group, persons in groups.items()}
        shown = [group for group, cell in cells.items() if is_shown(cell)]
        named = range(min(shown), max(shown) + 1) if shown else range(0)
        hidden = [persons for group, persons in groups.items() if group not in shown]
        return Partition(
            groups={
                group: cells[group] if group in shown else Suppressed(Suppression.PROTECTED)
                for group in named
            },
            # Of nobody too: that there is none would be told.
            rest=self._show_part(join_persons(hidden)),
        )

    def _show_part(self, persons: Persons) -> Cell:
        """A part that leaves out some and too few of the whole is told as the whole."""
        if self._whole is not None and 0 < len(self._whole) - len(persons) < self.rules.floor:
            return self._show(self._whole)
        return self._show(persons)

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
        """The same persons give the same number again: there is nothing to keep."""


def noisy_gate(
    *, rules: DisclosureRules, table: NoiseTable, secret: bytes, everyone: Persons | None = None
) -> InexactGate:
    """Counts with noise keyed to their persons; a floor above the table's hides before noise and after."""

    def cell_of(persons: Persons) -> Cell:
        cell = perturb_persons(persons, secret=secret, table=table)
        number = min(len(persons), 0 if isinstance(cell, Suppressed) else cell.value)
        return Suppressed(Suppression.BELOW_FLOOR) if number < rules.floor else cell

    return InexactGate(rules, cell_of, everyone)


def band_gate(*, rules: DisclosureRules, width: int, everyone: Persons | None = None) -> InexactGate:
    """Counts as bands of `width` persons."""
    return InexactGate(rules, lambda persons: band_count(len(persons), rules=rules, width=width), everyone)
