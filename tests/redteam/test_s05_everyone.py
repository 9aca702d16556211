"""S5 and the whole warehouse: whoever knows how many patients a hospital has subtracts no answer from it.

The number of patients is in every activity report. Each person here has one visit, on a day of their own, so
that a cohort by dates is any run of persons: all but the first three, two parts that leave out five.
"""

import copy
from collections.abc import Generator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from maillage.analysis.registry import code_hash
from maillage.base.ids import new_id
from maillage.disclosure.entropy import build_table
from maillage.disclosure.noise import NoiseRules
from maillage.exchange.message import AnalysisRef
from maillage.node.log import Log
from maillage.node.worker import bench
from maillage.node.worker.bench import WorkBench
from maillage.node.worker.messages import Bench, Computed, Job
from maillage.warehouse.place import Place
from tests.redteam.test_s03_nothing_of_a_patient import VISITS
from tests.support.in_place import make_place
from tests.support.nodes import make_node
from tests.support.omop import load_tables, people
from tests.support.workers import ANY_PERMIT

PATIENTS = 100
FIRST_DAY = date(2019, 1, 1)
EXACT = {"kind": "exact"}
NOISY = {"kind": "cell_key", "table": build_table(NoiseRules()).to_json()}
BANDS = {"kind": "bands", "width": 10}
KINDS = [
    pytest.param(kind, marks=pytest.mark.xdist_group(f"conformance-{kind}"))
    for kind in ("duckdb", "postgres")
]


def warehouse(folder: Path, *, patients: int = PATIENTS) -> Path:
    ids = range(1, patients + 1)
    days = {one: FIRST_DAY + timedelta(days=one - 1) for one in ids}
    return load_tables(
        folder,
        {
            "person": people(*ids),
            "observation_period": [
                {
                    "observation_period_id": one,
                    "person_id": one,
                    "observation_period_start_date": "2010-01-01",
                    "observation_period_end_date": "2025-01-01",
                }
                for one in ids
            ],
            "visit_occurrence": [
                {
                    "visit_occurrence_id": one,
                    "person_id": one,
                    "visit_start_date": day,
                    "visit_end_date": day,
                }
                for one, day in days.items()
            ],
        },
    )


class Hospital:
    """A worker's bench, asked by one person under one permit."""

    def __init__(self, folder: Path, place: Place, *, path: Path) -> None:
        self.path = path
        node = make_node(folder / "node", path=str(path))
        self.bench = WorkBench(Bench(place=place, folder=node.folder), log=Log())

    def ask(
        self, persons: range, *, counts: dict[str, Any] = EXACT, requester: str = "alice"
    ) -> dict[str, Any]:
        """What leaves of the cohort of these persons, counted from 0."""
        job = Job.model_validate(
            {
                "job_id": new_id("task"),
                "analysis": AnalysisRef(id="count", version=1, code=code_hash("count")),
                "parameters": {},
                "cohort": visits(persons),
                "floor": 11,
                "network_floor": 11,
                "permit": ANY_PERMIT,
                "requester": requester,
                "counts": counts,
            }
        )
        answer = self.bench.run(job)
        assert isinstance(answer, Computed), answer
        return answer.content


def visits(persons: range) -> dict[str, Any]:
    first, last = (str(FIRST_DAY + timedelta(days=each)) for each in (persons[0], persons[-1]))
    cohort = copy.deepcopy(VISITS)
    (criterion,) = cohort["PrimaryCriteria"]["CriteriaList"]
    criterion["VisitOccurrence"] = {"OccurrenceStartDate": {"Value": first, "Extent": last, "Op": "bt"}}
    return cohort


@pytest.fixture(params=KINDS)
def hospital(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Hospital]:
    path = warehouse(tmp_path)
    found = Hospital(tmp_path, make_place(request.param, tmp_path, path), path=path)
    yield found
    found.bench.close()


@pytest.fixture
def embedded(tmp_path: Path) -> Generator[Hospital]:
    path = warehouse(tmp_path)
    found = Hospital(tmp_path, make_place("duckdb", tmp_path, path), path=path)
    yield found
    found.bench.close()


def small_group(told: dict[str, Any]) -> int:
    """What the attacker makes of one answer: the patients that the cohort leaves out."""
    return PATIENTS - told["persons"]["count"]


def test_everybody_but_three_are_told_as_everybody(hospital: Hospital) -> None:
    less, whole = hospital.ask(range(3, PATIENTS)), hospital.ask(range(PATIENTS), requester="bob")
    assert less == whole, "nobody learns whether somebody is left out"
    assert less["persons"] == {"count": PATIENTS}
    assert less["repeated"]
    assert hospital.ask(range(50))["persons"] == {"count": 50}


def test_with_the_first_set_switched_off_three_persons_are_found(
    embedded: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.Everyone, "rank", lambda self, rank: None)
    assert small_group(embedded.ask(range(3, PATIENTS))) == 3


def test_who_is_in_neither_of_two_parts_is_not_counted(hospital: Hospital) -> None:
    assert hospital.ask(range(50))["persons"] == {"count": 50}
    assert hospital.ask(range(55, PATIENTS))["persons"] == {"suppressed": "protected"}
    assert hospital.ask(range(61, PATIENTS))["persons"] == {"count": 39}


def test_who_is_in_both_of_two_parts_that_cover_everybody_is_not_counted(hospital: Hospital) -> None:
    assert hospital.ask(range(55))["persons"] == {"count": 55}
    assert hospital.ask(range(50, PATIENTS))["persons"] == {"suppressed": "protected"}


def test_two_patients_who_arrive_are_not_counted(embedded: Hospital, tmp_path: Path) -> None:
    """The whole that alice was told stays among the sets; the next night's whole is another."""
    assert embedded.ask(range(PATIENTS))["persons"] == {"count": PATIENTS}
    warehouse(tmp_path / "next", patients=PATIENTS + 2).replace(embedded.path)
    assert embedded.ask(range(PATIENTS + 2))["persons"] == {"count": PATIENTS}


@pytest.mark.parametrize("counts", [NOISY, BANDS], ids=["noise", "bands"])
def test_inexact_numbers_hide_the_few_who_are_left_out_too(
    embedded: Hospital, counts: dict[str, Any]
) -> None:
    whole, *less = [embedded.ask(range(left, PATIENTS), counts=counts)["persons"] for left in range(11)]
    assert less == [whole] * 10
