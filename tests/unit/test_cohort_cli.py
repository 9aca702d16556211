"""`maillage cohort`, as a person types it."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from maillage.cli.main import run
from maillage.cohort import parse_expression
from tests.support.circe import cohort, concepts, observed
from tests.support.omop import load_tables


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A warehouse, and two definitions beside it."""
    rows = [{"person_id": 1, "condition_start_date": "2020-03-01"}]
    load_tables(tmp_path, {**observed(1, 2), "condition_occurrence": rows, "concept": concepts(1)})
    (tmp_path / "definitions").mkdir()
    for name, domain in (("a", "ConditionOccurrence"), ("b", "Death")):
        (tmp_path / "definitions" / f"{name}.json").write_text(json.dumps(cohort({domain: {}})))
    return tmp_path


def command(folder: Path, *arguments: str) -> int:
    warehouse, out = str(folder / "test.duckdb"), str(folder / "rows.parquet")
    return run(["cohort", "run", *arguments, "--warehouse", warehouse, "--out", out])


def written(folder: Path) -> list[tuple[str, int]]:
    with duckdb.connect() as connection:
        return connection.execute(f"SELECT cohort, subject_id FROM '{folder}/rows.parquet'").fetchall()


@pytest.mark.parametrize("argument", ["definitions", "definitions/*.json", "definitions/a.json"])
def test_run_takes_files_folders_and_patterns(folder: Path, argument: str) -> None:
    assert command(folder, str(folder / argument)) == 0
    assert written(folder) == [("a", 1)]


def test_a_bad_definition_stops_with_its_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "definitions" / "c.json").write_text("{}")
    assert command(folder, str(folder / "definitions")) == 2
    assert "c.json" in capsys.readouterr().err.replace("\n", "")
    assert not (folder / "rows.parquet").exists()


def test_a_refused_feature_is_told_with_its_cohort(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused = cohort({"VisitOccurrence": {"PlaceOfServiceLocation": 1}})
    (folder / "definitions" / "refused.json").write_text(json.dumps(refused))
    assert command(folder, str(folder / "definitions")) == 4
    assert "refused" in capsys.readouterr().err
    assert not (folder / "rows.parquet").exists()


def test_keep_going_tells_and_goes_on(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused = cohort({"VisitOccurrence": {"PlaceOfServiceLocation": 1}})
    (folder / "definitions" / "c.json").write_text(json.dumps(refused))
    assert command(folder, str(folder / "definitions"), "--keep-going") == 0
    assert "PlaceOfServiceLocation" in capsys.readouterr().err
    assert written(folder) == [("a", 1)]


def test_a_pattern_without_a_file_is_an_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(folder, str(folder / "nothing" / "*.json")) == 2
    assert "nothing" in capsys.readouterr().err.replace("\n", "")


def test_two_files_of_one_name_are_an_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.json").write_text(json.dumps(cohort({"Death": {}})))
    assert command(folder, str(folder / "a.json"), str(folder / "definitions")) == 2
    assert "a" in capsys.readouterr().err


@pytest.mark.parametrize("engine", ["duckdb", "postgres", "spark"])
def test_sql_shows_a_script(folder: Path, capsys: pytest.CaptureFixture[str], engine: str) -> None:
    assert run(["cohort", "sql", str(folder / "definitions" / "a.json"), "--engine", engine]) == 0
    assert "FROM cohort_rows" in capsys.readouterr().out


def test_code_writes_the_python_of_a_definition(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cohort", "code", str(folder / "definitions" / "a.json")]) == 0
    namespace: dict[str, Any] = {}
    exec(capsys.readouterr().out, namespace)  # noqa: S102 - what our own command wrote
    expected = parse_expression((folder / "definitions" / "a.json").read_bytes())
    assert namespace["cohort"].build() == expected


def test_code_of_a_bad_definition_is_an_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "definitions" / "c.json").write_text("{}")
    assert run(["cohort", "code", str(folder / "definitions" / "c.json")]) == 2
    assert "PrimaryCriteria" in capsys.readouterr().err
    assert run(["cohort", "code", str(folder / "absent.json")]) == 2


def test_explain_prints_sentences_in_the_language_asked_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    definition = str(folder / "definitions" / "b.json")
    assert run(["cohort", "explain", definition]) == 0
    assert "Un décès, quelle qu’en soit la cause." in capsys.readouterr().out
    assert run(["cohort", "explain", definition, "--lang", "en"]) == 0
    assert "A death, whatever its cause." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("form", "start"), [("text", "Cohorte"), ("markdown", "# "), ("html", "<!doctype html>"), ("json", "{")]
)
def test_explain_prints_the_form_asked_for(
    folder: Path, capsys: pytest.CaptureFixture[str], form: str, start: str
) -> None:
    assert run(["cohort", "explain", str(folder / "definitions" / "a.json"), "--format", form]) == 0
    assert capsys.readouterr().out.startswith(start)


def test_explain_draws_the_timeline(folder: Path) -> None:
    drawing = folder / "frise.svg"
    assert run(["cohort", "explain", str(folder / "definitions" / "a.json"), "--timeline", str(drawing)]) == 0
    assert drawing.read_text(encoding="utf-8").startswith("<svg")


def test_explain_tells_where_it_cannot_draw(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = str(folder / "nowhere" / "frise.svg")
    assert run(["cohort", "explain", str(folder / "definitions" / "a.json"), "--timeline", nowhere]) == 2
    assert "frise.svg" in capsys.readouterr().err.replace("\n", "")
