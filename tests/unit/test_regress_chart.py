"""What people read of a model: numbers of few digits, ratios beside coefficients, words for levels."""

from typing import Any

import pytest

from maillage.analysis.base import Asked
from maillage.analysis.regress.chart import charts, draw_terms, list_terms
from maillage.base.french import format_figure
from maillage.base.i18n import in_language
from maillage.client.tables import Table

TERMS: list[dict[str, Any]] = [
    {"name": "(intercept)", "estimate": -2.5, "low": -3.0, "high": -2.0, "is_intercept": True},
    {"name": "sex[male]", "estimate": 0.38472730522824156, "low": 0.1, "high": 0.7, "is_intercept": False},
]
TERMS = [term | {"standard_error": 0.1534, "p_value": 8.048957590807721e-10} for term in TERMS]
FIGURES: dict[str, Any] = {"family": "binomial", "fitted": True, "trouble": None, "terms": TERMS}
FIGURES |= {"events": 143.0, "log_likelihood": -512.34567, "rounds": 6}
DOCUMENT = {"figures": FIGURES, "persons": {"count": 2018}}
SITES = Asked(sites={"a": "Hôpital A", "b": "Hôpital B"})


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (0.38472730522824156, "0,3847", "0.3847"),
        (8.048957590807721e-10, "8,049×10⁻¹⁰", "8.049×10⁻¹⁰"),
        (-12345.678, "−12\u202f346", "−12,346"),
        (143.0, "143", "143"),
        (0.05, "0,05000", "0.05000"),
        (1.5e12, "1,500×10¹²", "1.500×10¹²"),
        (float("nan"), "–", "–"),
    ],
)
def test_a_number_has_the_digits_that_matter(value: float, french: str, english: str) -> None:
    assert format_figure(value) == french
    with in_language("en"):
        assert format_figure(value) == english


def test_a_table_of_a_model_can_be_read() -> None:
    (chart,) = charts(DOCUMENT)
    for told in (str(Table.of(chart)), Table.of(chart)._repr_html_()):
        assert "0,3847" in told
        assert "8,049×10⁻¹⁰" in told
        assert "0.384727305" not in told
    assert "(constante)" in str(Table.of(chart))
    assert "sexe : hommes" in str(Table.of(chart))
    with in_language("en"):
        assert "sex: men" in str(Table.of(charts(DOCUMENT)[0]))


def test_its_numbers_stay_whole_for_programs() -> None:
    frame = Table.of(charts(DOCUMENT)[0]).to_pandas()
    assert frame["Coefficient"].iloc[1] == 0.38472730522824156
    assert len(set(frame.columns)) == len(frame.columns)


@pytest.mark.parametrize(
    ("family", "heading"),
    [("binomial", "Rapport de cotes"), ("poisson", "Rapport de taux"), (None, "Rapport de risques")],
)
def test_a_ratio_with_its_interval_stands_beside_the_coefficient(family: str | None, heading: str) -> None:
    figures = {"terms": TERMS} | ({"family": family} if family else {})
    (chart,) = draw_terms(figures, title="")
    assert heading in [column.heading for column in chart.table.columns]
    constant, male = chart.table.rows
    assert constant["ratio"] is None
    assert [male[name] for name in ("ratio", "ratio_low", "ratio_high")] == pytest.approx(
        [1.4692, 1.1052, 2.0138], abs=1e-4
    )


def test_a_linear_model_has_no_ratio_and_an_endless_limit_is_none() -> None:
    assert "ratio" not in list_terms({"family": "gaussian", "terms": TERMS})[1]
    wild = TERMS[1] | {"high": 5_000.0}
    assert list_terms({"family": "binomial", "terms": [wild]})[0]["ratio_high"] is None


def test_under_it_stands_how_many_are_in_it_and_who_is_not() -> None:
    note = charts(DOCUMENT)[0].note
    assert "Personnes : 2\u202f018" in note
    assert "événements : 143" in note
    assert "log-vraisemblance : −512,3" in note
    assert "une variable manque" in note
    assert note in str(Table.of(charts(DOCUMENT)[0]))


def test_random_effects_have_the_variance_between_hospitals_and_each_hospital_s_own() -> None:
    pooled = [term | {"tau_squared": 0.0123, "q": 5.1, "i_squared": 41.2} for term in TERMS]
    figures = FIGURES | {"terms": pooled, "by_hospital": {"a": TERMS, "b": TERMS}}
    _model, spread, hospitals = charts(DOCUMENT | {"figures": figures}, asked=SITES)
    assert [column.heading for column in spread.table.columns] == ["Terme", "τ²", "Q", "I² (en %)"]
    assert spread.table.rows[1]["i_squared"] == 41.2
    assert [row["hospital"] for row in hospitals.table.rows] == ["Hôpital A"] * 2 + ["Hôpital B"] * 2


def test_effects_of_hospitals_have_a_table_of_their_own() -> None:
    own = [TERMS[1] | {"name": "b"}]
    figures = FIGURES | {"hospital_terms": own, "reference_hospital": "a"}
    _model, hospitals = charts(DOCUMENT | {"figures": figures}, asked=SITES)
    assert "Hôpital A" in hospitals.title
    assert hospitals.table.rows[0]["name"] == "Hôpital B"
