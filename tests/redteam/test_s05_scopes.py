"""What was told, asked and spent counts on, under a permit signed again and under names that are new.

The attacker waits for a permit to be renewed, or has the hub and invents a name. Where answers are compared
by the permit's hash and the requester's name, both begin with nothing, and 60 less 57 are three persons.
"""

from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from maillage.exchange.permit import Permit
from maillage.exchange.reasons import Reason
from maillage.node.permits.terms import Terms, find_terms
from maillage.node.store import Store
from maillage.node.worker.messages import Computed, Declined
from maillage.node.worker.order import to_job
from tests.integration.hub.conftest import MovableClock
from tests.redteam import test_s05_budgets as budgets
from tests.redteam.test_s05_epsilon import PRIVACY, Hospital
from tests.redteam.test_s05_everyone import visits
from tests.support.messages import example_permit
from tests.support.nodes import accept_permit, node_task

LATER = datetime(2101, 1, 1, tzinfo=UTC)
NAMED = ("alice", "bob")
ONCE = PRIVACY.model_copy(update={"epsilon_per_question": 1.0})


@pytest.fixture
def hospital(tmp_path: Path) -> Generator[Hospital]:
    found = Hospital(tmp_path)
    yield found
    found.bench.close()


def sign(hospital: Hospital, **changes: Any) -> Permit:
    """The study's permit, as the committee signs it and this hospital accepts it."""
    permit = example_permit(permit_id="etude", **{"requesters": NAMED} | changes)
    accept_permit(hospital.node, permit)
    return permit


def ask(
    hospital: Hospital, persons: range, *, requester: str = "alice", **switched_off: Any
) -> Computed | Declined:
    """What the node's worker makes of a task under the permit in force."""
    cohort = visits(persons)
    task = node_task(permit="etude", requester=requester, cohort=cohort)
    with hospital.node.open_store() as store:
        terms = find_terms(store, node=hospital.node, task=task)
    assert isinstance(terms, Terms), terms
    return hospital.bench.run(to_job(task, terms=terms).model_copy(update=switched_off))


def count(answer: Computed | Declined) -> int:
    assert isinstance(answer, Computed), answer
    return answer.content["persons"]["count"]


def test_a_renewed_permit_compares_with_what_the_former_one_told(hospital: Hospital) -> None:
    sign(hospital)
    assert count(ask(hospital, range(60))) == 60
    hospital.restart()
    sign(hospital, expires_at=LATER)
    assert count(ask(hospital, range(57))) == 60


def test_with_editions_held_apart_a_renewed_permit_gives_three_persons(hospital: Hospital) -> None:
    sign(hospital)
    first, second = ({"permit": f"sha256:{number * 64}", "editions": ()} for number in "12")
    assert count(ask(hospital, range(60), **first)) == 60
    assert count(ask(hospital, range(57), **second)) == 57


def test_what_was_kept_under_an_edition_s_hash_is_compared_too(hospital: Hospital) -> None:
    """As a node of before there were names did, whose permit is then renewed."""
    with hospital.node.open_store() as store:
        sign(hospital)
        (edition,) = find_editions(store, hospital)
    assert count(ask(hospital, range(60), permit=edition, editions=(), shared=False)) == 60
    hospital.restart()
    sign(hospital, expires_at=LATER)
    assert count(ask(hospital, range(57))) == 60


def find_editions(store: Store, hospital: Hospital) -> tuple[str, ...]:
    terms = find_terms(store, node=hospital.node, task=node_task(permit="etude"))
    assert isinstance(terms, Terms)
    return terms.editions


def test_epsilon_is_spent_for_the_renewed_permit_too(hospital: Hospital) -> None:
    sign(hospital, counts=ONCE)
    assert isinstance(ask(hospital, range(60)), Computed)
    for renewed in (ONCE, ONCE.model_copy(update={"per_requester": True})):
        sign(hospital, counts=renewed, expires_at=LATER)
        refused = ask(hospital, range(50))
        assert isinstance(refused, Declined)
        assert refused.reason is Reason.BUDGET_SPENT
    sign(hospital, counts=ONCE.model_copy(update={"epsilon_total": 2.0}), expires_at=LATER)
    assert isinstance(ask(hospital, range(50)), Computed), "the committee grants more by saying so"
    assert isinstance(ask(hospital, range(40), permit="sha256:" + "1" * 64, editions=()), Computed)


def test_a_budget_goes_on_under_the_renewed_permit(tmp_path: Path) -> None:
    watch = MovableClock(datetime.now(UTC).replace(microsecond=0))
    node = budgets.make(tmp_path / "hcl", watch, shown_alone=True)
    assert [budgets.ask(node, watch)[1] for _ in range(2)] == ["accepted"] * 2
    accept_permit(node, example_permit(budgets=budgets.BUDGETS, expires_at=LATER))
    assert budgets.ask(node, watch)[1] == "received"
    accept_permit(node, example_permit(permit_id="autre", budgets=budgets.BUDGETS))
    assert budgets.ask(node, watch, permit="autre")[1] == "accepted"


def test_names_that_a_hub_invents_are_one_requester(hospital: Hospital) -> None:
    sign(hospital, requesters="any")
    assert count(ask(hospital, range(60), requester="alice")) == 60
    for invented in ("alice2", "mallory"):
        assert count(ask(hospital, range(57), requester=invented)) == 60


def test_with_a_history_for_each_name_an_invented_one_gives_three_persons(hospital: Hospital) -> None:
    sign(hospital, requesters="any")
    told = [count(ask(hospital, range(60), requester="alice", shared=False))]
    told.append(count(ask(hospital, range(57), requester="alice2", shared=False)))
    assert told == [60, 57]


def test_who_is_named_has_a_history_of_their_own_and_takes_it_along(hospital: Hospital) -> None:
    sign(hospital)
    assert count(ask(hospital, range(60), requester="alice")) == 60
    assert count(ask(hospital, range(57), requester="bob")) == 57
    hospital.restart()
    sign(hospital, requesters="any", expires_at=LATER)
    assert count(ask(hospital, range(54), requester="alice")) == 60
    hospital.restart()
    sign(hospital, expires_at=datetime(2102, 1, 1, tzinfo=UTC))
    assert count(ask(hospital, range(54), requester="bob")) == 57
