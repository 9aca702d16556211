"""What a gate asks of whoever remembers former answers: the guard, and what is told to it and by it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from maillage.disclosure.fingerprints import Column, Fingerprint
from maillage.disclosure.persons import Ids, Part, PersonSet


@dataclass(frozen=True)
class Former:
    """A former answer that stands for the present one: its number of persons, and its content if it had one.

    The persons of the two are the same, or differ by fewer than the floor: which of the two is not told.
    """

    persons: int
    content: Mapping[str, Any] | None
    own: bool = False
    """Of this very definition, and of these very persons: another analysis of them tells nothing of a few.

    Without it the two cannot be told apart, so that what is computed now is not shown.
    """

    @property
    def stands(self) -> bool:
        """Whether its numbers are told, and none of the present ones."""
        return not self.own or self.content is not None


class Role(StrEnum):
    """What a set of persons is in an answer."""

    WHOLE = "whole"
    STEP = "step"
    PART = "part"


@dataclass(frozen=True)
class Shown:
    """Persons that an answer tells of: by their own number, or by a former one that stands for it.

    `table` is the number, in its answer, of the table whose cells share nobody and are shown together.
    """

    persons: Ids | Part
    exact: bool
    role: Role
    table: int | None = None


class Guard(Protocol):
    """What was released before under this permit to this requester, as `differencing` judges it."""

    def rank(self, persons: Ids | Part) -> PersonSet:
        """The set of these persons, each by a rank that is theirs for ever."""
        ...

    def judge(self, persons: Ids) -> Former | bool:
        """For a whole answer or a step: the former set that stands for it, or whether it may be shown.

        It is compared with one former set and with two together, those of the present answer included. A set
        under the floor may never be shown, and takes as long to judge.
        """
        ...

    def allows(self, persons: Ids) -> bool:
        """For a part: whether no set that was shown, or stood for, differs by 1 to floor - 1 persons."""
        ...

    def allow_cells(self, cells: Sequence[Ids]) -> bool:
        """For the shown cells of one table, in order: whether those inside a set that was shown leave nobody
        of it, or the floor's number at least; and so the sets that were shown, inside a cell. And whether no
        first few of them are almost some cells of a table that was shown.
        """
        ...

    def allow_groups(self, groups: Sequence[PersonSet], *, whole: PersonSet) -> list[bool]:
        """As `allows`, of many groups of one set and of what each leaves of it."""
        ...

    def mark(self, column: Column) -> Fingerprint:
        """What is kept of a column that sums are told of."""
        ...

    def allows_column(self, new: Fingerprint, *, beside: Sequence[Fingerprint]) -> bool:
        """Whether no column of a former answer, nor one `beside`, differs for 1 to floor - 1 persons."""
        ...

    def keep(
        self,
        shown: Sequence[Shown],
        *,
        columns: Sequence[Fingerprint],
        content: Mapping[str, Any],
        at_least: int,
    ) -> None:
        """Remember what is told now; an answer leaves only after this.

        It takes as long as keeping `at_least` sets, however few there are.
        """
        ...

    def for_part(self, question: str) -> "Guard":
        """The guard of one analysis of a joint question: what its earlier ones kept is a former answer to it.

        `question` is the hash under which the same analysis is asked alone.
        """
        ...
