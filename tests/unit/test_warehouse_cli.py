"""The commands on a warehouse, as a person types them."""

import json
import re
from pathlib import Path

import pytest

from maillage.cli.main import run
from tests.support.omop import people, write_csv, write_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "omop", {"person": [dict(row, shoe_size=1) for row in people(1, 2, 3)]})


def test_load_then_info_then_object(tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = str(tmp_path / "w.duckdb")
    assert run(["warehouse", "load", str(folder), "--to", target, "--name", "CHU"]) == 0
    told = capsys.readouterr().out
    assert "shoe_size" in told
    assert "3 personnes visibles" in told.replace("\n", " ")
    assert "n’a pas de vocabulaire" in told.replace("\n", " ")

    persons = str(write_csv(tmp_path / "p.csv", [{"person_id": 2}]))
    assert run(["warehouse", "object", target, "--persons", persons]) == 0
    assert "1 opposition ajoutée" in capsys.readouterr().out
    assert run(["warehouse", "info", target, "--json"]) == 0
    info = json.loads(capsys.readouterr().out)
    assert (info["source_name"], info["persons"], info["withheld"], info["cdm_version"]) == (
        "CHU",
        2,
        1,
        "5.4",
    )

    assert run(["warehouse", "object", target, "--persons", persons, "--withdraw"]) == 0
    assert run(["warehouse", "info", target]) == 0
    told = capsys.readouterr().out
    assert "Personnes visibles  3" in told
    assert re.search("Vocabulaire +aucun", told)


def test_a_mistake_is_told_with_its_exit_code(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["warehouse", "info", str(tmp_path / "absent.duckdb")]) == 3
    assert "Que faire" in capsys.readouterr().err
    (folder / "person.csv").write_text("person_id\n", encoding="utf-8")
    assert run(["warehouse", "load", str(folder), "--to", str(tmp_path / "w.duckdb")]) == 2
    assert "person.csv" in capsys.readouterr().err
