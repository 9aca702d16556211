"""S2 for joint questions: nothing comes in by being asked beside something that is allowed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from maillage.analysis import scope
from maillage.analysis.registry import code_hash
from maillage.exchange.envelope import seal_task
from maillage.exchange.parts import SEVERAL, Inquiry
from maillage.exchange.permit import AnalysisScope, Bands, Bound, Budget, Budgets
from maillage.exchange.reasons import Reason
from maillage.node import ledger, tasks
from maillage.node.decide import decide_task
from maillage.node.folder import Node
from maillage.node.log import Log
from maillage.node.states import Event
from tests.integration.hub.conftest import MovableClock, Network
from tests.support.cohorts import COHORT
from tests.support.joint import joint, joint_permit
from tests.support.messages import HUB_KEY
from tests.support.nodes import make_node, node_task
from tests.support.prepare_hub import publish_permit

INCIDENCE = ("incidence", {"first_year": 2021, "last_year": 2022})
LONGER = ("incidence", {"first_year": 2001, "last_year": 2022})
YEARS = {"first_year": Bound(minimum=2020), "last_year": Bound(maximum=2030)}


def ask(node: Node, parameters: dict[str, Any]) -> tuple[str, str | None]:
    """Where a joint task, signed with the stolen hub's key, ends up; and the reason if it was refused."""
    now = node.clock()
    task = node_task(
        permit="etude",
        analysis={"id": SEVERAL, "version": 1, "code": code_hash(SEVERAL)},
        parameters=parameters,
        issued_at=now,
        expires_at=datetime(2099, 1, 1, tzinfo=UTC),
    )
    with node.open_store() as store:
        tasks.receive(store, node=node, task_id=task.task_id, data=seal_task(task, key=HUB_KEY))
        decide_task(store, node=node, row=tasks.find_task(store, task.task_id), log=Log())
        reasons = {row["task_id"]: row["reason"] for row in store.rows("answers")}
        return tasks.find_task(store, task.task_id).state, reasons.get(task.task_id)


def study_node(folder: Path, *names: str, **changes: Any) -> Node:
    return make_node(folder / "hcl", permit=joint_permit(*names, **changes))


def test_what_the_permit_names_may_be_asked_together(tmp_path: Path) -> None:
    node = study_node(tmp_path, "count", "incidence")
    assert ask(node, joint("count", INCIDENCE)) == ("accepted", None)
    with node.open_store() as store:
        (line,) = [one.body for one in ledger.read_lines(store) if one.event == Event.POLICY_TASK_ACCEPTED]
    assert (line["analysis"], line["parts"]) == ("several", ["count", "incidence"])


@pytest.mark.parametrize("parts", [("count", INCIDENCE), (INCIDENCE, "count"), ("count", "flows", INCIDENCE)])
def test_one_part_outside_the_permit_refuses_the_whole(tmp_path: Path, parts: tuple[Any, ...]) -> None:
    node = study_node(tmp_path, "count", "flows")
    assert ask(node, joint(*parts)) == ("answered", Reason.PERMIT_EXCEEDED)


def test_a_part_keeps_to_the_permits_parameters(tmp_path: Path) -> None:
    scopes = (AnalysisScope(id="count"), AnalysisScope(id="incidence", parameters=YEARS))
    node = study_node(tmp_path, analyses=scopes)
    assert ask(node, joint("count", INCIDENCE)) == ("accepted", None)
    assert ask(node, joint("count", LONGER)) == ("answered", Reason.PERMIT_EXCEEDED)


def test_a_part_that_leaves_a_parameter_out_keeps_to_its_bound_too(tmp_path: Path) -> None:
    by_age = YEARS | {"by": Bound(among=("age",))}
    node = study_node(
        tmp_path, analyses=(AnalysisScope(id="count"), AnalysisScope(id="incidence", parameters=by_age))
    )
    name, years = INCIDENCE
    assert ask(node, joint("count", INCIDENCE)) == ("answered", Reason.PERMIT_EXCEEDED), "by sex, if not said"
    assert ask(node, joint("count", (name, years | {"by": "age"}))) == ("accepted", None)


