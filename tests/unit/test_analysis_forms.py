"""A form made from what an analysis declares: each kind of parameter asked, read back, refused in words."""

from typing import Annotated, Literal

import pytest
from pydantic import Field

from maillage.analysis.base import Spec, WireModel, Words
from maillage.analysis.errors import ParametersError
from maillage.hub.portal.results import forms
from maillage.hub.portal.results.forms import Kind


class Parameters(WireModel):
    days: Annotated[int, Field(ge=1, le=365)]
    method: Literal["km", "aj"] = "km"
    ratio: float | None = None
    robust: bool = False
    covariates: Annotated[list[str], Field(default_factory=list)]
    cuts: Annotated[list[int], Field(default=[18, 65])]
    arms: Annotated[dict[str, int], Field(default_factory=dict)]


WORDS = Words(
    "Essai", "", labels={"days": "Jours", "method=aj": "Aalen-Johansen"}, hints={"days": "De 1 à 365."}
)


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """An analysis that nobody installed."""
    spec = Spec(id="trial", version=1, parameters=Parameters, content=Parameters)
    monkeypatch.setattr(forms, "find_spec", lambda _name: spec)
    monkeypatch.setattr(forms, "load_words", lambda _name: WORDS)


def test_each_parameter_is_asked_as_what_it_is() -> None:
    fields = {field.name: field for field in forms.list_fields("trial")}
    assert {name: field.kind for name, field in fields.items()} == {
        "days": Kind.WHOLE,
        "method": Kind.CHOICE,
        "ratio": Kind.REAL,
        "robust": Kind.SWITCH,
        "covariates": Kind.LIST,
        "cuts": Kind.NUMBERS,
        "arms": Kind.JSON,
    }
    days = fields["days"]
    assert (days.label, days.hint, days.is_required, days.minimum, days.maximum) == (
        "Jours",
        "De 1 à 365.",
        True,
        1,
        365,
    )
    assert [choice.label for choice in fields["method"].choices] == ["km", "Aalen-Johansen"]
    assert fields["cuts"].value == "18, 65"


def test_what_was_typed_becomes_parameters() -> None:
    typed = {"days": "90", "method": "aj", "ratio": "0,5", "robust": "on", "covariates": "age, sex"}
    assert forms.read_fields("trial", filled=typed | {"cuts": "40", "arms": '{"a": 1}'}) == {
        "days": 90,
        "method": "aj",
        "ratio": 0.5,
        "robust": True,
        "covariates": ["age", "sex"],
        "cuts": [40],
        "arms": {"a": 1},
    }


def test_a_list_that_was_emptied_is_empty_and_one_that_was_not_there_has_its_default() -> None:
    assert forms.read_fields("trial", filled={"days": "90", "covariates": " "})["covariates"] == []
    assert "covariates" not in forms.read_fields("trial", filled={"days": "90"})


@pytest.mark.parametrize("typed", [{"days": "ninety"}, {"days": "0"}, {}, {"days": "1", "arms": "{"}])
def test_what_does_not_fit_is_refused_in_words(typed: dict[str, str]) -> None:
    with pytest.raises(ParametersError) as refused:
        forms.read_fields("trial", filled=typed)
    assert refused.value.what


def test_what_was_typed_comes_back_with_the_error() -> None:
    fields = {field.name: field.value for field in forms.list_fields("trial", filled={"days": "ninety"})}
    assert fields["days"] == "ninety"
    assert fields["cuts"] == "", "a field that was emptied does not get its default back"
