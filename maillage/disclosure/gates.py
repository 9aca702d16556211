"""Gates: sets of distinct persons go in, cells come out. A permit says which of them serves.

An analysis hands over the persons behind each number, not the number: an exact gate compares them with
those of former answers, a noisy one draws the noise from them. What it gets back is all it may tell.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from maillage.disclosure.fingerprints import Column, Fingerprint
from maillage.disclosure.groups import Margins, choose_groups, hide_margins, join_margins
from maillage.disclosure.guarding import Former, Guard, Role, Shown
from maillage.disclosure.magnitudes import Magnitude, MagnitudeRules, protect_sum
from maillage.disclosure.persons import Part, PersonSet, Ranked, Ranks
from maillage.disclosure.rules import DisclosureRules, protect_count
from maillage.disclosure.tables import Partition, protect_chain, protect_partition
from maillage.disclosure.values import Cell, Count, Suppressed, Suppression

Persons = NDArray[np.int64]
"""The ids of distinct persons, in any order."""


class ModelVerdict(StrEnum):
    """Whether sums over some persons may be told exactly."""

    CLEAR = "clear"
    NEAR = "near"
    """A former answer is of almost the same persons: the two sums would be subtracted."""
    INEXACT = "inexact"
    """Under this permit no number is exact."""


@dataclass(frozen=True)
class Chain:
    """The cells of an attrition; `repeated` are the positions of those that are former answers' numbers.

    `known` are those that were told before: these, and the own numbers of sets that a former answer showed.
    """

    cells: tuple[Cell, ...]
    repeated: tuple[int, ...] = ()
    known: tuple[int, ...] = ()


class Gate(Protocol):
    """What an analysis asks for each of its numbers."""

    @property
    def rules(self) -> DisclosureRules:
        """The floor."""
        ...

    def whole(self, persons: Persons) -> tuple[Cell, Former | None]:
        """The cell of the whole answer; with a former answer's number when that stands for it."""
        ...

    def chain(self, steps: Sequence[Persons], *, last: Cell) -> Chain:
        """The cells of sets that never grow and end in the whole answer, whose cell is `last`."""
        ...

    def partition(self, groups: Mapping[int, Persons], *, declared: bool = False) -> Partition:
        """The cells of the whole answer split by an ordered group such as the year.

        Asked for whatever became of the whole, so that it takes as long; told where that has a number of its
        own. `declared`: the question says which groups there are, whoever is in them.
        """
        ...

    def model(
        self, persons: Persons, *, parts: Sequence[Persons], columns: Sequence[Column] = ()
    ) -> ModelVerdict:
        """Whether exact sums over these persons, and over the `parts` of them with a level each, may be told.

        `columns` are the numbers that are summed. Asked once a model, before its first number; the floor is
        the caller's (`disclosure.models`).
        """
        ...

    def groups(self, groups: Mapping[str, Persons | Part], *, whole: Persons) -> Mapping[str, Cell]:
        """The cells of groups of the whole answer that may share persons, such as those with each drug.

        Raises InexactError where numbers are not exact; so do `table` and `amount`.
        """
        ...

    def table(self, cells: Mapping[tuple[int, int], Persons], *, shape: tuple[int, int]) -> Margins:
        """The whole answer split two ways at once, margins included, as `disclosure.secondary` hides it."""
        ...

    def amount(self, column: Column) -> Magnitude | Suppressed:
        """A sum with one number a person, under the rules of dominance."""
        ...

    def settle(self, content: Mapping[str, Any]) -> None:
        """The content is complete and will leave: remember what it shows."""
        ...

    def for_part(self, question: str) -> "Gate":
        """A gate of its own for one analysis of a joint question, which judges it as a question that follows.

        `question` is the hash under which the same analysis is asked alone. Raises InexactError as `groups`.
        """
        ...


