"""The columns that a specification gives: known to everybody before any patient is read."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from maillage.analysis.features.declared import Feature

MISSING = "missing"
SEXES = ("female", "male")


@dataclass(frozen=True)
class Column:
    """One column: its name, its feature's, and whether it only says yes or no of each person."""

    name: str
    feature: str
    is_flag: bool


def list_columns(features: "Iterable[Feature]") -> tuple[Column, ...]:
    """All of them in order, without an intercept."""
    return tuple(column for feature in features for column in _columns_of(feature))


def list_levels(feature: "Feature") -> tuple[str, ...]:
    """The levels of a factor in order, none for a number; a level of the missing comes last."""
    match feature.kind:
        case "sex":
            levels = SEXES
        case "year" if feature.levels:
            levels = tuple(str(year) for year in feature.levels)
        case "death":
            return ()
        case _:
            levels = _name_bands(feature.bands)
    return (*levels, MISSING) if levels and getattr(feature, "missing", "") == "category" else levels


def find_reference(feature: "Feature") -> int:
    """The position of the level without a column."""
    if feature.kind == "sex":
        return SEXES.index(feature.reference)
    return 0 if feature.kind == "death" else feature.reference


def _columns_of(feature: "Feature") -> list[Column]:
    levels = list_levels(feature)
    if levels:
        shown = [level for place, level in enumerate(levels) if place != find_reference(feature)]
        return [Column(f"{feature.name}[{level}]", feature.name, is_flag=True) for level in shown]
    is_flag = feature.kind == "death" or getattr(feature, "use", "") == "any"
    found = [Column(feature.name, feature.name, is_flag=is_flag)]
    if getattr(feature, "missing", "") == "indicator":
        found.append(Column(f"{feature.name}[{MISSING}]", feature.name, is_flag=True))
    return found


def _name_bands(cuts: tuple[float, ...]) -> tuple[str, ...]:
    if not cuts:
        return ()
    texts = [f"{cut:g}" for cut in cuts]
    between = [f"{low}–{high}" for low, high in pairwise(texts)]
    return (f"<{texts[0]}", *between, f"≥{texts[-1]}")
