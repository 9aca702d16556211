"""From one number a person, missing or not, to columns: bands, levels, indicators."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from maillage.analysis.features.columns import MISSING, SEXES, find_reference, list_levels

if TYPE_CHECKING:
    from maillage.analysis.features.declared import Feature

Floats = NDArray[np.float64]


def encode(feature: "Feature", raw: Floats, *, floor: int = 1) -> Floats:
    """The columns of a feature, n × its number of columns; NaN in a row that the model leaves out.

    `floor` as of `clamp`.
    """
    values = clamp(feature, raw, floor=floor)
    levels = list_levels(feature)
    if levels:
        return _indicate(_place(feature, values), levels=levels, reference=find_reference(feature))
    if getattr(feature, "missing", "") != "indicator":
        return values[:, None]
    absent = np.isnan(values)
    return np.column_stack([np.where(absent, getattr(feature, "fill", 0.0), values), absent])


def clamp(feature: "Feature", raw: Floats, *, floor: int = 1) -> Floats:
    """Values held between the limits of the feature; a missing one stays missing.

    Where fewer than the floor's number lie past a limit of a number, it is drawn in until there are as many:
    one that is moved up and down would find out the values furthest away, one by one. Bands have no need of
    it, whose levels are counted.
    """
    low, high = find_limits(feature)
    if (low, high) == (None, None):
        return raw
    least = floor if floor > 1 and not getattr(feature, "bands", ()) else 0
    # Upside down the lowest value is the highest.
    held = raw if high is None else np.minimum(raw, _draw_in(raw, high, past=least))
    return held if low is None else -np.minimum(-held, _draw_in(-raw, -low, past=least))


def find_limits(feature: "Feature") -> tuple[float | None, float | None]:
    """The least and the greatest value that a feature may have."""
    return getattr(feature, "at_least", None), getattr(feature, "until", getattr(feature, "at_most", None))


def _draw_in(values: Floats, high: float, *, past: int) -> float:
    """The limit, or the value that `past` others lie past."""
    known = values[~np.isnan(values)]
    if past == 0 or len(known) <= past:
        return high
    return min(high, float(np.partition(known, len(known) - past - 1)[len(known) - past - 1]))


def _place(feature: "Feature", values: Floats) -> Floats:
    """The position of each person's level; NaN for none."""
    absent = np.isnan(values)
    match feature.kind:
        case "sex":
            places = values
        case "year" if feature.levels:
            known = np.array(feature.levels, dtype=np.float64)
            places = np.searchsorted(known, values).astype(np.float64)
            absent = ~np.isin(values, known)
        case _:
            cuts = np.array(getattr(feature, "bands", ()), dtype=np.float64)
            places = np.searchsorted(cuts, values, side="right").astype(np.float64)
    last = len(list_levels(feature)) - 1
    own_level = last if list_levels(feature)[-1] == MISSING else np.nan
    return np.where(absent, own_level, places)


def _indicate(places: Floats, *, levels: tuple[str, ...], reference: int) -> Floats:
    shown = [place for place in range(len(levels)) if place != reference]
    found = (places[:, None] == np.array(shown, dtype=np.float64)).astype(np.float64)
    found[np.isnan(places)] = np.nan
    return found


def place_sex(concepts: NDArray[np.int64]) -> Floats:
    """The position among SEXES of OMOP's gender concepts."""
    known = {8532: SEXES.index("female"), 8507: SEXES.index("male")}
    found = np.full(len(concepts), np.nan)
    for concept, place in known.items():
        found[concepts == concept] = place
    return found