@dataclass
class ExactGate:
    """Exact counts, guarded against subtraction from former answers where there is a guard."""

    rules: DisclosureRules
    guard: Guard | None = None
    magnitudes: MagnitudeRules = field(default_factory=MagnitudeRules)

    def __post_init__(self) -> None:
        self._shown: list[Shown] = []
        self._judged = 0
        self._own = True
        self._refused = False
        self._columns: list[Fingerprint] = []
        self._rank = _rank_alone() if self.guard is None else self.guard.rank

    def whole(self, persons: Persons) -> tuple[Cell, Former | None]:
        """The number of persons, or the number of the former answer that stands for it."""
        cell = protect_count(len(persons), rules=self.rules)
        self._own = not isinstance(cell, Suppressed)
        if self.guard is None:
            return cell, None
        judged = self.guard.judge(persons)
        self._judged += 2
        if isinstance(cell, Suppressed):
            return cell, None
        former = judged if isinstance(judged, Former) else None
        self._own = judged is True or (former is not None and not former.stands)
        if judged is False:
            self._refused = True
            return Suppressed(Suppression.PROTECTED), None
        self._shown.append(Shown(persons, exact=self._own, role=Role.WHOLE))
        return (Count(former.persons) if former else cell), former

    def chain(self, steps: Sequence[Persons], *, last: Cell) -> Chain:
        """As `protect_chain`, on what may be told of each step."""
        # The last first: where two cannot both be told, the answer is preferred to what led to it.
        told = [self._tell(persons) for persons in reversed(steps)][::-1]
        cells = protect_chain(
            [len(persons) for persons in steps],
            rules=self.rules,
            told=[number for number, _exact, _known in told],
            shown=last.value if isinstance(last, Count) else None,
        )
        kept = [
            (index, Shown(steps[index], exact=told[index][1], role=Role.STEP))
            for index, cell in enumerate(cells)
            if is_shown(cell)
        ]
        self._shown += [shown for _index, shown in kept]
        return Chain(
            cells,
            repeated=tuple(index for index, shown in kept if not shown.exact),
            known=tuple(index for index, _shown in kept if told[index][2]),
        )

    def _tell(self, persons: Persons) -> tuple[int | None, bool, bool]:
        """The number that may be told of a step, None for none; is it its own, and was it told before?"""
        if self.guard is None:
            return len(persons), True, False
        judged = self.guard.judge(persons)
        self._judged += 1
        if len(persons) < self.rules.floor:
            return len(persons), True, False
        if self._refused:
            # A step may be the very cohort that is hidden.
            return None, True, False
        if isinstance(judged, Former):
            return judged.persons, not judged.stands, True
        return (len(persons) if judged else None), True, False

    def partition(self, groups: Mapping[int, Persons], *, declared: bool = False) -> Partition:  # noqa: ARG002
        """As `protect_partition`, and no group, nor the rest, that a former answer would give away."""
        counts = {group: len(persons) for group, persons in groups.items()}
        barred = {group for group, persons in groups.items() if not self._allows(persons)}
        while True:
            partition = protect_partition(counts, rules=self.rules, barred=barred)
            shown = [group for group, cell in partition.groups.items() if is_shown(cell)]
            rest = join_persons(persons for group, persons in groups.items() if group not in shown)
            parts = [groups[group] for group in shown] + ([rest] if shown and len(rest) else [])
            if not shown or (self._allows(rest) and self._allow_cells(parts)):
                break
            barred.add(min(shown, key=lambda group: (counts[group], group)))
        if self._own:
            table = self._count_tables()
            self._shown += [Shown(persons, exact=True, role=Role.PART, table=table) for persons in parts]
        return partition

    def _count_tables(self) -> int:
        return len({shown.table for shown in self._shown if shown.table is not None})

    def model(
        self, persons: Persons, *, parts: Sequence[Persons], columns: Sequence[Column] = ()
    ) -> ModelVerdict:
        """Clear where no former set differs by some persons and fewer than the floor; the same set is clear.

        So it is for the columns, by the persons whose number differs. No former number can stand for sums, as
        it does for a count: a model near a former answer is refused. So is one of the very same persons under
        another definition: an answer there would tell that the two definitions differ by nobody, a refusal
        that they differ by somebody.
        """
        if self.guard is not None:
            judged = self.guard.judge(persons)
            same = isinstance(judged, Former) and judged.own
            if not (judged is True or same) or not all(self._allows(part) for part in parts):
                return ModelVerdict.NEAR
        if not self._allow_columns(columns):
            return ModelVerdict.NEAR
        self._shown.append(Shown(persons, exact=True, role=Role.STEP))
        self._shown += [Shown(part, exact=True, role=Role.PART) for part in parts]
        return ModelVerdict.CLEAR

    def groups(self, groups: Mapping[str, Persons | Part], *, whole: Persons) -> Mapping[str, Cell]:
        """As `choose_groups`, and none that a former answer would give away."""
        everyone = self._rank(whole)
        sets = {
            name: self._rank(persons) for name, persons in groups.items() if len(persons) >= self.rules.floor
        }
        allowed = self._allow_groups(list(sets.values()), whole=everyone)
        fit = {name: one for (name, one), fits in zip(sets.items(), allowed, strict=True) if fits}
        shown = choose_groups(fit, size=len(everyone), beside=self._list_parts(everyone), rules=self.rules)
        if self._own:
            self._shown += [Shown(groups[name], exact=True, role=Role.PART) for name in sets if name in shown]
        return {
            name: Count(len(persons)) if name in shown else Suppressed(Suppression.PROTECTED)
            for name, persons in groups.items()
        }

    def _allow_groups(self, groups: Sequence[PersonSet], *, whole: PersonSet) -> list[bool]:
        if self.guard is None or len(whole) < self.rules.floor:
            return [True] * len(groups)
        return self.guard.allow_groups(groups, whole=whole)

    def _list_parts(self, everyone: PersonSet) -> list[PersonSet]:
        """The parts of this answer that are shown already, without those who are not among `everyone`."""
        parts = [self._rank(one.persons) for one in self._shown if one.role is Role.PART]
        return [one if one.bits <= everyone.bits else PersonSet(one.bits & everyone.bits) for one in parts]

    def table(self, cells: Mapping[tuple[int, int], Persons], *, shape: tuple[int, int]) -> Margins:
        """As `hide_margins`; nothing of it where a former answer would give a cell or a margin away."""
        sets = join_margins(cells, shape=shape)
        margins = hide_margins({place: len(persons) for place, persons in cells.items()}, shape, self.rules)
        shown = [place for place, cell in margins.items() if is_shown(cell)]
        cells_shown = [sets[place] for place in shown if place != (0, 0)]
        if not (all(self._allows(sets[place]) for place in shown) and self._allow_cells(cells_shown)):
            return dict.fromkeys(margins, Suppressed(Suppression.PROTECTED))
        if self._own:
            self._shown += [Shown(sets[place], exact=True, role=Role.PART) for place in shown]
        return margins

    def amount(self, column: Column) -> Magnitude | Suppressed:
        """As `protect_sum`, and none that a former sum, or one of this answer, would give away."""
        cell = protect_sum(column.values, rules=self.rules, magnitudes=self.magnitudes)
        if isinstance(cell, Suppressed):
            return cell
        if not (self._allows(column.persons) and self._allow_columns([column])):
            return Suppressed(Suppression.PROTECTED)
        if self._own:
            self._shown.append(Shown(column.persons, exact=True, role=Role.PART))
        return cell

    def settle(self, content: Mapping[str, Any]) -> None:
        """Keep the sets behind every shown cell; with none as well, which must take as long."""
        if self.guard is not None:
            self.guard.keep(self._shown, columns=self._columns, content=content, at_least=self._judged)

    def for_part(self, question: str) -> Self:
        """A gate that has shown nothing yet, over a guard that knows what the earlier parts showed."""
        return replace(self, guard=None if self.guard is None else self.guard.for_part(question))

    def _allows(self, persons: Persons) -> bool:
        return self.guard is None or len(persons) < self.rules.floor or self.guard.allows(persons)

    def _allow_columns(self, columns: Sequence[Column]) -> bool:
        """All of them or none, each beside those of this answer."""
        if self.guard is None:
            return True
        beside = list(self._columns)
        for column in columns:
            new = self.guard.mark(column)
            if not self.guard.allows_column(new, beside=beside):
                return False
            beside.append(new)
        self._columns = beside
        return True

    def _allow_cells(self, cells: Sequence[Persons]) -> bool:
        large = [persons for persons in cells if len(persons) >= self.rules.floor]
        return self.guard is None or not large or self.guard.allow_cells(large)


def _rank_alone() -> Callable[[Persons | Part], PersonSet]:
    """Ranks of one answer, where none is kept."""
    ranks = Ranks()
    return Ranked(rank=ranks.rank, find=ranks.find).rank


def is_shown(cell: Cell) -> bool:
    """Whether it has a number, exact or not."""
    return not isinstance(cell, Suppressed)


def join_persons(parts: Iterable[Persons]) -> Persons:
    """Those of several parts that share nobody."""
    found = list(parts)
    return np.concatenate(found) if found else np.array([], dtype=np.int64)
