"""Features: the columns that a specification declares are those that it gives."""

from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from maillage.analysis.features.columns import list_columns
from maillage.analysis.features.declared import Feature
from maillage.analysis.features.encoding import encode
from tests.support.models import concepts

READ: TypeAdapter[Any] = TypeAdapter(Feature)
NAN = np.nan
MEASURED = {"kind": "measurement", "name": "m", "concepts": concepts(5)}


def show(document: dict[str, Any], *raw: float) -> dict[str, list[float]]:
    """By column: its values."""
    feature = READ.validate_python(document)
    encoded = encode(feature, np.array(raw))
    names = [column.name for column in list_columns([feature])]
    assert encoded.shape[1] == len(names)
    return {name: encoded[:, place].tolist() for place, name in enumerate(names)}


def test_bands_are_levels_from_a_cut_included_to_the_next() -> None:
    found = show({"kind": "age", "name": "age", "bands": [40, 65], "reference": 1}, 39, 40, 64, 65)
    assert found == {"age[<40]": [1, 0, 0, 0], "age[≥65]": [0, 0, 0, 1]}


def test_a_level_nobody_declared_appears_nowhere() -> None:
    found = show(
        {"kind": "year", "name": "year", "levels": [2019, 2020], "missing": "category"}, 2019, 2020, 1999
    )
    assert found == {"year[2020]": [0, 1, 0], "year[missing]": [0, 0, 1]}


def test_the_three_ways_of_the_missing() -> None:
    complete = show(MEASURED, 6.5, NAN)["m"]
    assert complete[0] == 6.5
    assert np.isnan(complete[1])
    filled = show(MEASURED | {"missing": "indicator", "fill": 6.0}, 6.5, NAN)
    assert filled == {"m": [6.5, 6.0], "m[missing]": [0, 1]}
    own = show(MEASURED | {"missing": "category", "bands": [7.0]}, 6.5, 8.0, NAN)
    assert own == {"m[≥7]": [0, 1, 0], "m[missing]": [0, 0, 1]}


def test_values_are_held_between_limits() -> None:
    assert show(MEASURED | {"at_least": 3.0, "at_most": 15.0}, 1.0, 99.0)["m"] == [3.0, 15.0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "age", "name": "age", "bands": [65, 40]},
        {"kind": "age", "name": "age", "bands": [40], "reference": 2},
        {"kind": "age", "name": "Age; DROP TABLE"},
        {"kind": "sex", "name": "sex", "reference": "other"},
        MEASURED | {"missing": "category"},
        MEASURED | {"missing": "indicator", "bands": [7.0]},
        MEASURED | {"window": {"start": 5, "end": 1}},
        MEASURED | {"concepts": {"items": []}},
        {"kind": "sql", "name": "x", "query": "SELECT 1"},
    ],
)
def test_what_cannot_be_a_feature_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        READ.validate_python(wrong)
