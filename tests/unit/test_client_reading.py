"""What a result says beside its numbers: why there is no model, who is left out and why; its frame."""

from typing import Any

import pytest

from maillage.client import JointResult, Model, Survival
from maillage.client.errors import ArgumentError
from maillage.client.results import CountResult
from maillage.client.typed import read_any
from maillage.exchange.reasons import Reason, word
from tests.unit.test_client_plots import EMPTY

RARE, SMALL = word(Reason.MODEL_RARE), word(Reason.MODEL_TOO_SMALL)
FAILED = word(Reason.ROUNDS_FAILED)
NAMES = {"a": "Hôpital A", "b": "Hôpital B", "c": "Hôpital C"}
POINT = {"day": 30, "at_risk": 90, "events": 12, "censored": 15, "survival": 0.87, "low": 0.8, "high": 0.92}
TERM = {"name": "age", "estimate": 0.1, "standard_error": 0.02, "low": 0.06, "high": 0.14, "p_value": 1e-9}


def write(
    figures: dict[str, Any], *, analysis: str = "regress", refused: str = "abc", **more: Any
) -> dict[str, Any]:
    reasons = {"a": Reason.MODEL_RARE, "b": Reason.MODEL_RARE, "c": Reason.MODEL_TOO_SMALL}
    sites = [
        {
            "id": site,
            "name": NAMES[site],
            "status": "refused" if site in refused else "answered",
            "persons": None if site in refused else {"count": 40},
            "reason": reason.value if site in refused else None,
            "sentence": word(reason) if site in refused else None,
            "engine_ms": None,
            "content": None,
        }
        for site, reason in reasons.items()
    ]
    combined = EMPTY | {"figures": figures, "contributing": [site for site in "abc" if site not in refused]}
    head = {"id": "q", "title": "Retour", "status": "complete", "analysis": analysis, "elapsed_ms": 1.0}
    return head | {"parameters": {}, "sites": sites, "combined": combined} | more


def read(document: dict[str, Any]) -> Any:
    return read_any(document)


def test_a_model_that_every_hospital_refused_says_why_in_one_place() -> None:
    result: Model = read(write({}, rounds={"state": "failed", "number": 0, "sentence": FAILED}))
    assert (result.fitted, result.trouble) == (False, "too_few_sites")
    assert result.why.startswith(FAILED)
    assert f"Hôpital A, Hôpital B : {RARE}" in result.why
    assert f"Hôpital C : {SMALL}" in result.why
    assert f"Hors du total : Hôpital A, Hôpital B : {RARE}" in str(result)
    assert f"Hôpital A, Hôpital B : {RARE}" in result._repr_html_()


def test_a_model_with_trouble_of_its_own_says_it_in_words_too() -> None:
    trouble = {"code": "separated", "columns": ["age"]}
    result: Model = read(write({"fitted": False, "trouble": trouble, "terms": []}, refused="c"))
    assert result.trouble == "separated"
    assert "séparent" in result.why
    assert f"Hôpital C : {SMALL}" in result.why


def test_a_cancelled_question_says_only_that() -> None:
    result: Model = read(write({}, status="cancelled"))
    assert (result.trouble, result.why) == ("cancelled", word(Reason.CANCELLED))


def test_what_is_awaited_or_fitted_has_no_trouble() -> None:
    assert read(write({}, status="open", refused="")).trouble == ""
    fitted: Model = read(write({"fitted": True, "trouble": None, "terms": [TERM]}, refused=""))
    assert (fitted.fitted, fitted.trouble, fitted.why) == (True, "", "")


def test_hospitals_that_refused_are_left_out_by_name_with_their_reason() -> None:
    result: Model = read(write({"fitted": True, "trouble": None, "terms": [TERM]}, refused="c"))
    assert result.left_out == {"c": SMALL}
    assert [site.reason for site in result.sites] == ["", "", "model_too_small"]