def test_with_the_look_inside_switched_off_the_part_comes_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever took the first part for the whole would answer the second."""
    monkeypatch.setattr(scope, "list_inquiries", lambda *_asked: (Inquiry("count", {}),))
    assert ask(study_node(tmp_path, "count"), joint("count", INCIDENCE)) == ("accepted", None)


def test_a_permit_cannot_name_them_all_at_once() -> None:
    with pytest.raises(ValidationError, match="each analysis"):
        AnalysisScope(id=SEVERAL)


@pytest.mark.parametrize(
    "parameters",
    [
        joint("count"),
        joint("count", "count"),
        joint("count", ("several", joint("count", "flows"))),
        joint("count", "regress"),
        joint("count", "weekday"),
        joint("count", ("incidence", {"first_year": 2022, "last_year": 2021})),
        joint(*["count"] * 9),
        joint("count", "flows") | {"cohort": {}},
        {"parts": [{"analysis": "count", "parameters": {}, "floor": 1}, {"analysis": "flows"}]},
        {},
    ],
)
def test_what_cannot_be_joined_is_refused_before_anything_is_looked_at(
    tmp_path: Path, parameters: dict[str, Any]
) -> None:
    names = ("count", "flows", "incidence", "regress")
    assert ask(study_node(tmp_path, *names), parameters) == ("answered", Reason.PARAMETERS_INVALID)


def test_under_noise_or_bands_nothing_is_joined(tmp_path: Path) -> None:
    node = study_node(tmp_path, "count", "flows", counts=Bands(width=10))
    assert ask(node, joint("count", "flows")) == ("answered", Reason.PERMIT_EXCEEDED)


@pytest.mark.parametrize(
    ("rule", "expected"), [("refuse", ("answered", Reason.POLICY_REFUSED)), ("hold", ("held", None))]
)
def test_a_hospitals_rule_on_one_part_holds_for_the_whole(
    tmp_path: Path, rule: str, expected: tuple[str, str | None]
) -> None:
    policy = f'[[rule]]\nanalysis = "flows"\ndecision = "{rule}"\n[[rule]]\ndecision = "auto"\n'
    node = make_node(tmp_path / "hcl", policy=policy, permit=joint_permit("count", "flows", "incidence"))
    assert ask(node, joint("count", INCIDENCE)) == ("accepted", None)
    state, reason = ask(node, joint("count", "flows"))
    assert (state, reason if rule == "refuse" else None) == expected


def test_a_rule_that_opens_several_opens_no_part(tmp_path: Path) -> None:
    policy = '[[rule]]\nanalysis = "several"\ndecision = "auto"\n'
    node = make_node(tmp_path / "hcl", policy=policy, permit=joint_permit("count", "flows"))
    assert ask(node, joint("count", "flows")) == ("answered", Reason.POLICY_REFUSED)


def make_budgets(*, hold_after: int) -> Budgets:
    budget = Budget(hours=24, slow_after=hold_after, pause_seconds=60, hold_after=hold_after)
    return Budgets(total=budget, per_hospital=budget, contact="Dr Faure")


def test_each_part_is_a_question_of_the_budget_at_the_node(tmp_path: Path) -> None:
    watch = MovableClock(datetime.now(UTC).replace(microsecond=0))
    permit = joint_permit("count", "flows", "incidence", budgets=make_budgets(hold_after=5))
    node = make_node(tmp_path / "hcl", permit=permit, clock=watch)
    three, two = joint("count", "flows", INCIDENCE), joint("count", "flows")
    assert ask(node, three)[0] == "accepted"
    watch.advance(seconds=61)
    assert ask(node, three)[0] == "held", "three and three are more than five"
    assert ask(node, two)[0] == "accepted", "what was held was not spent"


def test_the_hub_holds_a_question_to_the_bounds_before_it_sends_it(network: Network) -> None:
    network.enrol("hcl", "chu-grenoble", "chu-clermont")
    by_age = AnalysisScope(id="incidence", parameters=YEARS | {"by": Bound(among=("age",))})
    publish_permit(network.hub, joint_permit(analyses=(by_age,)))
    name, years = INCIDENCE
    body = {"title": "Diabète", "cohort": COHORT, "permit": "etude", "analysis": name}
    refused = network.call("POST", "/questions", json=body | {"parameters": years})
    assert (refused.status_code, refused.json()["code"]) == (403, "permit_exceeded")
    assert network.call("POST", "/questions", json=body | {"parameters": years | {"by": "age"}}).is_success


def test_the_hub_says_which_part_is_outside_and_counts_each(network: Network) -> None:
    network.enrol("hcl", "chu-grenoble", "chu-clermont")
    publish_permit(network.hub, joint_permit("count", "flows", budgets=make_budgets(hold_after=3)))
    body = {"title": "Diabète", "cohort": COHORT, "permit": "etude", "analysis": SEVERAL}
    refused = network.call("POST", "/questions", json=body | {"parameters": joint("count", INCIDENCE)})
    assert (refused.status_code, refused.json()["code"]) == (403, "permit_exceeded")
    assert "Incidence" in refused.json()["why"]
    asked = network.ask(permit="etude", analysis=SEVERAL, parameters=joint("count", "flows"))
    assert asked["budget"]["used"] == 2
    network.clock.advance(seconds=61)
    spent = network.call("POST", "/questions", json=body | {"parameters": joint("count", "flows")})
    assert (spent.status_code, spent.json()["code"]) == (429, "budget_spent")
    network.ask(permit="etude")
