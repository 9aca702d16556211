"""What the cases reach, derived from the code: a new part of the language without a case fails here."""

import typing
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from types import ModuleType, NoneType
from typing import Any

import pytest

from maillage.cohort import parse_expression
from maillage.cohort.expression import (
    DEMOGRAPHICS,
    DOMAINS,
    Criterion,
    Demographic,
    concept_sets,
    nodes,
    values,
)
from maillage.cohort.expression.domains import Attribute, Derived, Place, Shape
from tests.spec.case import Case, Chapter, Scene
from tests.spec.chapters import CHAPTERS

SCENES = [(chapter, scene) for chapter in CHAPTERS for scene in chapter.scenes]
CASES = [(scene, case) for _chapter, scene in SCENES for case in scene.cases]

DESCRIPTIONS = {
    (nodes.CohortExpression, "title"),
    (nodes.CohortExpression, "cdm_version_range"),
    (nodes.InclusionRule, "description"),
    *((values.Concept, field.name) for field in fields(values.Concept)),
}
"""What an author says and nothing compares; the id of a concept is a number, with nothing to enumerate."""


def parts(node: object) -> Iterator[object]:
    """The node and all that it holds."""
    yield node
    members = node if isinstance(node, tuple) else ()
    if is_dataclass(node):
        members = tuple(getattr(node, field.name) for field in fields(node))
    for member in members:
        yield from parts(member)


PARTS = [part for _scene, case in CASES for part in parts(parse_expression(case.expression))]


def node_types() -> set[type]:
    """Every kind of node, read from the modules that define them."""
    return {one for module in (nodes, concept_sets, values) for one in classes_of(module)}


def classes_of(module: ModuleType) -> Iterator[type]:
    for one in vars(module).values():
        if is_dataclass(one) and isinstance(one, type) and one.__module__ == module.__name__:
            yield one


def choices() -> Iterator[tuple[type, str, object]]:
    """Every choice of an author: each member of an enumeration, each flag, each part that may be absent."""
    for owner in sorted(node_types(), key=lambda one: one.__name__):
        for name, hint in typing.get_type_hints(owner).items():
            if (owner, name) not in DESCRIPTIONS:
                yield from ((owner, name, choice) for choice in choices_of(hint))


def choices_of(hint: Any) -> Iterator[object]:
    if isinstance(hint, type) and issubclass(hint, Enum):
        yield from hint
    if hint is bool:
        yield from (True, False)
    if hint is NoneType:
        yield None
    for member in typing.get_args(hint):
        # A tuple's type says what its members are: these are nodes of their own.
        if typing.get_origin(hint) is not tuple:
            yield from choices_of(member)


@pytest.mark.parametrize(("owner", "name", "choice"), [*choices()])
def test_every_choice_is_made_in_some_case(owner: type, name: str, choice: object) -> None:
    made = {getattr(part, name) for part in PARTS if type(part) is owner}
    assert choice in made


def test_every_kind_of_node_is_in_some_case() -> None:
    assert node_types() == {type(part) for part in PARTS if is_dataclass(part)}


def test_every_domain_is_in_some_case() -> None:
    assert {part.domain for part in PARTS if isinstance(part, Criterion)} == set(DOMAINS)


def used() -> Iterator[Attribute]:
    """The attributes that cases ask of domains and persons."""
    demographic = {attribute.name: attribute for attribute in DEMOGRAPHICS}
    for part in PARTS:
        if isinstance(part, Criterion):
            yield from (DOMAINS[part.domain].by_name[name] for name, _value in part.attributes)
        if isinstance(part, Demographic):
            yield from (demographic[name] for name, _value in part.attributes)


def answered() -> list[Attribute]:
    """The attributes of the language that are not refused."""
    known = [*DEMOGRAPHICS, *(attribute for domain in DOMAINS.values() for attribute in domain.attributes)]
    return [attribute for attribute in known if attribute.refusal is None]


def test_every_shape_of_value_is_asked_of_every_place_that_has_it() -> None:
    def pairs(attributes: list[Attribute]) -> set[tuple[Shape, Place]]:
        return {(attribute.shape, attribute.place) for attribute in attributes}

    assert pairs([*used()]) == pairs(answered())


def test_everything_computed_is_asked() -> None:
    assert {attribute.column for attribute in used()} >= set(Derived)


def test_every_attribute_is_asked_of_a_domain_that_has_it() -> None:
    """Domains that share an attribute share what it reads: one of them speaks for all."""
    assert set(answered()) - set(used()) == set()


def test_every_demographic_attribute_is_asked() -> None:
    asked = {name for part in PARTS if isinstance(part, Demographic) for name, _value in part.attributes}
    assert asked == {attribute.name for attribute in DEMOGRAPHICS}


@pytest.mark.parametrize(("scene", "case"), CASES, ids=[case.slug for _scene, case in CASES])
def test_the_case_can_fail(scene: Scene, case: Case) -> None:
    """Someone is left out, or rows differ by their dates: no answer that ignores the criterion is right."""
    kept = {int(cell) for cell in case.rows.column("subject_id")}
    dates = {row[1:] for row in case.rows.rows}
    assert kept <= set(scene.persons)
    assert kept < set(scene.persons) or len(dates) > 1


def test_each_title_is_that_of_one_case() -> None:
    titles = [case.title for _scene, case in CASES]
    assert sorted(titles) == sorted(set(titles))


@pytest.mark.parametrize(("chapter", "scene"), SCENES, ids=[scene.title for _chapter, scene in SCENES])
def test_sentences_are_whole(chapter: Chapter, scene: Scene) -> None:
    assert chapter.intro.endswith(".")
    assert [case.title for case in scene.cases if not case.words.endswith(".")] == []
    assert [one for one in (scene.title, *(case.title for case in scene.cases)) if one.endswith(".")] == []
