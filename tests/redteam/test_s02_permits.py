"""S2: whoever holds the hub, its key and its disk gets nothing that the hospital did not sign for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from maillage.analysis import scope
from maillage.analysis.registry import code_hash
from maillage.base.keys import SigningKey
from maillage.exchange.envelope import seal_permit, seal_revocation, seal_task
from maillage.exchange.errors import EnvelopeError
from maillage.exchange.permit import AnalysisScope, Bound, Output, Permit, Revocation, View
from maillage.exchange.reasons import Reason
from maillage.node import ledger, tasks
from maillage.node.decide import decide_task
from maillage.node.errors import MoveError, PermitRefusedError
from maillage.node.folder import Node
from maillage.node.log import Log
from maillage.node.permits import committee, documents, terms
from maillage.node.states import Event
from tests.support.messages import COMMITTEE_KEY, HUB_KEY, example_key, example_permit
from tests.support.nodes import (
    accept_permit,
    agent_thread,
    make_node,
    node_task,
    read_jobs,
    send_task,
    wait_until,
)
from tests.support.stand_in_hub import StandInHub, serve

FOUR = ("chu-clermont", "chu-grenoble", "chu-saint-etienne", "hcl")
PAST, FUTURE = datetime(2021, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)


def ask(node: Node, **changes: Any) -> str | None:
    """The reason that a task signed with the stolen hub's key is refused for; None when it is accepted."""
    task = node_task(**changes)
    with node.open_store() as store:
        tasks.receive(store, node=node, task_id=task.task_id, data=seal_task(task, key=HUB_KEY))
        decide_task(store, node=node, row=tasks.find_task(store, task.task_id), log=Log())
        return {row["task_id"]: row["reason"] for row in store.rows("answers")}.get(task.task_id)


def strict_node(folder: Path, **changes: Any) -> Node:
    """A hospital that accepted one narrow permit."""
    narrow: dict[str, Any] = {
        "requesters": ("alice",),
        "sites": FOUR,
        "cohorts": (node_task().cohort_hash,),
        "minimum_sites": 3,
    }
    return make_node(folder, permit=example_permit(**narrow | changes))


def test_an_honest_question_is_accepted(tmp_path: Path) -> None:
    assert ask(strict_node(tmp_path / "hcl")) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"requester": "mallory"}, Reason.PERMIT_EXCEEDED),
        ({"cohort": {"other": 1}}, Reason.PERMIT_EXCEEDED),
        ({"hub": "another-network"}, Reason.PERMIT_EXCEEDED),
        ({"participants": (*FOUR, "sham")}, Reason.PERMIT_EXCEEDED),
        ({"participants": ("hcl", "chu-grenoble")}, Reason.TOO_FEW_PARTICIPANTS),
        ({"minimum_participants": 1}, Reason.TOO_FEW_PARTICIPANTS),
        ({"permit": "unlimited"}, Reason.PERMIT_MISSING),
    ],
)
def test_a_stolen_hub_cannot_go_past_the_permit(
    tmp_path: Path, changes: dict[str, Any], reason: Reason
) -> None:
    assert ask(strict_node(tmp_path / "hcl", views=(View.TOTAL,)), **changes) == reason


def test_a_permit_of_another_analysis_covers_none(tmp_path: Path) -> None:
    node = strict_node(tmp_path / "hcl", analyses=(AnalysisScope(id="survival"),))
    assert ask(node) == Reason.PERMIT_EXCEEDED


@pytest.mark.parametrize("dates", [(PAST, PAST + timedelta(days=1)), (FUTURE, FUTURE + timedelta(days=1))])
def test_a_permit_outside_its_dates_gives_nothing(tmp_path: Path, dates: tuple[datetime, datetime]) -> None:
    starts, ends = dates
    # Accepted while it was valid or still to come; the question comes now.
    node = make_node(tmp_path / "hcl", permit=None, clock=lambda: starts)
    accept_permit(node, example_permit(starts_at=starts, expires_at=ends))
    assert ask(Node(node.folder, node.settings, node.key, lambda: datetime.now(UTC))) == Reason.PERMIT_EXPIRED


