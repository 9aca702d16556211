"""A short campaign of `make fuzz`, the same at each run, and proof that it would see what it looks for."""

import json
from collections.abc import Generator
from pathlib import Path
from random import Random

import pytest
from sqlglot import exp

from maillage.cohort.compile import filters
from maillage.warehouse.engines.base import Engine
from tests.support.circe import FULL, cohort
from tests.support.cohorts import COHORT
from tests.support.fuzz.campaign import Campaign
from tests.support.fuzz.mutate import MARK
from tests.support.fuzz.probe import FuzzError, probe
from tests.support.fuzz.rows import one_of_each
from tests.support.omop import open_tables

INPUTS = 200


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Generator[Engine]:
    with open_tables(tmp_path_factory.mktemp("fuzz"), one_of_each()) as opened:
        yield opened


def test_no_input_breaks_a_promise(engine: Engine) -> None:
    campaign = Campaign([FULL, COHORT], engine=engine, seed=20_261)
    report = campaign.run(more=lambda report: report.executions < INPUTS)
    assert report.failures == {}
    assert report.outcomes["compiled"] > INPUTS / 10, "else the compiler was hardly reached"
    assert report.outcomes["refused"] > INPUTS / 10, "else nothing was broken"
    assert report.kept > 20, "else nothing guided it"


def marked() -> bytes:
    text = {"Text": f"{MARK}", "Op": "eq"}
    return json.dumps(cohort({"Observation": {"ValueAsString": text}})).encode()


def test_a_text_is_seen_where_it_may_be(engine: Engine) -> None:
    assert probe(marked(), engine=engine, random=Random(0), deep=True).compiled


@pytest.mark.parametrize("syntax", [exp.column, lambda value: exp.Literal.number(value)])
def test_a_text_that_became_syntax_is_found(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, syntax: object
) -> None:
    monkeypatch.setattr(filters, "text", syntax)
    with pytest.raises(FuzzError, match="a text became"):
        probe(marked(), engine=engine, random=Random(0), deep=True)


def test_a_slow_input_is_found(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.fuzz.probe.READ_SECONDS", 0.0)
    with pytest.raises(FuzzError, match="took"):
        probe(marked(), engine=engine, random=Random(0), deep=False)


def test_a_plan_that_the_engine_refuses_is_found(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(filters, "text", lambda _value: exp.column("nowhere"))
    campaign = Campaign([json.loads(marked())], engine=engine, seed=0)
    report = campaign.run(more=lambda report: report.executions < 1)
    (failure,) = report.failures
    assert failure.startswith("EngineError warehouse/engines/duckdb.py")
