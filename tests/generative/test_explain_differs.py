"""Two expressions that find different persons never read the same, in either language."""

from collections import defaultdict
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from maillage.base.i18n import in_language
from maillage.cohort import CohortError, CohortExpression, cohort_hash, parse_expression
from maillage.cohort.compile import compile_cohort
from maillage.cohort.explain import explain_cohort
from tests.conftest import ROOT
from tests.support.circe import FULL, cohort, concept_set
from tests.support.meaning import meaning
from tests.support.mutations import Place, mutants, places
from tests.support.strategies import expressions

WITH_RANGES = cohort(
    {
        "DrugExposure": {
            "CodesetId": 0,
            "OccurrenceEndDate": {"Value": "2020-01-05", "Op": "bt", "Extent": "2020-02-05"},
            "GenderCS": {"CodesetId": 1, "IsExclusion": False},
        }
    },
    ConceptSets=[concept_set(0, 1), concept_set(1, 2)],
    EndStrategy={"DateOffset": {"DateField": "EndDate", "Offset": 7}},
)
"""What FULL cannot hold beside the rest."""
WHOLE = [parse_expression(FULL), parse_expression(WITH_RANGES)]
PLACES = [(expression, place) for expression in WHOLE for place in places(expression)]
# A definition of a megabyte takes seconds to change; the largest ones add no other kind of node.
MAX_BYTES = 60_000


def texts(expression: CohortExpression) -> list[tuple[str, ...]]:
    """What a French reader and an English reader are told."""
    told: list[tuple[str, ...]] = []
    for language in ("fr", "en"):
        with in_language(language):
            told.append(tuple(explain_cohort(expression).texts()))
    return told


def check_difference(one: CohortExpression, other: CohortExpression) -> None:
    if cohort_hash(one) == cohort_hash(other) or meaning(one) == meaning(other):
        return
    if all(left != right for left, right in zip(texts(one), texts(other), strict=True)):
        return
    try:
        compile_cohort(one)
        compile_cohort(other)
    except CohortError:
        return  # What cannot be asked finds nobody.
    pytest.fail("two definitions that find different persons are told in the same words")


@pytest.mark.parametrize(
    ("expression", "place"), PLACES, ids=[".".join(map(str, place.path)) for _, place in PLACES]
)
def test_whatever_changes_in_an_expression_changes_its_words(
    expression: CohortExpression, place: Place
) -> None:
    for mutant in mutants(expression, place):
        check_difference(expression, mutant)


def test_every_field_of_every_node_is_changed() -> None:
    """A field that is added to a node is changed above, without a word here."""
    changed: dict[type, set[str]] = defaultdict(set)
    for expression, place in PLACES:
        if any(mutant != expression for mutant in mutants(expression, place)):
            changed[place.owner].add(place.field)
    for kind in _node_types(CohortExpression):
        assert changed[kind] == {field.name for field in fields(kind)}, kind


def _node_types(hint: Any, seen: set[Any] | None = None) -> set[Any]:
    seen = set() if seen is None else seen
    for part in (hint, *get_args(hint)):
        if is_dataclass(part) and part not in seen:
            seen.add(part)
            for below in get_type_hints(part).values():
                _node_types(below, seen)
        elif part is not hint:
            _node_types(part, seen)
    return seen


@cache
def _corpus(folder: Path) -> list[Path]:
    found = [*folder.glob("features/*.json"), *folder.glob("phenotypes/*.json")]
    return sorted(path for path in found if path.stat().st_size < MAX_BYTES)


@cache
def _parsed(path: Path) -> tuple[CohortExpression, list[Place]]:
    expression = parse_expression(path.read_bytes())
    return expression, list(places(expression))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_one_change_in_a_public_definition_changes_its_words(shared_data: Path, data: st.DataObject) -> None:
    _change_one_thing(_corpus(shared_data / "cohorts"), data)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_one_change_in_a_demo_definition_changes_its_words(data: st.DataObject) -> None:
    _change_one_thing(sorted((ROOT / "maillage" / "cli" / "examples").glob("*.json")), data)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(expression=expressions(), data=st.data())
def test_one_change_in_any_definition_changes_its_words(
    expression: CohortExpression, data: st.DataObject
) -> None:
    _change_at(expression, list(places(expression)), data)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(expressions(), expressions())
def test_two_definitions_never_read_the_same(one: CohortExpression, other: CohortExpression) -> None:
    check_difference(one, other)


def _change_one_thing(paths: list[Path], data: st.DataObject) -> None:
    expression, found = _parsed(data.draw(st.sampled_from(paths)))
    _change_at(expression, found, data)


def _change_at(expression: CohortExpression, found: list[Place], data: st.DataObject) -> None:
    changed = list(mutants(expression, data.draw(st.sampled_from(found))))
    assume(changed)
    check_difference(expression, data.draw(st.sampled_from(changed)))
