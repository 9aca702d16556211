"""The differencing guard of one question, over what its requester was told before under the same permit."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from maillage.base.canon import canonical_hash
from maillage.disclosure.differencing import Clear, check
from maillage.disclosure.evidence import Neighbour, Relation
from maillage.disclosure.fingerprints import Column, Fingerprint, are_apart, count_persons
from maillage.disclosure.gates import Persons
from maillage.disclosure.guarding import Former, Role, Shown
from maillage.disclosure.persons import Part, PersonSet, Ranked
from maillage.disclosure.released import Released, Tables, differ_by, is_near_union, largest_first
from maillage.node.worker.releases import Asked, Kept, Releases


def find_scope(*, permit: str, requester: str | None) -> str:
    """Whose releases are compared: those of one requester, or None for all, under one permit, by its name."""
    return canonical_hash({"permit": permit, "requester": requester})


_STRONGER = {(Role.PART, Role.STEP), (Role.PART, Role.WHOLE)}
"""A set kept as a part is kept again as what is compared more."""


_NOBODYS_RANKS = np.arange(2**31, 2**31 + 256)
"""A cohort of a usual size, of persons whom no warehouse has met: two thousand million others come first."""


class History:
    """What was released in one scope, read once and kept in memory beside the file."""

    def __init__(self, releases: Releases, *, scope: str, former: Sequence[str] = ()) -> None:
        """What was kept in `former` scopes is compared too; what is told now is kept in `scope`."""
        self._releases = releases
        self._scope = scope
        self._columns = dict.fromkeys(releases.list_columns(scope))
        self._kept: list[Kept] = []
        self._released, self.paired, self.tables = Released(), Released(), Tables()
        self._note([kept for one in (*former, scope) for kept in releases.list_kept(one)])

    def _note(self, kept: Sequence[Kept]) -> None:
        """`paired` are compared two by two: exact whole answers and steps. Years would be too many."""
        self._kept += kept
        self._released.add(one.persons for one in kept)
        self.paired.add(one.persons for one in kept if one.exact and one.role is not Role.PART)
        self.tables.add(_group_cells(kept).values())

    def near(self, persons: PersonSet, *, floor: int) -> list[Kept]:
        """Those that differ by fewer than `floor` persons, the nearest first; the same set is among them."""
        return [self._kept[place] for _apart, place in self._released.find_near(persons, floor=floor)]

    def among(self, persons: PersonSet, *, floor: int) -> list[Kept]:
        """Those of which fewer than `floor` are not among these persons."""
        return [self._kept[place] for place in self._released.find_inside(persons, floor=floor)]

    def __len__(self) -> int:
        return len(self._kept)

    def compare(self, persons: PersonSet, *, floor: int) -> list[Neighbour]:
        """How these persons stand to those of each former whole answer, oldest first."""
        near = {place: apart for apart, place in self._released.find_near(persons, floor=floor)}
        wholes = [(place, kept.job) for place, kept in enumerate(self._kept) if kept.role is Role.WHOLE]
        return [Neighbour(job, _relate(near.get(place, floor), floor=floor)) for place, job in wholes]

    def list_columns(self, persons: int, *, floor: int) -> list[Fingerprint]:
        """Those of about as many persons: others differ for more than the floor's number."""
        near = [stored for stored in self._columns if abs(count_persons(stored) - persons) < floor]
        return [Fingerprint.from_bytes(stored) for stored in near]

    def add(self, shown: Sequence[Kept], *, columns: Sequence[Fingerprint], job: str, at_least: int) -> None:
        """Keep on disk, then in memory; a set or a column that is known already is not kept twice."""
        known = {table for (*_job, table), cells in _group_cells(shown).items() if self.tables.has(cells)}
        new = [replace(kept, job=job) for kept in shown if self._is_kept_anew(kept, known=known)]
        stored = [
            one for one in dict.fromkeys(map(Fingerprint.to_bytes, columns)) if one not in self._columns
        ]
        self._releases.keep(self._scope, job=job, shown=new, columns=stored, at_least=at_least)
        self._note(new)
        self._columns |= dict.fromkeys(stored)

    def _is_kept_anew(self, kept: Kept, *, known: Collection[int]) -> bool:
        """A cell with all others of its table, unless the whole table is known; a set if it is not."""
        if kept.table is None:
            return kept.content is not None or not self._knows(kept)
        return kept.table not in known

    def _knows(self, new: Kept) -> bool:
        same = self.near(new.persons, floor=1)
        return any(kept.exact == new.exact and (kept.role, new.role) not in _STRONGER for kept in same)


