"""The example of docs/warehouse-tables.md loads, and gives what the page says."""

import re
from pathlib import Path

import pytest

from maillage.cli.main import run
from maillage.warehouse.info import read_info
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "warehouse-tables.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^`([\w.]+)`:\n\n```(?:text|yaml)\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL))


def test_the_example_loads_what_the_page_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "extract"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="windows-1252" if name.endswith(".csv") else "utf-8")
    mapping, target = str(folder / "mapping.yaml"), tmp_path / "chu.duckdb"
    assert run(["warehouse", "map", "--check", mapping, "--from", str(folder)]) == 0
    loading = ["warehouse", "load-tables", mapping, "--from", str(folder), "--to", str(target)]
    assert run([*loading, "--batch", "records"]) == 0
    rows = read_info(target).rows
    told = re.search(r"It loads (.+?);", PAGE)
    assert told
    nouns = {"persons": "person", "death": "death", "visits": "visit_occurrence"}
    nouns |= {"conditions": "condition_occurrence", "measurements": "measurement"}
    claims = re.findall(r"(\d+) (\w+)", told[1])
    assert len(claims) == len(nouns)
    for count, noun in claims:
        assert rows[nouns[noun]] == int(count), noun
    assert "cellules illisibles laissées vides (1)" in capsys.readouterr().out
