"""Gates for numbers that belong together: what is hidden must not follow from what is shown (S4, S5).

Both gates are for exact counts in one dimension with a known total. Tables with several margins need
linear programming, which these do not attempt.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from maillage.disclosure.rules import DisclosureRules, protect_count
from maillage.disclosure.values import Cell, Count, Suppressed, Suppression


@dataclass(frozen=True)
class Partition:
    """A total split into groups that share no person; `rest` is the part of it that is in no shown group."""

    groups: Mapping[int, Cell]
    rest: Cell | None


def protect_chain(
    steps: Sequence[int],
    *,
    rules: DisclosureRules,
    told: Sequence[int | None] | None = None,
    shown: int | None = None,
) -> tuple[Cell, ...]:
    """The gate for an attrition: numbers of persons that never grow from one step to the next.

    The last step is the answer, so it is kept first; `shown` is a number already shown after it. Another is
    shown only when it equals the next shown one or exceeds it by at least the floor: two shown steps never
    differ by 1…floor−1 persons. `told` is what may be said of each step, None for nothing; without it, the
    step's own number.
    """
    if any(later > earlier for earlier, later in pairwise(steps)):
        raise ValueError("an attrition never grows")
    protected: list[Cell] = []
    for persons, number in reversed([*zip(steps, steps if told is None else told, strict=True)]):
        cell = protect_count(persons, rules=rules)
        if isinstance(cell, Count):
            if number is not None and (shown in (None, number) or number - (shown or 0) >= rules.floor):
                cell, shown = Count(number), number
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
