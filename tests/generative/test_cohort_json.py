"""Whatever JSON comes, the reader gives an expression that compiles or one of the room's own errors."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.cohort import CohortError, cohort_hash, parse_expression, to_circe
from maillage.cohort.compile import compile_cohort
from maillage.cohort.expression.domains import DOMAINS
from tests.support.circe import FULL
from tests.support.fuzz.mutate import places

KEYS = st.sampled_from(
    sorted({"CodesetId", "Type", "Count", "Days", "Value", "Op", "Extent", "concept", *DOMAINS})
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**65), 2**65)
    | st.floats()
    | st.sampled_from(["First", "ALL", "gte", "bt", "2020-01-01", "9999-99-99", "'; DROP TABLE person; --"])
    | st.text(max_size=12)
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)


PLACES = places(FULL)[1:]


def mutated(path: tuple[Any, ...], replacement: Any, *, delete: bool) -> dict[str, Any]:
    document = json.loads(json.dumps(FULL))
    parent = document
    for key in path[:-1]:
        parent = parent[key]
    if delete:
        del parent[path[-1]]
    else:
        parent[path[-1]] = replacement
    return document


def read(source: Any) -> None:
    try:
        expression = parse_expression(source)
        compile_cohort(expression)
    except CohortError:
        return
    assert parse_expression(to_circe(expression)) == expression
    assert cohort_hash(expression) == cohort_hash(parse_expression(to_circe(expression)))


@pytest.mark.parametrize("path", PLACES, ids=lambda path: ".".join(map(str, path)))
def test_a_document_without_one_of_its_values(path: tuple[Any, ...]) -> None:
    read(mutated(path, None, delete=True))


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PLACES), ANYTHING)
def test_a_document_with_one_value_replaced(path: tuple[Any, ...], replacement: Any) -> None:
    read(mutated(path, replacement, delete=False))


@settings(max_examples=200, deadline=None)
@given(ANYTHING)
def test_any_document(document: Any) -> None:
    read(json.dumps(document))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=64))
def test_any_bytes(source: bytes) -> None:
    read(source)
