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

from maillage.cohort.expression import DEMOGRAPHICS, DOMAINS, Criterion, concept_sets, nodes
from maillage.cohort.expression import values as language_values
from maillage.cohort.expression.domains import Attribute, CountColumn, Shape
from maillage.cohort.expression.values import Attributes
from tests.support.strategies import NODES, expressions
from tests.support.strategies.expressions import attributes, countable, occurrences
from tests.support.strategies.values import VALUES, Scope
from tests.support.strategies.walk import walk

LANGUAGE = (nodes, language_values, concept_sets)


def defined_in(module: ModuleType) -> Iterator[type[Any]]:
    found = (value for _name, value in inspect.getmembers(module, inspect.isclass))
    return (one for one in found if one.__module__ == module.__name__)


NODE_TYPES = {one for module in LANGUAGE for one in defined_in(module) if is_dataclass(one)}
ENUMS = {one for module in LANGUAGE for one in defined_in(module) if issubclass(one, Enum)} | {CountColumn}


def drawn(strategy: st.SearchStrategy[Any], number: int) -> list[Any]:
    """So many values, the same in every run."""
    found: list[Any] = []

    @settings(
        max_examples=number,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(strategy)
    def draw(value: Any) -> None:
        found.append(value)

    draw()
    return found


@pytest.fixture(scope="module")
def parts() -> list[object]:
    """All that is in many expressions."""
    return [part for expression in drawn(expressions(), 120) for part in walk(expression)]


def test_every_type_of_node_has_a_strategy_that_builds_it() -> None:
    assert set(NODES) == NODE_TYPES
    for node, strategy in NODES.items():
        assert {type(value) for value in drawn(strategy(), 5)} == {node}


def test_expressions_hold_every_type_of_node(parts: list[object]) -> None:
    assert NODE_TYPES - {type(part) for part in parts} == set()


def test_nodes_hold_every_member_of_every_enum() -> None:
    alone = [drawn(strategy(), 60) for strategy in NODES.values()]
    counted = [drawn(occurrences(Scope(), name), 60) for name in DOMAINS]
    seen = {identity(part) for part in walk([*alone, *counted]) if isinstance(part, Enum)}
    assert {identity(member) for enum in ENUMS for member in enum} - seen == set()


def identity(member: Enum) -> tuple[type[Enum], str]:
    """Members of two enums of texts are equal when their texts are: `Comparison.EQ == TextMatch.EQ`."""
    return type(member), member.name


def test_expressions_hold_every_domain(parts: list[object]) -> None:
    assert set(DOMAINS) - {part.domain for part in parts if isinstance(part, Criterion)} == set()


def test_every_shape_of_attribute_has_a_strategy() -> None:
    assert set(VALUES) == set(Shape)


@pytest.mark.parametrize("name", DOMAINS)
def test_criteria_have_every_attribute_of_their_domain(name: str) -> None:
    known = DOMAINS[name].attributes
    assert answerable(known) - names(drawn(attributes(Scope(), known), 300)) == set()


def test_demographics_have_every_attribute() -> None:
    assert answerable(DEMOGRAPHICS) - names(drawn(attributes(Scope(), DEMOGRAPHICS), 150)) == set()


@pytest.mark.parametrize("name", DOMAINS)
def test_refusable_criteria_have_what_is_refused_too(name: str) -> None:
    known = DOMAINS[name].attributes
    refused = {attribute.name for attribute in known if attribute.refusal}
    number = 300 if refused else 1
    assert refused - names(drawn(attributes(Scope(refusable=True), known), number)) == set()


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
