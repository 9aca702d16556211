"""A form made of what an analysis declares: parameters asked as what they are, read, refused in words."""

import json
from typing import Annotated, Any, Literal

import pytest
from pydantic import BeforeValidator, Field

from maillage.analysis.base import Ask, Spec, WireModel, Words, one_or_more
from maillage.analysis.features.declared import Feature, Features, Window
from maillage.hub.portal.fields import filled as forms
from maillage.hub.portal.fields.checking import read_fields
from maillage.hub.portal.fields.errors import FieldsError
from maillage.hub.portal.fields.filled import Filled, hash_document, read_form, require, start_form
from maillage.hub.portal.fields.lens import Reader, write
from maillage.hub.portal.fields.shapes import Node, Widget, make_form
from maillage.hub.portal.fields.steps import do_step
from maillage.hub.portal.fields.windows import read_window, write_window


class Parameters(WireModel):
    days: Annotated[int, Field(ge=1, le=3650)]
    method: Literal["km", "aj"] = "km"
    ratio: float | None = None
    robust: bool = False
    names: Annotated[list[str], Field(default_factory=list)]
    cuts: Annotated[list[int], Field(default=[18, 65])]
    edges: Annotated[tuple[float, ...], BeforeValidator(one_or_more)] = ()
    arms: Annotated[dict[str, int], Field(default_factory=dict)]
    window: Window = Window(end=0)
    outcome: Feature | None = None
    covariates: Features = ()


WORDS = Words(
    "Essai",
    "",
    labels={"days": "Jours", "method=aj": "Aalen-Johansen"},
    hints={"days": "De 1 à 3650."},
    asks={"days": Ask.DAYS},
)
SPEC = Spec(id="trial", version=1, parameters=Parameters, content=Parameters)


@pytest.fixture(autouse=True)
def form(monkeypatch: pytest.MonkeyPatch) -> Node:
    """An analysis that nobody installed."""
    made = make_form(SPEC, words=WORDS)
    monkeypatch.setattr(forms, "find_spec", lambda _name: SPEC)
    monkeypatch.setattr(forms, "load_words", lambda _name: WORDS)
    monkeypatch.setattr(forms, "find_form", lambda _name: made)
    return made


def read(form: Node, **typed: str) -> dict[str, Any]:
    named = {name.replace("__", "."): text for name, text in typed.items()}
    return read_fields(form, named, {}, spec=SPEC, words=WORDS)


def test_each_parameter_is_asked_as_what_it_is(form: Node) -> None:
    assert {node.name: node.widget for node in form.fields} == {
        "days": Widget.DAYS,
        "method": Widget.CHOICE,
        "ratio": Widget.REAL,
        "robust": Widget.SWITCH,
        "names": Widget.LIST,
        "cuts": Widget.NUMBERS,
        "edges": Widget.STEPS,
        "arms": Widget.JSON,
        "window": Widget.WINDOW,
        "outcome": Widget.CARD,
        "covariates": Widget.CARDS,
    }
    assert write(form, {})["cuts"] == "18 ; 65"
    assert write(form, {})["window.place"] == "ever_before"


def test_what_was_typed_becomes_parameters(form: Node) -> None:
    assert read(
        form,
        **{"days": "2", "days.unit": "year", "method": "aj", "ratio": "0,5", "robust": "on"},
        names="age, sex",
        cuts="40",
        arms='{"a": 1}',
        **{"edges.low": "0", "edges.high": "1", "edges.step": "0,25"},
        **{"window.place": "before", "window.days": "3", "window.unit": "month"},
        **{"covariates.4.~": "new", "covariates.4.kind": "age", "covariates.4.name": "age"},
    ) == {
        "days": 730,
        "method": "aj",
        "ratio": 0.5,
        "robust": True,
        "names": ["age", "sex"],
        "cuts": [40],
        "arms": {"a": 1},
        "edges": [0, 0.25, 0.5, 0.75, 1],
        "window": {"start": -90, "end": 0},
        "covariates": [{"kind": "age", "name": "age"}],
    }


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"days": "ninety"}, "days"),
        ({"days": "0"}, "days"),
        ({}, "days"),
        ({"days": "1", "arms": "{"}, "arms"),
        ({"days": "1", "edges.low": "1"}, "edges"),
        ({"days": "1", "window.place": "after", "window.days": ""}, "window"),
        (
            {
                "days": "1",
                "outcome.~": "new",
                "outcome.kind": "age",
                "outcome.name": "a",
                "outcome.bands": "9;1",
            },
            "outcome.bands",
        ),
        (
            {"days": "1", "covariates.3.~": "new", "covariates.3.kind": "drug", "covariates.3.name": "d"},
            "covariates.3.concepts",
        ),
        (
            {"days": "1", "covariates.3.~": "new", "covariates.3.kind": "sex", "covariates.3.name": "Sexe"},
            "covariates.3.name",
        ),
    ],
)
def test_what_does_not_fit_is_told_at_its_field(form: Node, typed: dict[str, str], field: str) -> None:
    with pytest.raises(FieldsError) as refused:
        read(form, **typed)
    assert list(refused.value.fields) == [field]
    assert refused.value.what.startswith("À revoir : «")


