"""The builder shows or keeps all of a definition: what changes in one changes on the screen."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from maillage.base.i18n import in_language
from maillage.cohort import CohortError, CohortExpression, parse_expression, to_circe
from maillage.cohort.compile import compile_cohort
from maillage.cohort.edit import Rename, SetTitle, change, compare, missing, outline
from tests.generative.test_explain_differs import MAX_BYTES, PLACES
from tests.support.meaning import meaning
from tests.support.mutations import Place, mutants, places
from tests.support.strategies import expressions


@cache
def definitions(folder: Path) -> dict[str, bytes]:
    """The 82 features and the 367 phenotypes."""
    found = [*folder.glob("features/*.json"), *folder.glob("phenotypes/*.json")]
    assert len(found) == 449
    return {path.stem: path.read_bytes() for path in sorted(found)}


def test_every_public_definition_opens_and_is_left_as_it_is(shared_data: Path) -> None:
    for name, source in definitions(shared_data / "cohorts").items():
        document = json.loads(source)
        shown = outline(document)
        assert document == json.loads(source), name
        assert not missing(document)
        assert len(shown.entry.cards) == len(document["PrimaryCriteria"]["CriteriaList"])
        assert len(shown.rules) == len(document.get("InclusionRules") or [])
        assert all(card.sentence and card.label for card in shown.cards())


def test_a_definition_opens_in_english_too(shared_data: Path) -> None:
    document = json.loads(definitions(shared_data / "cohorts")["104_nested_depth2"])
    french = [card.sentence for card in outline(document).cards()]
    with in_language("en"):
        english = [card.sentence for card in outline(document).cards()]
    assert len(french) == len(english)
    assert not set(french) & set(english)


def test_an_edit_of_a_public_definition_changes_what_it_names_alone(shared_data: Path) -> None:
    for name, source in list(definitions(shared_data / "cohorts").items())[::3]:
        if len(source) > MAX_BYTES:
            continue
        document = json.loads(source)
        titled = change(document, SetTitle("Un autre titre"))
        assert {**titled, "Title": document.get("Title")} == {"Title": None, **document}, name
        if document.get("InclusionRules"):
            renamed = change(document, Rename("rule.0", "Un autre nom"))
            renamed["InclusionRules"][0]["name"] = document["InclusionRules"][0]["name"]
            assert renamed == document, name


def check_difference(one: CohortExpression, other: CohortExpression) -> None:
    """Two expressions that find different persons show differently, and are told to differ."""
    written = [_as_read(one), _as_read(other)]
    if None in written or meaning(written[0]) == meaning(written[1]):
        return
    left, right = map(to_circe, written)
    assert outline(left) != outline(right), "what finds different persons shows the same"
    assert compare(left, right), "what finds different persons is told not to differ"


def _as_read(expression: CohortExpression) -> Any:
    """As its JSON says it, which cannot say everything; None where no warehouse can answer it."""
    if not expression.primary.criteria:
        return None
    try:
        found = parse_expression(to_circe(expression))
        compile_cohort(found)
    except CohortError:
        return None
    return found


@pytest.mark.long
@pytest.mark.parametrize(
    ("expression", "place"), PLACES, ids=[".".join(map(str, place.path)) for _, place in PLACES]
)
def test_whatever_changes_in_a_definition_changes_on_the_screen(
    expression: CohortExpression, place: Place
) -> None:
    for mutant in mutants(expression, place):
        check_difference(expression, mutant)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PLACES), st.data())
def test_one_change_in_a_whole_definition_changes_on_the_screen(
    chosen: tuple[CohortExpression, Place], data: st.DataObject
) -> None:
    expression, place = chosen
    changed = list(mutants(expression, place))
    assume(changed)
    check_difference(expression, data.draw(st.sampled_from(changed)))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_one_change_in_a_public_definition_changes_on_the_screen(
    shared_data: Path, data: st.DataObject
) -> None:
    small = sorted(
        name for name, source in definitions(shared_data / "cohorts").items() if len(source) < MAX_BYTES
    )
    source = definitions(shared_data / "cohorts")[data.draw(st.sampled_from(small))]
    _change_one_thing(parse_expression(source), data)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(expression=expressions(), data=st.data())
def test_one_change_in_any_definition_changes_on_the_screen(
    expression: CohortExpression, data: st.DataObject
) -> None:
    _change_one_thing(expression, data)


def _change_one_thing(expression: CohortExpression, data: st.DataObject) -> None:
    changed = list(mutants(expression, data.draw(st.sampled_from(list(places(expression))))))
    assume(changed)
    check_difference(expression, data.draw(st.sampled_from(changed)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(expression=expressions())
def test_any_definition_opens_and_comes_back(expression: CohortExpression) -> None:
    document: dict[str, Any] = to_circe(expression)
    outline(document)
    assert parse_expression(document) == expression
    titled = change(document, SetTitle(""))
    assert {key: value for key, value in document.items() if key != "Title"} == titled