def forge(hub_key: SigningKey) -> bytes:
    """What somebody writes who has the hub: everything for everybody."""
    return seal_permit(example_permit(permit_id="unlimited"), key=hub_key)


@pytest.mark.parametrize("key", [HUB_KEY, example_key(66)])
def test_a_permit_of_the_hubs_own_making_is_not_even_kept(tmp_path: Path, key: SigningKey) -> None:
    node = make_node(tmp_path / "hcl")
    with node.open_store() as store:
        with pytest.raises(EnvelopeError):
            documents.receive(store, node=node, envelope=forge(key))
        assert [found.permit_id for found in documents.list_permits(store)] == ["feasibility"]
    assert ask(node, permit="unlimited") == Reason.PERMIT_MISSING


def test_a_true_permit_that_this_hospital_did_not_accept_gives_nothing(tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl", permit=None)
    with node.open_store() as store:
        committee.trust(store, node=node, key=COMMITTEE_KEY.public, by="Dr Faure")
        documents.receive(store, node=node, envelope=seal_permit(example_permit(), key=COMMITTEE_KEY))
    assert ask(node) == Reason.PERMIT_MISSING


def test_an_acceptance_written_into_the_file_without_the_hospitals_key_gives_nothing(tmp_path: Path) -> None:
    node, other = make_node(tmp_path / "hcl", permit=None), make_node(tmp_path / "other")
    with other.open_store() as store:
        (foreign,) = [found.decision for found in documents.list_permits(store)]
    with node.open_store() as store:
        committee.trust(store, node=node, key=COMMITTEE_KEY.public, by="Dr Faure")
        documents.receive(store, node=node, envelope=seal_permit(example_permit(), key=COMMITTEE_KEY))
        for forged in (None, b"{}", foreign):
            store.connection.execute("UPDATE permits SET state = 'accepted', decision = ?", (forged,))
            assert ask(node) == Reason.PERMIT_MISSING


def test_a_wider_permit_slipped_under_the_accepted_ones_hash_gives_nothing(tmp_path: Path) -> None:
    node = strict_node(tmp_path / "hcl")
    wider = seal_permit(example_permit(), key=COMMITTEE_KEY)
    with node.open_store() as store:
        store.connection.execute("UPDATE permits SET envelope = ?", (wider,))
    assert ask(node, requester="mallory") == Reason.PERMIT_MISSING


def test_what_was_withdrawn_or_revoked_gives_nothing_and_stays_in_the_ledger(tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl")
    with node.open_store() as store:
        found = documents.withdraw(store, node=node, name="feasibility", by="Dr Faure")
        assert ask(node) == Reason.PERMIT_WITHDRAWN
        documents.accept(store, node=node, name="feasibility", by="Dr Faure")
        assert ask(node) is None
        taken_back = Revocation(permit=found.hash, network="houraa", revoked_at=node.clock())
        documents.revoke(store, node=node, envelope=seal_revocation(taken_back, key=COMMITTEE_KEY))
        assert ask(node) == Reason.PERMIT_WITHDRAWN
        with pytest.raises(MoveError):
            documents.accept(store, node=node, name="feasibility", by="Dr Faure")
        events = [line.event for line in ledger.read_lines(store)]
    assert events.count(Event.PERSON_PERMIT_ACCEPTED) == 2
    assert events.count(Event.PERSON_PERMIT_WITHDRAWN) == events.count(Event.COMMITTEE_PERMIT_REVOKED) == 1


def test_the_hub_cannot_take_a_permit_back_either(tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl")
    with node.open_store() as store:
        found = documents.find_permit(store, "feasibility")
        forged = Revocation(permit=found.hash, network="houraa", revoked_at=node.clock())
        with pytest.raises(EnvelopeError):
            documents.revoke(store, node=node, envelope=seal_revocation(forged, key=HUB_KEY))
    assert ask(node) is None


def test_a_revoked_committee_key_stops_its_permits_until_another_signs_them_again(tmp_path: Path) -> None:
    node, successor = make_node(tmp_path / "hcl"), example_key(44)
    with node.open_store() as store:
        fingerprint = COMMITTEE_KEY.public.fingerprint
        committee.revoke(store, node=node, fingerprint=fingerprint, by="Dr Faure")
        assert ask(node) == Reason.PERMIT_MISSING
        committee.trust(store, node=node, key=successor.public, by="Dr Faure")
        documents.receive(store, node=node, envelope=seal_permit(example_permit(), key=successor))
        assert ask(node) is None, "the same permit: the hospital's acceptance still holds"
        documents.receive(
            store, node=node, envelope=seal_permit(example_permit(permit_id="new"), key=successor)
        )
    assert ask(node, permit="new") == Reason.PERMIT_MISSING


def test_a_new_permit_of_the_same_name_needs_its_own_acceptance(tmp_path: Path) -> None:
    node = strict_node(tmp_path / "hcl")
    with node.open_store() as store:
        documents.receive(store, node=node, envelope=seal_permit(example_permit(), key=COMMITTEE_KEY))
        assert ask(node, requester="mallory") == Reason.PERMIT_EXCEEDED
        documents.accept(store, node=node, name="feasibility", by="Dr Faure")
        states = sorted(found.state for found in documents.list_permits(store))
    assert states == ["accepted", "withdrawn"]
    assert ask(node, requester="mallory") is None


def test_a_permit_of_other_hospitals_is_not_taken(tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl")
    foreign = seal_permit(example_permit(permit_id="p", sites=("chu-grenoble",)), key=COMMITTEE_KEY)
    with node.open_store() as store, pytest.raises(PermitRefusedError):
        documents.receive(store, node=node, envelope=foreign)


@pytest.mark.parametrize("end", ["withdrawn", "expired"])
def test_a_permit_that_ends_while_the_engine_works_lets_nothing_out(tmp_path: Path, end: str) -> None:
    late = timedelta(0)

    def clock() -> datetime:
        now = datetime.now(UTC) + late
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    with serve(StandInHub(clock=clock)) as hub:
        limited = example_permit(expires_at=datetime.now(UTC) + timedelta(minutes=30))
        node = make_node(
            tmp_path / "node", hub_url=hub.url, hub_key=hub.key.public, permit=limited, clock=clock
        )
        hub.node_key = node.key.public
        slow = send_task(hub, cohort={"behave": "slow"})
        with agent_thread(node):
            wait_until(lambda: read_jobs(node) == [slow.task_id])
            if end == "withdrawn":
                with node.open_store() as store:
                    documents.withdraw(store, node=node, name="feasibility", by="Dr Faure")
            else:
                late = timedelta(minutes=31)
            (answer,) = hub.wait_for_answers(slow.task_id)
    reason = getattr(answer, "reason", None)
    assert reason is (Reason.PERMIT_WITHDRAWN if end == "withdrawn" else Reason.PERMIT_EXPIRED)


def test_an_answer_under_a_permit_in_held_mode_is_held_whatever_the_policy_says(tmp_path: Path) -> None:
    with serve(StandInHub()) as hub:
        held = example_permit(output=Output.HELD)
        node = make_node(tmp_path / "hcl", hub_url=hub.url, hub_key=hub.key.public, permit=held)
        hub.node_key = node.key.public
        task = send_task(hub)
        with agent_thread(node):
            (answer,) = hub.wait_for_answers(task.task_id)
            wait_until(lambda: read_jobs(node) == [task.task_id])
    assert getattr(answer, "reason", None) is Reason.HELD_FOR_RELEASE


def test_the_stricter_of_permit_and_policy_holds(tmp_path: Path) -> None:
    node = make_node(
        tmp_path / "hcl",
        policy='floor = 20\nshown_alone = true\n[[rule]]\ndecision = "auto"\n',
        permit=example_permit(minimum_cell=30, views=(View.TOTAL,)),
    )
    with node.open_store() as store:
        found = terms.find_terms(store, node=node, task=node_task())
    assert isinstance(found, terms.Terms)
    assert (found.disclosure.floor, found.shown_alone) == (30, False)


@pytest.mark.parametrize(
    ("bound", "value", "inside"),
    [
        (Bound(minimum=1, maximum=10), 10, True),
        (Bound(minimum=1, maximum=10), 11, False),
        (Bound(minimum=1), True, False),
        (Bound(minimum=1), "5", False),
        (Bound(among=("age", "sex")), ["sex", "age"], True),
        (Bound(among=("age", "sex")), ["sex", "postcode"], False),
        (Bound(among=(1,)), True, False),
        (Bound(among=(1,)), 1.0, True),
        (Bound(among=("age",)), {}, True),
        (Bound(among=("age",)), {"by": "age", "and": "sex"}, False),
        (Bound(maximum=10), None, False),
    ],
)
def test_the_bounds_of_a_parameter(bound: Bound, value: object, inside: bool) -> None:
    assert bound.holds(value) is inside


FEW = {
    "commonest": Bound(maximum=5),
    "before_days": Bound(maximum=30),
    "domains": Bound(among=("condition",)),
}
"""A committee that lets a study see a month, and five diagnoses."""


def characterise(**parameters: Any) -> dict[str, Any]:
    """What a question of one analysis says of it."""
    code = code_hash("characterise")
    return {"analysis": {"id": "characterise", "version": 1, "code": code}, "parameters": parameters}


def bounded_node(folder: Path) -> Node:
    return strict_node(folder, analyses=(AnalysisScope(id="characterise", parameters=FEW),))


WITHIN = {"commonest": 5, "before_days": 30, "domains": ["condition"]}


def test_what_keeps_to_the_bounds_is_answered(tmp_path: Path) -> None:
    assert ask(bounded_node(tmp_path / "hcl"), **characterise(**WITHIN)) is None


@pytest.mark.parametrize("left_out", [*WITHIN, ""])
def test_a_parameter_left_out_keeps_to_its_bound_with_its_default(tmp_path: Path, left_out: str) -> None:
    """50 concepts, a year, every domain: what the analysis takes where the question says nothing."""
    written = {name: value for name, value in WITHIN.items() if left_out not in ("", name)}
    assert ask(bounded_node(tmp_path / "hcl"), **characterise(**written)) == Reason.PERMIT_EXCEEDED


def test_with_defaults_not_filled_in_an_empty_question_gets_more_than_the_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scope, "fill_in", lambda inquiry: dict(WITHIN) | dict(inquiry.parameters))
    assert ask(bounded_node(tmp_path / "hcl"), **characterise()) is None


def test_a_bound_on_a_parameter_that_there_is_not_lets_nothing_through(tmp_path: Path) -> None:
    """A committee's slip of the pen closes the analysis; it does not open it."""
    misspelt = AnalysisScope(id="characterise", parameters=FEW | {"after_day": Bound(maximum=30)})
    node = strict_node(tmp_path / "hcl", analyses=(misspelt,))
    assert ask(node, **characterise(**WITHIN)) == Reason.PERMIT_EXCEEDED


def test_with_the_check_of_permits_switched_off_the_stolen_hub_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = strict_node(tmp_path / "hcl")
    monkeypatch.setattr(terms, "covers", lambda permit, task: True)
    assert ask(node, requester="mallory") is None


def test_with_the_signature_switched_off_a_forged_permit_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = make_node(tmp_path / "hcl")
    hub = {HUB_KEY.public.fingerprint: HUB_KEY.public}
    monkeypatch.setattr(documents, "trusted_signers", lambda store: hub)
    monkeypatch.setattr(documents, "is_accepted", lambda found, *, node: True)
    with node.open_store() as store:
        documents.receive(store, node=node, envelope=forge(HUB_KEY))
        store.connection.execute("UPDATE permits SET state = 'accepted' WHERE permit_id = 'unlimited'")
    assert ask(node, permit="unlimited") is None


def test_a_permit_reads_back_as_it_was_signed() -> None:
    bounds = {"years": Bound(minimum=1), "by": Bound(among=("age",))}
    permit = example_permit(analyses=(AnalysisScope(id="count", parameters=bounds),))
    assert Permit.model_validate_json(permit.to_bytes()) == permit
