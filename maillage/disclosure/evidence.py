"""What was done to an answer's numbers before they may leave, as facts that say nothing of a person.

The `Witness` stands between an analysis and its gate and notes what was asked and what came of it: no
analysis can forget to, and no gate needs to know. Its `Trace` stays at the node; `tally` counts what the
answer itself shows, which is all that may travel with it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast

from maillage.disclosure.rules import DisclosureRules
from maillage.disclosure.values import Cell, Suppressed, cell_from_json

if TYPE_CHECKING:
    from maillage.disclosure.fingerprints import Column

    # At run time these would bring numpy into the node's agent, which reads traces and makes none.
    from maillage.disclosure.gates import Chain, Gate, ModelVerdict, Persons
    from maillage.disclosure.groups import Margins
    from maillage.disclosure.guarding import Former
    from maillage.disclosure.magnitudes import Magnitude
    from maillage.disclosure.persons import Part
    from maillage.disclosure.tables import Partition


class RuleName(StrEnum):
    """A rule that an answer went through."""

    FLOOR = "floor"
    CHAIN = "chain"
    PARTITION = "partition"
    DIFFERENCING = "differencing"
    NOISE = "noise"
    BANDS = "bands"
    PRIVATE = "private"
    PERSON = "person"
    MODEL = "model"
    GROUPS = "groups"
    MARGINS = "margins"
    DOMINANCE = "dominance"
    MASKED = "masked"


class Relation(StrEnum):
    """How the persons of an answer stand to those of a former one; never by how many they differ."""

    SAME = "same"
    NEAR = "near"
    APART = "apart"


@dataclass(frozen=True)
class Neighbour:
    """A former answer of the same permit and requester, by its job, and how its persons stand to these."""

    job: str
    relation: Relation


@dataclass(frozen=True)
class Trace:
    """What a gate did for one answer; for the node alone.

    `given` sets of persons came in: `shown` have a number, `below_floor` count fewer than the floor (nobody
    included), `protected` are hidden for the sake of another. `former` is how many sets the differencing
    guard compared with, None where it was not asked. Told outside, these numbers would say how many small
    groups there are.

    `sketch` is that of the whole answer's persons (`disclosure.sketches`), empty where nobody was counted.
    """

    rules: tuple[RuleName, ...]
    given: int
    shown: int
    below_floor: int
    protected: int
    former: int | None = None
    neighbours: tuple[Neighbour, ...] = ()
    sketch: tuple[int, ...] = ()


@dataclass(frozen=True)
class Tally:
    """The cells of an answer as it leaves: how many show a number, and how many do not, by reason."""

    shown: int
    suppressed: Mapping[str, int]


FORMER_BANDS: tuple[tuple[int, str], ...] = ((1, "none"), (10, "under_10"), (100, "under_100"))
"""Fewer former sets than the number: the band's name. The requester knows about how much they asked."""
MANY_FORMER = "100_or_more"


def band_former(former: int) -> str:
    """With how many former sets an answer was compared, as a band."""
    return next((name for limit, name in FORMER_BANDS if former < limit), MANY_FORMER)


def tally(content: Mapping[str, Any]) -> Tally:
    """Count the cells of a content, wherever they stand in it."""
    suppressed: dict[str, int] = {}
    shown = 0
    for cell in find_cells(content):
        if isinstance(cell, Suppressed):
            suppressed[cell.reason.value] = suppressed.get(cell.reason.value, 0) + 1
        else:
            shown += 1
    return Tally(shown, suppressed)


def find_cells(value: object) -> Iterator[Cell]:
    """Every cell of a document of lists and objects."""
    if isinstance(value, Mapping):
        try:
            yield cell_from_json(dict(cast("Mapping[str, Any]", value)))
        except ValueError:
            for inner in cast("Mapping[str, Any]", value).values():
                yield from find_cells(inner)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for inner in cast("Sequence[Any]", value):
            yield from find_cells(inner)


_NEAREST_FIRST = (Relation.SAME, Relation.NEAR, Relation.APART)


@dataclass
class _Noted:
    """What the gates of one answer did: one, or one for each analysis of a joint question."""

    rules: list[RuleName]
    cells: list[tuple[int, Cell | None]] = field(default_factory=list[tuple[int, Cell | None]])
    neighbours: dict[str, Neighbour] = field(default_factory=dict[str, Neighbour])
    sketch: tuple[int, ...] = ()

    def add_neighbours(self, found: Sequence[Neighbour]) -> None:
        """Each former answer once, as it stands to the persons that are nearest to it."""
        for new in found:
            known = self.neighbours.setdefault(new.job, new)
            if _NEAREST_FIRST.index(new.relation) < _NEAREST_FIRST.index(known.relation):
                self.neighbours[new.job] = new


