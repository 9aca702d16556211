"""Differential privacy at a node: what is asked again costs nothing, what is new costs, and the total holds.

The averaging attacker rephrases one cohort and takes the mean; the restarting one kills the worker between
the ledger and the answer; the greedy one asks under other names.
"""

import sqlite3
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from maillage.analysis.registry import code_hash
from maillage.base.ids import new_id
from maillage.cli.main import run
from maillage.disclosure import private
from maillage.exchange.message import AnalysisRef
from maillage.exchange.permit import DifferentialPrivacy
from maillage.exchange.reasons import Reason
from maillage.node.errors import PermitRefusedError
from maillage.node.folder import Node
from maillage.node.log import Log
from maillage.node.permits import documents
from maillage.node.worker import gatekeeper
from maillage.node.worker.bench import WorkBench
from maillage.node.worker.epsilon import list_spent
from maillage.node.worker.messages import Bench, Computed, Declined, Job
from maillage.warehouse.place import FilePlace
from tests.redteam.test_s05_everyone import visits, warehouse
from tests.support.messages import example_permit
from tests.support.nodes import accept_permit, make_node
from tests.support.workers import ANY_PERMIT

PRIVACY = DifferentialPrivacy(
    epsilon_per_question=0.1,
    epsilon_total=1.0,
    first_year=2015,
    last_year=2024,
    contact="Dr Faure, 04 00 00 00 00",
)


class Hospital:
    """A node whose worker's bench is asked in this process."""

    def __init__(self, folder: Path) -> None:
        self.path = warehouse(folder)
        self.node: Node = make_node(folder / "node", path=str(self.path))
        self.open()

    def open(self) -> None:
        place = FilePlace(path=self.path, threads=1)
        self.bench = WorkBench(Bench(place=place, folder=self.node.folder), log=Log())

    def restart(self) -> None:
        self.bench.close()
        self.open()

    def ask(
        self,
        persons: range,
        *,
        privacy: DifferentialPrivacy = PRIVACY,
        requester: str = "alice",
        **changes: Any,
    ) -> Computed | Declined:
        fields: dict[str, Any] = {
            "job_id": new_id("task"),
            "analysis": AnalysisRef(id="count", version=1, code=code_hash("count")),
            "parameters": {},
            "cohort": visits(persons),
            "floor": 1,
            "network_floor": 1,
            "permit": ANY_PERMIT,
            "requester": requester,
            "counts": privacy.model_dump(),
        }
        return self.bench.run(Job.model_validate(fields | changes))

    def tell(self, persons: range, **changes: Any) -> dict[str, Any]:
        answer = self.ask(persons, **changes)
        assert isinstance(answer, Computed), answer
        return answer.content

    def spent(self) -> float:
        return sum(one.epsilon for one in list_spent(self.node.folder))


@pytest.fixture
def hospital(tmp_path: Path) -> Generator[Hospital]:
    found = Hospital(tmp_path)
    yield found
    found.bench.close()


def refused(answer: Computed | Declined) -> Reason | None:
    return answer.reason if isinstance(answer, Declined) else None


def test_a_question_asked_again_gets_its_former_answer_at_no_cost(hospital: Hospital) -> None:
    first = hospital.tell(range(60))
    hospital.restart()
    again = [hospital.tell(range(60), requester=name) for name in ("alice", "bob", "alice")]
    assert again == [first | {"repeated": True}] * 3
    assert hospital.spent() == pytest.approx(0.1)


def test_the_total_is_spent_after_ten_questions_to_the_hundredth(hospital: Hospital) -> None:
    """Ten times a tenth is one, whatever floats add up to; the eleventh is refused, whoever asks."""
    for first in range(10):
        hospital.tell(range(first, 80), requester=f"person-{first}")
    assert refused(hospital.ask(range(10, 80), requester="somebody")) is Reason.BUDGET_SPENT
    hospital.restart()
    assert refused(hospital.ask(range(10, 80))) is Reason.BUDGET_SPENT
    assert hospital.tell(range(80))["repeated"], "what was told may be read again"
    assert hospital.tell(range(10, 80), permit="sha256:" + "ef" * 32), "another permit has its own"