@pytest.mark.parametrize(
    ("window", "shown"),
    [
        ({"end": 0}, {"place": "ever_before"}),
        ({"start": -365, "end": 0}, {"place": "before", "days": "1", "unit": "year"}),
        ({"start": -45, "end": 0}, {"place": "before", "days": "45", "unit": "day"}),
        ({"start": 0, "end": 0}, {"place": "same_day"}),
        ({"start": 1, "end": 60}, {"place": "after", "days": "2", "unit": "month"}),
        ({"start": 1}, {"place": "ever_after"}),
        ({}, {"place": "any"}),
        ({"start": 0, "end": 30}, {"place": "custom", "start": "0", "end": "30"}),
        ({"start": -90, "end": -1}, {"place": "custom", "start": "-90", "end": "-1"}),
    ],
)
def test_a_window_is_told_in_words_and_read_again(window: dict[str, int], shown: dict[str, str]) -> None:
    texts = write_window(window)
    assert {name.lstrip("."): texts[name] for name in texts if name.lstrip(".") in shown} == shown
    assert read_window(texts) == window


def test_a_message_names_fields_as_the_form_does(form: Node) -> None:
    typed = {
        "days": "1",
        "outcome.~": "new",
        "outcome.kind": "age",
        "outcome.name": "a",
        "outcome.bands": "9;1",
    }
    with pytest.raises(FieldsError) as refused:
        read(form, **typed)
    assert "bands" not in refused.value.fields["outcome.bands"]
    assert "« Par classes : leurs bornes »" in refused.value.fields["outcome.bands"]


def test_what_a_form_cannot_show_is_kept_when_something_else_is_changed(form: Node) -> None:
    concept = {"CONCEPT_ID": 7, "CONCEPT_NAME": "Sept", "STANDARD_CONCEPT": "S"}
    drug = {"kind": "drug", "name": "seven", "concepts": {"items": [{"concept": concept}]}}
    document = {"days": 5, "covariates": [drug], "ratio": None}
    typed = write(form, document) | {"covariates.0.concepts": "7+ 8", "days": "6"}
    items = [{"concept": concept, "includeDescendants": True}, {"concept": {"CONCEPT_ID": 8}}]
    assert Reader(typed).read(form, document) == {
        "days": 6,
        "covariates": [drug | {"concepts": {"items": items}}],
        "ratio": None,
    }


def test_a_button_adds_copies_and_removes_a_card() -> None:
    filled = start_form("trial", held={"days": 1})
    for do in (
        "add:covariates:sex",
        "add:covariates:sex",
        "copy:covariates.1",
        "drop:covariates.0",
        "add:outcome:drug",
    ):
        filled = do_step(filled, do).filled
    with pytest.raises(FieldsError, match="Termes"):
        require(filled)
    filled = do_step(filled, "drop:outcome").filled
    assert [one["name"] for one in require(filled)["covariates"]] == ["sex_2", "sex_2_2"]


@pytest.mark.parametrize(
    "do",
    [
        "",
        "see",
        "drop",
        "copy:covariates.7",
        "copy:days",
        "add:covariates:prayer",
        "turn-concept:days:x",
        "x:y",
    ],
)
def test_a_button_that_is_not_there_changes_nothing(do: str) -> None:
    filled = start_form("trial", held={"days": 1})
    assert do_step(filled, do).filled == filled


def send(document: str, **typed: str) -> Filled:
    """The form of two days, with the JSON that its page showed edited to something else."""
    shown = {"days": 2}
    fields = write(make_form(SPEC, words=WORDS), shown) | typed
    return read_form(
        "trial", {**fields, "~was": json.dumps(shown), "~json": document, "~seen": hash_document(shown)}
    )


def test_json_that_was_edited_is_in_the_fields() -> None:
    assert require(send('{"days": 3, "covariates": []}')) == {"days": 3, "covariates": []}
    assert send('{"days": 3}').typed["days"] == "3"


def test_json_that_was_not_edited_gives_way_to_the_fields() -> None:
    assert require(send('{ "days":2 }', days="7")) == {"days": 7}


@pytest.mark.parametrize(
    ("document", "typed", "told"),
    [
        ("{", {}, "JSON"),
        ("[]", {}, "objet"),
        ('{"days": 0}', {}, "au moins 1"),
        ('{"days": 3}', {"days": "4"}, "lequel garder"),
    ],
)
def test_json_that_cannot_be_taken_says_why_and_loses_nothing(
    document: str, typed: dict[str, str], told: str
) -> None:
    sent = send(document, **typed)
    assert told in sent.errors["~json"]
    assert sent.document == document
    with pytest.raises(FieldsError):
        require(sent)
    assert require(do_step(sent, "keep-fields:").filled) == {"days": int(typed.get("days", "2"))}


def test_of_both_the_one_that_was_chosen_is_kept() -> None:
    sent = send('{"days": 3}', days="4")
    assert require(do_step(sent, "keep-json:").filled) == {"days": 3}
