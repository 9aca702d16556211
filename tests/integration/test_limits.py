"""Queries that would take the machine along: stopped by time or memory, with an error that says which."""

import json
import tempfile
import threading
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from sqlglot import exp, parse_one

from maillage.cli.main import run
from maillage.cohort import parse_expression
from maillage.cohort.run import run_cohort
from maillage.warehouse.engines.duckdb import DuckDBEngine, open_warehouse
from maillage.warehouse.engines.limits import time_limit
from maillage.warehouse.errors import MemoryLimitError, QueryInterruptedError, TimeLimitError
from tests.support.heavy import EVENTS, LONG, WIDE, load_heavy

PAIRS = (
    "SELECT a.condition_occurrence_id AS a, b.condition_occurrence_id AS b"
    " FROM condition_occurrence AS a JOIN condition_occurrence AS b ON a.person_id = b.person_id"
)
"""4 · 10¹⁰ rows."""


def query(text: str) -> exp.Query:
    found = parse_one(text, read="duckdb")
    assert isinstance(found, exp.Query)
    return found


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return load_heavy(tmp_path_factory.mktemp("heavy"))


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which every temporary file of this test lies."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def engine(warehouse: Path, scratch: Path) -> Generator[DuckDBEngine]:
    with open_warehouse(warehouse, memory_limit="150MB", threads=1) as opened:
        yield opened


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def count_rows(engine: DuckDBEngine) -> int:
    return engine.fetch(query("SELECT count(*) FROM condition_occurrence"))[0][0]


PHASES: dict[str, Callable[[DuckDBEngine, Path], object]] = {
    "a temporary table": lambda engine, _to: engine.create_temp(
        "pairs", query(f"SELECT count(*) AS n FROM ({PAIRS}) AS p WHERE p.a + p.b > 0")
    ),
    "an answer of one row": lambda engine, _to: engine.fetch(
        query(f"SELECT count(*) AS n FROM ({PAIRS}) AS p WHERE p.a + p.b > 0")
    ),
    "a Parquet file": lambda engine, to: engine.write_parquet(query(PAIRS), to),
}


# DuckDB 2.0 waits for those who write its Parquet files, and cannot be interrupted there (duckdb pull request
# 25564): one interruption in some hundreds never comes back. A hospital's node writes no such file.
RARELY_DEAF = {"a Parquet file"}


@pytest.mark.parametrize(
    "phase", [pytest.param(one, marks=[pytest.mark.long] if one in RARELY_DEAF else []) for one in PHASES]
)
def test_a_query_is_interrupted_in_every_phase(
    engine: DuckDBEngine, scratch: Path, tmp_path: Path, phase: str
) -> None:
    timer = threading.Timer(1, engine.interrupt)
    timer.start()
    with pytest.raises(QueryInterruptedError):
        PHASES[phase](engine, tmp_path / "rows.parquet")
    timer.join()
    assert files(scratch) == []
    assert not (tmp_path / "rows.parquet").exists()
    assert count_rows(engine) == EVENTS + 20, "the session goes on"


def test_an_interruption_between_two_queries_is_not_lost(engine: DuckDBEngine) -> None:
    def think_then_ask() -> None:
        with time_limit(engine, seconds=0.2):
            threading.Event().wait(0.6)
            engine.fetch(query(f"SELECT count(*) AS n FROM ({PAIRS}) AS p WHERE p.a + p.b > 0"))

    with pytest.raises(TimeLimitError) as caught:
        think_then_ask()
    assert "0.2" in caught.value.why


def test_time_ends_a_cohort_whose_rows_explode(engine: DuckDBEngine) -> None:
    with (
        pytest.raises(TimeLimitError) as caught,
        time_limit(engine, seconds=1),
        run_cohort(parse_expression(LONG), engine=engine),
    ):
        pass
    assert caught.value.remedy
    assert not engine._temporary
    assert count_rows(engine) == EVENTS + 20


def test_memory_ends_a_cohort_whose_rows_explode(engine: DuckDBEngine, scratch: Path) -> None:
    with pytest.raises(MemoryLimitError) as caught, run_cohort(parse_expression(WIDE), engine=engine):
        pass
    assert "mémoire" in caught.value.what
    assert caught.value.remedy
    assert files(scratch) == [], "nothing of a patient spilled over to the disk"
    assert not engine._temporary
    assert count_rows(engine) == EVENTS + 20


def test_what_ends_in_time_is_not_told_otherwise(engine: DuckDBEngine) -> None:
    with time_limit(engine, seconds=600):
        assert count_rows(engine) == EVENTS + 20
    with pytest.raises(MemoryLimitError), time_limit(engine, seconds=600):
        engine.create_temp("pairs", query(PAIRS))


LIMITS = {
    "time": (LONG, ["--time-limit", "1"], "temps"),
    "memory": (WIDE, ["--memory", "150MB"], "mémoire"),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_the_command_ends_with_the_limit_and_leaves_nothing(
    warehouse: Path, scratch: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], limit: str
) -> None:
    expression, options, word = LIMITS[limit]
    definition, out = tmp_path / "heavy.json", tmp_path / "rows.parquet"
    definition.write_text(json.dumps(expression))
    common = [str(definition), "--warehouse", str(warehouse), "--threads", "1", *options]
    assert run(["cohort", "run", *common, "--out", str(out)]) == 7
    told = capsys.readouterr().err
    assert word in told
    assert "Traceback" not in told
    assert list(tmp_path.iterdir()) == [definition, scratch] or not out.exists()
    assert list(scratch.iterdir()) == []


def test_a_profile_that_is_stopped_shows_where(
    warehouse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    definition = tmp_path / "heavy.json"
    definition.write_text(json.dumps(LONG))
    common = [str(definition), "--warehouse", str(warehouse), "--threads", "1", "--time-limit", "3"]
    assert run(["cohort", "profile", *common, "--json"]) == 7
    told = capsys.readouterr()
    assert "temps permis" in told.err
    document = json.loads(told.out)
    assert document["stopped_at"] == "$.InclusionRules[0].expression.CriteriaList[0]"
    entry = next(
        part for part in document["parts"] if part["path"].startswith("$.PrimaryCriteria.CriteriaList")
    )
    assert entry["steps"][0]["rows"] == EVENTS + 20
    assert entry["steps"][0]["persons"] == 21