class Witness:
    """A gate that does what the one inside does, and remembers that it did.

    `rules` are those of the gate's own form; `former` and `compare` are the guard's, where there is one.
    """

    def __init__(
        self,
        gate: "Gate",
        *,
        rules: Sequence[RuleName],
        former: int | None = None,
        compare: "Callable[[Persons], Sequence[Neighbour]] | None" = None,
        noted: _Noted | None = None,
    ) -> None:
        self._gate = gate
        self._former = former
        self._compare = compare
        self._noted = noted or _Noted(list(rules))

    @property
    def rules(self) -> DisclosureRules:
        """The floor."""
        return self._gate.rules

    def whole(self, persons: "Persons") -> "tuple[Cell, Former | None]":
        """As the gate's own."""
        if self._compare is not None:
            # Asked of few persons too, and then forgotten: the time must not tell.
            found = self._compare(persons)
            self._noted.add_neighbours(found if len(persons) >= self.rules.floor else ())
        self._sketch(persons)
        cell, former = self._gate.whole(persons)
        self._noted.cells.append((len(persons), cell))
        return cell, former

    def chain(self, steps: "Sequence[Persons]", *, last: Cell) -> "Chain":
        """As the gate's own."""
        found = self._gate.chain(steps, last=last)
        self._note(RuleName.CHAIN)
        self._noted.cells += [(len(persons), cell) for persons, cell in zip(steps, found.cells, strict=True)]
        return found

    def partition(self, groups: "Mapping[int, Persons]", *, declared: bool = False) -> "Partition":
        """As the gate's own."""
        found = self._gate.partition(groups, declared=declared)
        self._note(RuleName.PARTITION)
        # A group that the gate does not even name came in all the same.
        self._noted.cells += [(len(persons), found.groups.get(group)) for group, persons in groups.items()]
        return found

    def model(
        self, persons: "Persons", *, parts: "Sequence[Persons]", columns: "Sequence[Column]" = ()
    ) -> "ModelVerdict":
        """As the gate's own."""
        self._sketch(persons)
        found = self._gate.model(persons, parts=parts, columns=columns)
        self._noted.rules.append(RuleName.MODEL)
        return found

    def groups(self, groups: "Mapping[str, Persons | Part]", *, whole: "Persons") -> Mapping[str, Cell]:
        """As the gate's own."""
        found = self._gate.groups(groups, whole=whole)
        self._note(RuleName.GROUPS)
        self._noted.cells += [(len(persons), found[name]) for name, persons in groups.items()]
        return found

    def table(self, cells: "Mapping[tuple[int, int], Persons]", *, shape: tuple[int, int]) -> "Margins":
        """As the gate's own."""
        found = self._gate.table(cells, shape=shape)
        self._note(RuleName.MARGINS)
        inner = {(row + 1, column + 1): len(persons) for (row, column), persons in cells.items()}
        self._noted.cells += [(inner.get(place, 0), cell) for place, cell in found.items() if 0 not in place]
        return found

    def amount(self, column: "Column") -> "Magnitude | Suppressed":
        """As the gate's own."""
        found = self._gate.amount(column)
        self._note(RuleName.DOMINANCE)
        return found

    def settle(self, content: Mapping[str, Any]) -> None:
        """As the gate's own."""
        self._gate.settle(content)

    def for_part(self, question: str) -> "Witness":
        """The part's own gate, watched; what it did is in this one's trace."""
        gate, noted = self._gate.for_part(question), self._noted
        return Witness(gate, rules=noted.rules, former=self._former, compare=self._compare, noted=noted)

    def _sketch(self, persons: "Persons") -> None:
        # Here and not above: the agent reads traces without numpy.
        from maillage.disclosure.sketches import make_sketch

        self._noted.sketch = self._noted.sketch or make_sketch(persons)

    def _note(self, rule: RuleName) -> None:
        # Of inexact numbers these rules are not kept, nor needed: what subtraction finds is as inexact.
        if RuleName.DIFFERENCING in self._noted.rules and rule not in self._noted.rules:
            self._noted.rules.append(rule)

    def trace(self) -> Trace:
        """What was done so far, in all parts."""
        cells = self._noted.cells
        shown = sum(_is_shown(cell) for _persons, cell in cells)
        small = sum(not _is_shown(cell) and persons < self.rules.floor for persons, cell in cells)
        return Trace(
            rules=tuple(self._noted.rules),
            given=len(cells),
            shown=shown,
            below_floor=small,
            protected=len(cells) - shown - small,
            former=self._former,
            neighbours=tuple(self._noted.neighbours.values()),
            sketch=self._noted.sketch,
        )


def _is_shown(cell: Cell | None) -> bool:
    return cell is not None and not isinstance(cell, Suppressed)
