"""The strategies reach the whole language: what they must reach comes from the code, not from a list."""

import inspect
from collections.abc import Iterator
from dataclasses import is_dataclass
from enum import Enum
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from maillage.cohort.expression import DEMOGRAPHICS, DOMAINS, CohortExpression, concept_sets, nodes
from maillage.cohort.expression import values as language_values
from maillage.cohort.expression.domains import Attribute, CountColumn, Shape
from maillage.cohort.expression.values import Attributes
from tests.support.strategies import NODES, expressions
from tests.support.strategies.expressions import attributes, countable, criteria, occurrences
from tests.support.strategies.values import VALUES, Scope
from tests.support.strategies.walk import walk

MANY = st.just(4)
LANGUAGE = (nodes, language_values, concept_sets)


def defined_in(module: ModuleType) -> Iterator[type[Any]]:
    found = (value for _name, value in inspect.getmembers(module, inspect.isclass))
    return (one for one in found if one.__module__ == module.__name__)


NODE_TYPES = {one for module in LANGUAGE for one in defined_in(module) if is_dataclass(one)}
ENUMS = {one for module in LANGUAGE for one in defined_in(module) if issubclass(one, Enum)} | {CountColumn}


def drawn(strategy: st.SearchStrategy[Any], number: int, *, batch: int = 20) -> list[Any]:
    """So many values, the same in every run; in batches, since an example costs more than a small value."""
    found: list[Any] = []

    @settings(
        max_examples=-(-number // batch),
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.lists(strategy, min_size=batch, max_size=batch))
    def draw(values: list[Any]) -> None:
        found.extend(values)

    draw()
    return found


@pytest.fixture(scope="module")
def parts() -> list[object]:
    """All that is in many expressions."""
    return [part for expression in drawn(expressions(), 60, batch=3) for part in walk(expression)]


def test_every_type_of_node_has_a_strategy_that_builds_it() -> None:
    assert set(NODES) == NODE_TYPES
    for node, strategy in NODES.items():
        assert {type(value) for value in drawn(strategy(), 1, batch=1)} == {node}


def test_expressions_hold_every_type_of_node(parts: list[object]) -> None:
    assert NODE_TYPES - {type(part) for part in parts} == set()


def test_nodes_hold_every_member_of_every_enum() -> None:
    alone = [drawn(strategy(), 60) for node, strategy in NODES.items() if node is not CohortExpression]
    counted = [drawn(occurrences(Scope(), name), 60) for name in DOMAINS]
    seen = {identity(part) for part in walk([*alone, *counted]) if isinstance(part, Enum)}
    assert {identity(member) for enum in ENUMS for member in enum} - seen == set()


def identity(member: Enum) -> tuple[type[Enum], str]:
    """Members of two enums of texts are equal when their texts are: `Comparison.EQ == TextMatch.EQ`."""
    return type(member), member.name


def test_criteria_are_of_every_domain() -> None:
    assert {found.domain for found in drawn(criteria(Scope(), 0), 200)} == set(DOMAINS)


def test_every_shape_of_attribute_has_a_strategy() -> None:
    assert set(VALUES) == set(Shape)


@pytest.mark.parametrize("name", DOMAINS)
def test_criteria_have_every_attribute_of_their_domain(name: str) -> None:
    known = DOMAINS[name].attributes
    assert answerable(known) - names(drawn(attributes(Scope(), known, MANY), 300)) == set()


def test_demographics_have_every_attribute() -> None:
    assert answerable(DEMOGRAPHICS) - names(drawn(attributes(Scope(), DEMOGRAPHICS, MANY), 150)) == set()


@pytest.mark.parametrize("name", DOMAINS)
def test_refusable_criteria_have_what_is_refused_too(name: str) -> None:
    known = DOMAINS[name].attributes
    refused = {attribute.name for attribute in known if attribute.refusal}
    number = 300 if refused else 1
    assert refused - names(drawn(attributes(Scope(refusable=True), known, MANY), number)) == set()


@pytest.mark.parametrize("name", DOMAINS)
def test_events_of_a_domain_are_counted_by_all_it_can_be(name: str) -> None:
    domain = DOMAINS[name]
    counted = {found.count_column for found in drawn(occurrences(Scope(), name), 150)}
    assert set(domain.counts) <= set(countable(domain))
    assert set(countable(domain)) - counted == set()


def answerable(known: tuple[Attribute, ...]) -> set[str]:
    return {attribute.name for attribute in known if attribute.refusal is None}


def names(found: list[Attributes]) -> set[str]:
    return {name for one in found for name, _value in one}