def test_a_count_says_so_too_and_a_code_is_never_shown_to_people() -> None:
    document = write({}, analysis="count", refused="c")
    document["combined"]["left_out"] = [{"id": "b", "why": "below_floor"}, {"id": "a", "why": "sum_hidden"}]
    result: CountResult = read(document)
    assert set(result.combined.left_out) == {"a", "b", "c"}
    assert result.combined.left_out["c"] == SMALL
    assert result.combined.left_out["a"] == word(Reason.SUM_HIDDEN)
    assert "below_floor" not in str(result) + result._repr_html_()
    assert "Hôpital B : Son nombre est masqué." in str(result)


CURVES = {
    "curves": [{"group": "all", "persons": 100, "median": None, "points": [POINT, POINT | {"day": 60}]}]
}


def survive(figures: dict[str, Any], **more: Any) -> Survival:
    return read(write(figures, analysis="survival", refused="", **more))


def test_curves_of_survival_are_a_frame_of_their_points() -> None:
    frame = survive(CURVES).to_pandas()
    assert list(frame["day"]) == [30, 60]
    assert set(frame["group"]) == {"all"}
    assert frame["survival"].iloc[0] == 0.87


def test_a_cox_model_is_a_frame_of_its_terms() -> None:
    model = {"fitted": True, "trouble": None, "terms": [TERM]}
    result = survive(CURVES | {"model": model}, parameters={"covariates": [{"kind": "age", "name": "age"}]})
    assert result.fitted
    assert list(result.to_pandas("model")["name"]) == ["age"]
    with pytest.raises(ArgumentError, match="curves, model"):
        result.to_pandas("hazards")  # pyright: ignore[reportArgumentType]


def test_curves_alone_are_no_model_that_failed() -> None:
    assert survive(CURVES | {"model": None}).trouble == ""
    asked = {"covariates": [{"kind": "age", "name": "age"}]}
    assert survive(CURVES | {"model": None}, parameters=asked).trouble == "rounds_failed"


def test_indicators_are_of_a_hospital_that_is_shown_alone() -> None:
    document = write({}, analysis="flows", refused="bc")
    row = {"key": "73", "persons": {"count": 40}, "amounts": {"stays": 52.0}}
    document["sites"][0]["content"] = {"tables": [{"id": "residence", "rows": [row]}]}
    assert read(document).measure("a", territory="73").covered == 52.0
    with pytest.raises(ArgumentError) as caught:
        read(document).measure("b", territory=["73"])
    assert caught.value.remedy == "Ceux qui le sont : a."


def test_a_table_1_is_compared_with_another() -> None:
    table = read(write({}, analysis="characterise", refused=""))
    with pytest.raises(ArgumentError, match="int"):
        table.compare(3)


def join() -> JointResult:
    count = EMPTY | {"persons": {"count": 120}, "contributing": ["a", "b", "c"]}
    row = {"key": "73", "persons": {"count": 30}, "of": {"count": 120}, "contributing": ["a"]}
    row |= {"complete": False, "amounts": {}, "measured": None}
    residence = {"id": "residence", "kind": "split", "rows": [row]}
    flows = count | {"tables": [residence], "figures": {"hospitals": [], "catchment": None}}
    parts = [{"analysis": "count", "document": count}, {"analysis": "flows", "document": flows}]
    asked = {"parts": [{"analysis": "count"}, {"analysis": "flows"}]}
    document = write({}, analysis="several", refused="", parameters=asked)
    return read(document | {"combined": EMPTY | {"parts": parts}})


def test_a_joint_result_is_one_frame_and_all_drawings() -> None:
    result = join()
    frame = result.to_pandas()
    assert list(frame.columns[:2]) == ["part", "analysis"]
    assert list(frame["analysis"]) == ["count"] * 3 + ["flows"]
    assert frame["key"].iloc[-1] == "73"
    assert "·" in result.plot().title
    assert len(result.plots()) == sum(len(part.plots()) for part in result)
