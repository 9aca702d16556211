"""A joint question runs the cohort once; each part is what it is when asked alone."""

import json
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import pytest

from maillage.analysis.base import Contribution, LocalAnswer, hash_question
from maillage.analysis.registry import find_spec, load_combine, load_local, read_parameters
from maillage.analysis.several import local
from maillage.cohort import parse_expression
from maillage.disclosure import DisclosureRules
from maillage.disclosure.gates import ExactGate
from maillage.node.worker.guard import History, ReleaseGuard, find_scope
from maillage.node.worker.releases import Asked, Releases
from maillage.warehouse.engines.duckdb import DuckDBEngine, open_warehouse
from maillage.warehouse.errors import EngineError
from maillage.warehouse.synthetic import synthesize
from tests.support.cohorts import COHORT

RULES = DisclosureRules()
JOINT: Mapping[str, Any] = find_spec("several").example
SCOPE = find_scope(permit="sha256:" + "cd" * 32, requester="alice")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("joint") / "hcl.duckdb"
    synthesize("hcl", patients=2000, target=path)
    return path


@pytest.fixture
def engine(warehouse: Path) -> Generator[DuckDBEngine]:
    with open_warehouse(warehouse, threads=1) as engine:
        yield engine


class Hospital:
    """Answers questions of one cohort, each through the gate and the file of its own requester."""

    def __init__(self, folder: Path, engine: DuckDBEngine) -> None:
        folder.mkdir()
        self._releases = Releases(folder)
        self._engine = engine
        self._asked = 0

    def answer(self, name: str, parameters: Mapping[str, Any]) -> LocalAnswer:
        self._asked += 1
        spec, document = find_spec(name), json.loads(json.dumps(dict(parameters)))
        question = hash_question(name, version=spec.version, parameters=document)
        guard = ReleaseGuard(
            self._releases,
            History(self._releases, scope=SCOPE),
            job=f"task-{self._asked}",
            floor=RULES.floor,
            asked=Asked(question, "diabetes"),
        )
        return load_local(name)(
            cohort=parse_expression(COHORT),
            parameters=read_parameters(spec, document),
            engine=self._engine,
            gate=ExactGate(RULES, guard),
        )

    def ask(self, name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        return self.answer(name, parameters).content.model_dump(mode="json")


def test_each_part_is_what_it_is_when_asked_alone(tmp_path: Path, engine: DuckDBEngine) -> None:
    joint = Hospital(tmp_path / "joint", engine).ask("several", JOINT)
    alone = Hospital(tmp_path / "alone", engine)
    for part, asked in zip(joint["parts"], JOINT["parts"], strict=True):
        assert part["content"] == alone.ask(asked["analysis"], asked["parameters"]), asked["analysis"]
    assert [part["content"]["persons"] for part in joint["parts"]][:2] == [joint["persons"]] * 2
    combined = load_combine("several")(
        {site: Contribution(joint, shown_alone=True) for site in "abc"}, floor=11, minimum_sites=3
    )
    for part, told in zip(joint["parts"], combined["parts"], strict=True):
        three = {site: Contribution(part["content"], shown_alone=True) for site in "abc"}
        assert told["document"] == load_combine(part["analysis"])(three, floor=11, minimum_sites=3)


def test_asked_again_it_repeats_and_so_does_a_part_alone(tmp_path: Path, engine: DuckDBEngine) -> None:
    hospital = Hospital(tmp_path / "hcl", engine)
    first, again = (hospital.ask("several", JOINT) for _time in range(2))
    assert (first["repeated"], again["repeated"]) == (False, True)
    count, table1, *_others = JOINT["parts"]
    assert hospital.ask("characterise", table1["parameters"]) == again["parts"][1]["content"]
    fresh = {"parts": [count, {"analysis": "flows", "parameters": {}}]}
    mixed = hospital.ask("several", fresh)
    assert [part["content"]["repeated"] for part in mixed["parts"]] == [True, False]
    assert not mixed["repeated"], "one part is new, so that it is no mere repetition"


def test_the_cohort_is_run_once_and_its_persons_are_read_once(
    tmp_path: Path, engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an engine is asked for: the joint question makes the cohort's tables as one of its parts does."""
    made: list[str] = []
    create = engine.create_temp
    monkeypatch.setattr(engine, "create_temp", lambda name, query: made.append(name) or create(name, query))

    def list_made(name: str, parameters: Mapping[str, Any]) -> list[str]:
        made.clear()
        Hospital(tmp_path / f"h{len(list(tmp_path.iterdir()))}", engine).ask(name, parameters)
        # Without the part that is drawn anew for each run.
        return sorted(one.split("_", 2)[2] for one in made)

    alone = [list_made(part["analysis"], part["parameters"]) for part in JOINT["parts"]]
    joint = list_made("several", JOINT)
    of_cohort = alone[0]
    assert of_cohort, "a count makes the cohort's tables and no other"
    assert [joint.count(name) for name in of_cohort] == [alone[0].count(name) for name in of_cohort]
    assert (joint.count("index"), sum(one.count("index") for one in alone)) == (1, 3)
    assert len(joint) == sum(map(len, alone)) - 3 * len(of_cohort) - 2


class BrokenError(Exception):
    """Something that nobody foresaw."""


@pytest.mark.parametrize("broken", ["characterise", "count"])
def test_a_part_that_breaks_takes_no_other_along(
    tmp_path: Path, engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    break_part(monkeypatch, broken, BrokenError("Durand, born 31/12/1950"))
    answer = Hospital(tmp_path / "hcl", engine).answer("several", JOINT)
    content = answer.content.model_dump(mode="json")
    told = {part["analysis"]: part["content"] for part in content["parts"]}
    assert [name for name, content in told.items() if content is None] == [broken]
    assert [type(error) for error in answer.troubles] == [BrokenError]
    assert "Durand" not in json.dumps(content)
    assert "count" in content["persons"]
    find_spec("several").content.model_validate(content)


def test_when_all_break_there_is_no_answer(
    tmp_path: Path, engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in JOINT["parts"]:
        break_part(monkeypatch, part["analysis"], BrokenError())
    with pytest.raises(BrokenError):
        Hospital(tmp_path / "hcl", engine).ask("several", JOINT)


def test_an_engine_that_fails_ends_the_question(
    tmp_path: Path, engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parts that follow would read from a session that is no longer trusted."""
    break_part(monkeypatch, "characterise", EngineError("down"))
    with pytest.raises(EngineError):
        Hospital(tmp_path / "hcl", engine).ask("several", JOINT)


def break_part(monkeypatch: pytest.MonkeyPatch, name: str, error: Exception) -> None:
    before = local.load_local

    def fail(**_asked: object) -> LocalAnswer:
        raise error

    monkeypatch.setattr(local, "load_local", lambda asked: fail if asked == name else before(asked))
