"""The hub's half of distribution: bins added up, quantiles of the sum, each hospital beside the others."""

from collections.abc import Mapping, Sequence
from math import isfinite, sqrt
from typing import Any

from maillage.analysis.base import Contribution
from maillage.analysis.distribution.bins import (
    LEVELS,
    Quantile,
    find_quantile,
    guess_unit,
    is_shifted,
    read_bins,
)
from maillage.analysis.distribution.spec import FORMS
from maillage.analysis.tabular.adding import (
    Hospital,
    add_tables,
    count_of,
    exact,
    find_table,
    read_parts,
    rows_of,
)


def combine(contributions: Mapping[str, Contribution], *, floor: int, minimum_sites: int) -> dict[str, Any]:
    """Persons by bin; `figures` has quantiles, mean and standard deviation, and the hospitals shown alone.

    Quantiles are of hospitals that show every number of theirs that goes into them: a hospital's hidden bins
    widen them. A hospital's `ratio` is its median over that of the others shown alone.
    """
    document = add_tables(contributions, forms=FORMS, floor=floor, minimum_sites=minimum_sites)
    alone = [
        part
        for part in read_parts(contributions, forms=FORMS, floor=floor)
        if part.shown_alone and exact(part.content.persons)
    ]
    return describe_group(
        document,
        hospitals=[_compare(part, [one for one in alone if one is not part]) for part in alone],
    )


def describe_group(
    document: Mapping[str, Any], *, hospitals: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The document with its figures."""
    figures = {
        "quantiles": _find_quantiles(document),
        **_find_moments(document),
        "hospitals": list(hospitals),
    }
    return {**document, "figures": figures}


def _find_quantiles(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    whole = count_of(document["persons"])
    rows = find_table(document, "bin")
    if not whole or not rows:
        return []
    # A bin that some hospital hides holds more persons than are shown: they are among the hidden ones.
    bins = read_bins({row["key"]: count_of(row["persons"]) if row["complete"] else None for row in rows})
    return [_word_quantile(find_quantile(bins, level, whole=whole)) for level in LEVELS]


def _find_moments(document: Mapping[str, Any]) -> dict[str, float | None]:
    rows = find_table(document, "moments")
    persons = count_of(rows[0]["measured"]) if rows else None
    if not persons or persons < 2:
        return {"mean": None, "sd": None}
    mean = rows[0]["amounts"]["sum"] / persons
    left = max(0.0, rows[0]["amounts"]["squares"] - persons * mean**2)
    return {"mean": mean, "sd": sqrt(left / (persons - 1))}


def _compare(part: Hospital, others: Sequence[Hospital]) -> dict[str, Any]:
    median, theirs = _median([part]), _median(others)
    ratio = _divide(median, theirs)
    return {
        "id": part.site,
        "persons": exact(part.content.persons),
        "median": None if median is None else _word_quantile(median),
        "ratio": ratio,
        "shifted": ratio is not None and is_shifted(ratio),
        "unit": None if ratio is None else guess_unit(ratio),
    }


def _divide(median: Quantile | None, theirs: Quantile | None) -> float | None:
    if median is None or theirs is None or median.value is None or not theirs.value:
        return None
    return median.value / theirs.value


def _median(parts: Sequence[Hospital]) -> Quantile | None:
    """None where no bin is told: the checker hid them, or a former answer stands for this one."""
    rows = [rows_of(part.content, "bin") for part in parts]
    keys = list(dict.fromkeys(key for one in rows for key in one))
    persons = {key: [exact(one[key].persons) if key in one else None for one in rows] for key in keys}
    bins = read_bins({key: _add(numbers) for key, numbers in persons.items()})
    whole = sum(exact(part.content.persons) or 0 for part in parts)
    return find_quantile(bins, 0.5, whole=whole) if bins else None


def _add(numbers: Sequence[int | None]) -> int | None:
    """The sum where all are shown; where none is hidden but some are, the bin is not known."""
    shown = [number for number in numbers if number is not None]
    return sum(shown) if len(shown) == len(numbers) else None


def _word_quantile(found: Quantile) -> dict[str, float | None]:
    """Ends that are open are None: JSON has no infinity."""
    low, high = (end if isfinite(end) else None for end in (found.low, found.high))
    return {"level": found.level, "value": found.value, "low": low, "high": high}
