"""Gates for numbers that belong together: what is hidden must not follow from what is shown (S4, S5).

Both gates are for exact counts in one dimension with a known total. Tables with several margins need
linear programming, which these do not attempt.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from maillage.disclosure.rules import DisclosureRules, protect_count
from maillage.disclosure.values import Cell, Count, Suppressed, Suppression

Group = TypeVar("Group")


@dataclass(frozen=True)
class Partition:
    """A total split into groups that share no person; `rest` is the part of it that is in no shown group."""

    groups: Mapping[int, Cell]
    rest: Cell | None


def may_follow(number: int, *, shown: int | None, floor: int) -> bool:
    """Whether a step may be shown before the next shown one: it equals it or exceeds it by the floor."""
    return shown is None or number == shown or number - shown >= floor


def protect_chain(steps: Sequence[int], *, rules: DisclosureRules) -> tuple[Cell, ...]:
    """The gate for an attrition: numbers of persons that never grow from one step to the next.

    The last step is the answer, so it is kept first. Another is shown only when it equals the next shown
    one or exceeds it by at least the floor: two shown steps never differ by 1…floor−1 persons.
    """
    if any(later > earlier for earlier, later in pairwise(steps)):
        raise ValueError("an attrition never grows")
    protected: list[Cell] = []
    shown: int | None = None
    for persons in reversed(steps):
        cell = protect_count(persons, rules=rules)
        if isinstance(cell, Count):
            if may_follow(persons, shown=shown, floor=rules.floor):
                shown = persons
            else:
                cell = Suppressed(Suppression.PROTECTED)
        protected.append(cell)
    return tuple(reversed(protected))


def protect_partition(
    groups: Mapping[int, int], *, rules: DisclosureRules, barred: Collection[int] = ()
) -> Partition:
    """The gate for a total split by an ordered group such as the calendar year.

    Groups under the floor are hidden; since the total is known, so is the sum of what is hidden: the
    smallest shown groups are hidden too until that sum is zero or at least the floor. Groups before the
    first shown one and after the last are not even named, for their being there would say when a rare
    patient came. Groups of `barred` are hidden whatever their number.
    """
    shown = {
        group: persons for group, persons in groups.items() if persons >= rules.floor and group not in barred
    }
    hidden = sum(groups.values()) - sum(shown.values())
    for group in sorted(shown, key=lambda group: (shown[group], group)):
        if hidden == 0 or hidden >= rules.floor:
            break
        hidden += shown.pop(group)
    named = range(min(shown), max(shown) + 1) if shown else range(0)
    return Partition(
        groups={
            group: Count(shown[group]) if group in shown else Suppressed(Suppression.PROTECTED)
            for group in named
        },
        # Without a shown group, "nothing is left" would tell that the total is zero and not merely small.
        rest=protect_count(hidden, rules=rules) if hidden or not shown else None,
    )


def partition_with(
    groups: Mapping[int, Group],
    *,
    cell_of: Callable[[Group], Cell],
    join: Callable[[Iterable[Group]], Group],
) -> Partition:
    """The same form for cells that are not exact: each group, and what is in none shown, gets its own cell.

    Nothing is hidden for another's sake: what subtraction finds is as inexact as the cells are.
    """
    cells = {group: cell_of(found) for group, found in groups.items()}
    shown = [group for group, cell in cells.items() if not isinstance(cell, Suppressed)]
    named = range(min(shown), max(shown) + 1) if shown else range(0)
    hidden = [found for group, found in groups.items() if group not in shown]
    return Partition(
        groups={
            group: cells[group] if group in shown else Suppressed(Suppression.PROTECTED) for group in named
        },
        rest=cell_of(join(hidden)) if hidden or not shown else None,
    )