def test_each_requester_has_the_total_where_the_permit_says_so(hospital: Hospital) -> None:
    own = PRIVACY.model_copy(update={"per_requester": True, "epsilon_total": 0.1})
    assert hospital.tell(range(60), privacy=own) != hospital.tell(range(60), privacy=own, requester="bob")
    for name in ("alice", "bob"):
        assert refused(hospital.ask(range(70), privacy=own, requester=name)) is Reason.BUDGET_SPENT


def average(hospital: Hospital, *, questions: int) -> float:
    """The attacker's mean of one cohort of 60 in other words: titles that change no person."""
    told: list[int] = []
    for number in range(questions):
        answer = hospital.ask(range(60), cohort=visits(range(60)) | {"Title": f"again {number}"})
        if isinstance(answer, Declined):
            break
        told.append(answer.content["persons"].get("private", 0))
    return float(np.mean(told))


def test_averaging_is_bounded_by_the_budget(hospital: Hospital) -> None:
    """Ten answers at 0.1, of which the whole has a third: their mean still is 13 persons off."""
    average(hospital, questions=100)
    assert hospital.spent() == pytest.approx(1.0)
    deviation = private.standard_deviation(private.PARTS / 0.1) / 10**0.5
    assert deviation > 13


def test_with_the_ledger_switched_off_the_average_wins(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gatekeeper.EpsilonLedger, "check", lambda self: None)
    generous = PRIVACY.model_copy(update={"epsilon_per_question": 1.0})
    told = [
        hospital.tell(range(60), cohort=visits(range(60)) | {"Title": f"again {number}"}, privacy=generous)
        for number in range(150)
    ]
    assert abs(float(np.mean([one["persons"].get("private", 0) for one in told])) - 60) < 1.5


def test_a_crash_between_ledger_and_answer_gives_nothing_back(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCutError(BaseException):
        """Nothing after the ledger's commit happens."""

    written = gatekeeper.EpsilonLedger.spend

    def spend_then_die(self: Any, content: Any) -> None:
        written(self, content)
        raise PowerCutError

    monkeypatch.setattr(gatekeeper.EpsilonLedger, "spend", spend_then_die)
    with pytest.raises(PowerCutError):
        hospital.ask(range(60), job_id="task-1")
    monkeypatch.undo()
    hospital.restart()
    assert hospital.spent() == pytest.approx(0.1)
    told = hospital.tell(range(60), job_id="task-1")
    assert not told["repeated"], "the job that runs again tells what it had drawn, for the first time"
    assert hospital.spent() == pytest.approx(0.1)


def test_what_was_spent_can_be_neither_changed_nor_deleted(hospital: Hospital) -> None:
    hospital.tell(range(60))
    with closing(sqlite3.connect(hospital.node.folder / "releases.sqlite")) as connection:
        for statement in ("DELETE FROM epsilon", "UPDATE epsilon SET epsilon = '0'"):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(statement)


def test_the_node_shows_what_was_spent(hospital: Hospital, capsys: pytest.CaptureFixture[str]) -> None:
    hospital.tell(range(60))
    assert run(["node", "epsilon", str(hospital.node.folder)]) == 0
    said = capsys.readouterr().out
    assert "alice" in said
    assert "0.1" in said


def test_without_opendp_such_permits_are_refused_with_the_remedy(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gatekeeper, "has_opendp", lambda: False)
    monkeypatch.setattr(documents, "has_opendp", lambda: False)
    assert refused(hospital.ask(range(60))) is Reason.NOISE_UNAVAILABLE
    with pytest.raises(PermitRefusedError) as told:
        accept_permit(hospital.node, example_permit(permit_id="private", counts=PRIVACY))
    assert "maillage[dp]" in told.value.remedy
