"""Sums, models and quantiles: numbers that many persons make, of which one must not be readable (S4).

Dominance rules are those of official statistics (Hundepool and others, *Statistical Disclosure Control*,
2012, chapter 4): a sum is hidden when its second contributor could compute the first one's part too closely,
or when few contributors make almost all of it. Quantiles as means of groups, and degrees of freedom for
models, follow the handbook of the British research data centres (Griffiths and others, *Handbook on
Statistical Disclosure Control for Outputs*, 2019), whose ten degrees are acro's too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.disclosure.rules import DisclosureRules
from maillage.disclosure.values import Suppressed, Suppression

_Values = NDArray[np.float64]


@dataclass(frozen=True)
class MagnitudeRules:
    """The parameters of the rules below, with the values most used: p = 10 %, n = 2, k = 90 %, 10 degrees.

    `within_percent`: how close to the first contributor's part the second may come. `largest` contributors
    make at most `share_percent` of a sum. A model keeps at least `degrees` residual degrees of freedom.
    """

    within_percent: float = 10.0
    largest: int = 2
    share_percent: float = 90.0
    degrees: int = 10

    def __post_init__(self) -> None:
        if not (0 < self.within_percent <= 100 and 0 < self.share_percent < 100):
            raise ValueError("a percentage is between 0 and 100")
        if self.largest < 1 or self.degrees < 1:
            raise ValueError("at least one contributor and one degree of freedom")


@dataclass(frozen=True)
class Magnitude:
    """A released number in the unit of what was measured, and the distinct persons who make it."""

    value: float
    persons: int


def protect_sum(
    parts: _Values, *, rules: DisclosureRules, magnitudes: MagnitudeRules
) -> Magnitude | Suppressed:
    """The gate for a sum: `parts` has one number a distinct person, what that person adds.

    Persons who add nothing are no contributors: a sum that ten persons make is one of ten. Raises ValueError
    for a part that is no number: no rule holds against it.
    """
    _check_finite(parts)
    sizes = np.sort(np.abs(parts[parts != 0]))[::-1]
    if len(sizes) < rules.floor:
        return Suppressed(Suppression.BELOW_FLOOR)
    if is_too_close(sizes, magnitudes=magnitudes) or is_dominated(sizes, magnitudes=magnitudes):
        return Suppressed(Suppression.PROTECTED)
    return Magnitude(float(parts.sum()), len(sizes))


def is_too_close(sizes: _Values, *, magnitudes: MagnitudeRules) -> bool:
    """The p % rule, `sizes` in falling order: what the second does not know is under p % of the first.

    The second contributor subtracts its own part from the sum; the rest of the others is how far its guess
    of the first one's part is off.
    """
    return bool(sizes[2:].sum() < sizes[0] * magnitudes.within_percent / 100)


def is_dominated(sizes: _Values, *, magnitudes: MagnitudeRules) -> bool:
    """The (n, k) rule, `sizes` in falling order: the n largest make more than k % of the sum."""
    return bool(sizes[: magnitudes.largest].sum() > sizes.sum() * magnitudes.share_percent / 100)


def protect_mean(
    parts: _Values, *, rules: DisclosureRules, magnitudes: MagnitudeRules
) -> Magnitude | Suppressed:
    """The gate for a mean over all persons of `parts`, under the rules of their sum.

    A mean and its number of persons are their sum: a mean needs no milder rule.
    """
    cell = protect_sum(parts, rules=rules, magnitudes=magnitudes)
    return cell if isinstance(cell, Suppressed) else Magnitude(cell.value / len(parts), len(parts))


def protect_quantile(values: _Values, level: float, *, rules: DisclosureRules) -> Magnitude | Suppressed:
    """The gate for a quantile (`level` from 0 to 1) of one value a distinct person.

    What leaves is the mean of the floor's number of persons whose values lie nearest in rank, so the least
    and the greatest are means of the floor's persons too. Under twice the floor nothing is shown: the
    middle would be almost the mean of all, and two quantiles almost the same persons. Raises ValueError for a
    level out of range and for a value that is no number.
    """
    _check_finite(values)
    if not 0 <= level <= 1:
        raise ValueError("a quantile's level is from 0 to 1")
    if len(values) < 2 * rules.floor:
        return Suppressed(Suppression.BELOW_FLOOR)
    start = round(level * (len(values) - rules.floor))
    around = np.sort(values)[start : start + rules.floor]
    return Magnitude(float(around.mean()), rules.floor)


def allows_model(
    *,
    persons: int,
    parameters: int,
    levels: Mapping[str, int],
    rules: DisclosureRules,
    magnitudes: MagnitudeRules,
) -> bool:
    """Whether a model may leave: enough persons, and enough of them beyond what its parameters fit exactly.

    `persons` are distinct, however many rows each has. `parameters` counts the intercept and every column,
    indicators of categories included. `levels` are the distinct persons at each level of each category, the
    two values of a yes-or-no outcome among them: a coefficient of a level is a number about its persons.
    """
    enough = persons >= rules.floor and persons - parameters >= magnitudes.degrees
    return enough and not find_small_levels(levels, rules=rules)


def find_small_levels(levels: Mapping[str, int], *, rules: DisclosureRules) -> tuple[str, ...]:
    """The levels of fewer distinct persons than the floor, to be merged with others before a model is fitted.

    A level of nobody is among them: that it is empty is knowledge of a small group too.
    """
    return tuple(name for name, persons in levels.items() if persons < rules.floor)


def _check_finite(values: Iterable[float]) -> None:
    if not np.isfinite(np.asarray(values)).all():
        raise ValueError("each person's value is a finite number")