class ReleaseGuard:
    """For one job: whole answers are compared with one and two former ones, parts with each former set.

    The first of the former ones is `everyone` in the warehouse: no answer told their number, reports do.
    """

    def __init__(
        self,
        releases: Releases,
        history: History,
        *,
        job: str,
        floor: int,
        asked: Asked,
        everyone: PersonSet | None = None,
    ) -> None:
        self._releases = releases
        self._history = history
        self._job = job
        self._asked = asked
        self._floor = floor
        self._present: list[PersonSet] = []
        # Under a floor of one there is no small group to hide. Nobody at all is nothing to compare with.
        self._everyone = (
            Kept(everyone, exact=True, role=Role.WHOLE, content=None) if everyone and floor > 1 else None
        )
        self._everyone_told = False
        self._stand_in = PersonSet.of(_NOBODYS_RANKS)
        self._ranked = Ranked(rank=releases.rank, find=releases.find_ranks)

    @property
    def former(self) -> int:
        """How many sets there are to compare with."""
        return len(self._history)

    def compare(self, persons: Persons) -> list[Neighbour]:
        """How these persons stand to those of former whole answers; nothing is decided by it."""
        found = self._history.compare(self._rank_or_stand_in(persons), floor=self._floor)
        # The earlier parts of a joint question are compared with, and are no other answer.
        return [neighbour for neighbour in found if neighbour.job != self._job]

    def for_part(self, question: str) -> "ReleaseGuard":
        """The same job and definition, another question; what was kept meanwhile is in the history."""
        return ReleaseGuard(
            self._releases,
            self._history,
            job=self._job,
            floor=self._floor,
            asked=replace(self._asked, question=question),
            everyone=None if self._everyone is None else self._everyone.persons,
        )

    def rank(self, persons: Persons | Part) -> PersonSet:
        """The set of these persons, by ranks that stay the same for ever; of each array looked up once."""
        return self._ranked.rank(persons)

    def _rank_or_stand_in(self, persons: Persons) -> PersonSet:
        """The set, or one of other persons in the place of one under the floor: the same work for both."""
        return self._stand_in if len(persons) < self._floor else self.rank(persons)

    def judge(self, persons: Persons) -> Former | bool:
        """The nearest exact set within the floor stands for these persons; else whether they may be shown.

        A set that a former number stood for is a limit too: who knows what it contains, and that it is
        near the number told, could bound what lies between it and a set told exactly. All of it is looked at
        for every set, and for one under the floor as if it were of other persons: the time must not tell.
        """
        new = self._rank_or_stand_in(persons)
        near = self._near(new)
        close = self._is_close_to_two(new)
        joined = self._is_near_cells(new)
        exact = [kept for kept in near if kept.exact]
        if len(persons) < self._floor:
            return False
        if exact:
            self._everyone_told |= exact[0] is self._everyone
            return self._find_former(new, exact)
        if near or close or joined:
            return False
        self._present.append(new)
        return True

    def _find_former(self, new: PersonSet, exact: Sequence[Kept]) -> Former:
        """The nearest, with what this very question was answered of it; several analyses may have told it."""
        nearest = exact[0].persons
        same = [kept for kept in exact if kept.persons.bits == nearest.bits]
        answers = [kept.content for kept in same if kept.asked.question == self._asked.question]
        return Former(
            len(nearest),
            next((content for content in answers if content is not None), None),
            own=new.bits == nearest.bits
            and any(kept.asked.definition == self._asked.definition for kept in same),
        )

    def _near(self, new: PersonSet) -> list[Kept]:
        """What this requester was told comes first: a number that was told stands."""
        near = self._history.near(new, floor=self._floor)
        if self._everyone is not None and differ_by(new, self._everyone.persons) < self._floor:
            near.append(self._everyone)
        return near

    def _is_close_to_two(self, new: PersonSet) -> bool:
        # Of the present answer, those near this one are left out: the rule of the chain judges them.
        present = [one for one in self._present if differ_by(new, one) >= self._floor]
        everyone = [] if self._everyone is None else [self._everyone.persons]
        with self._history.paired.with_more([*everyone, *present]) as released:
            return not isinstance(check(new, released=released, floor=self._floor), Clear)

    def _is_near_cells(self, new: PersonSet) -> bool:
        return self._history.tables.is_near_some(new, floor=self._floor)

    def allows(self, persons: Persons) -> bool:
        """Whether no set that was shown, or stood for, differs by 1 to floor - 1 persons; nor some cells of a
        table that was shown.
        """
        new = self.rank(persons)
        return self._is_apart(new) and not self._is_near_cells(new)

    def allow_cells(self, cells: Sequence[Persons]) -> bool:
        """Whether no cells fill a former set but for 1 to floor - 1 persons, nor former sets a cell.

        Nor the first few of the cells, in their order, some cells of a former table, nor some of them a
        former answer.
        """
        new = [self.rank(persons) for persons in cells]
        begun = [self._is_near_cells(PersonSet.join(new[:end])) for end in range(2, len(new) + 1)]
        everybody, paired = PersonSet.join(new), self._history.paired
        # A set that the cells nearly fill lies among their persons, but for fewer than the floor.
        filled = paired.find_inside(everybody, floor=self._floor)
        ordered = largest_first(new)
        joined = [is_near_union(paired.sets[place], ordered, floor=self._floor) for place in filled]
        if any(begun) or any(joined):
            return False
        former = [kept.persons for kept in self._history.among(everybody, floor=self._floor)]
        return all(
            self._is_filled_well(one, by=others)
            for ones, others in ((former, new), (new, former))
            for one in ones
        )

    def _is_filled_well(self, one: PersonSet, *, by: Sequence[PersonSet]) -> bool:
        """Whether those of the sets that lie in this one leave nobody of it, or enough."""
        inside = [other for other in by if len(other) <= len(one) and other.bits.issubset(one.bits)]
        left = len(one) - len(PersonSet.join(inside))
        return not inside or left == 0 or left >= self._floor

    def allow_groups(self, groups: Sequence[PersonSet], *, whole: PersonSet) -> list[bool]:
        """As `allows`, of each group and of the rest of `whole`."""
        return [self._is_apart(one) and self._is_apart(PersonSet(whole.bits - one.bits)) for one in groups]

    def _is_apart(self, new: PersonSet) -> bool:
        return all(kept.persons.bits == new.bits for kept in self._near(new))

    def mark(self, column: Column) -> Fingerprint:
        """The column's fingerprint, by the ranks of its persons."""
        return Fingerprint.of(self._ranked.find(column.persons), column.values)

    def allows_column(self, new: Fingerprint, *, beside: Sequence[Fingerprint]) -> bool:
        """Whether no column of a former answer, nor one `beside`, differs for 1 to floor - 1 persons."""
        former = self._history.list_columns(new.persons, floor=self._floor)
        return are_apart(new, [*former, *beside], floor=self._floor)

    def keep(
        self,
        shown: Sequence[Shown],
        *,
        columns: Sequence[Fingerprint],
        content: Mapping[str, Any],
        at_least: int,
    ) -> None:
        """Remember the sets and columns; the content with the whole answer's where its number is its own."""
        kept = [
            Kept(
                self.rank(one.persons),
                exact=one.exact,
                role=one.role,
                content=content if one.role is Role.WHOLE and one.exact else None,
                asked=self._asked,
                table=one.table,
            )
            for one in shown
        ]
        if self._everyone is not None and self._everyone_told:
            # Told to this requester now: patients who arrive later are compared with this set too.
            kept.append(self._everyone)
        self._history.add(kept, columns=columns, job=self._job, at_least=at_least)


def _group_cells(kept: Iterable[Kept]) -> dict[tuple[str, str, int], list[PersonSet]]:
    """The cells of each table among these, by its job, its question and its number there.

    The parts of a joint question are of one job, and each numbers its own tables.
    """
    tables: dict[tuple[str, str, int], list[PersonSet]] = {}
    for one in kept:
        if one.table is not None:
            tables.setdefault((one.job, one.asked.question, one.table), []).append(one.persons)
    return tables


def _relate(apart: int, *, floor: int) -> Relation:
    return Relation.SAME if apart == 0 else Relation.NEAR if apart < floor else Relation.APART
