"""`maillage warehouse report` as an engineer types it."""

import re
from pathlib import Path

import pytest

from maillage.cli.main import run
from maillage.warehouse.quality.document import ReportDocument
from tests.support.nodes import make_node
from tests.support.omop import load_tables
from tests.support.quality import TABLES

SECRETS = ("27903512151898", "180012A004005", "8000123456", "GLIMS0", "hypertension")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(load_tables(tmp_path_factory.mktemp("quality"), TABLES))


def read(path: Path) -> ReportDocument:
    return ReportDocument.model_validate_json(path.read_bytes())


def test_a_page_and_a_document_are_written_for_their_owner_alone(
    warehouse: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["warehouse", "report", warehouse, "--out", str(tmp_path / "rapport")]) == 0
    files = {path.name: path for path in (tmp_path / "rapport").iterdir()}
    assert set(files) == {"report.html", "report.json"}
    assert {path.stat().st_mode & 0o777 for path in files.values()} == {0o600}
    document = read(files["report.json"])
    assert document.persons == 5
    assert [one.item for one in document.lines if one.persons == "all but <11"]
    page = files["report.html"].read_text(encoding="utf-8")
    for secret in SECRETS:
        assert secret not in page + files["report.json"].read_text(encoding="utf-8")
    assert "hôpital" in capsys.readouterr().out


def test_an_exact_report_in_english_names_rare_codes(warehouse: str, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    assert run(["warehouse", "report", warehouse, "--out", str(target), "--exact", "--lang", "en"]) == 0
    page = target.read_text(encoding="utf-8")
    assert '<html lang="en">' in page
    assert "GLIMS0" in page
    assert not re.search(r"[éèêàçœ’]", page.split("</style>")[1])


def test_without_a_file_the_lines_are_told(warehouse: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["warehouse", "report", warehouse, "--exact"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"3\.a\.2 Créatinine +2 +40\s%", out)


def test_a_line_whose_codes_the_vocabulary_lacks_is_unknown_and_no_zero(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = str(load_tables(tmp_path, {name: rows for name, rows in TABLES.items() if name != "concept"}))
    assert run(["warehouse", "report", bare, "--exact"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"3\.a\.2 Créatinine +inconnu +– +inconnu", out)
    assert "aucun des codes LOINC" in out
    assert run(["warehouse", "report", bare, "--out", str(tmp_path / "report.json")]) == 0
    lines = {one.item: one for one in read(tmp_path / "report.json").lines}
    assert (lines["3.a.2"].rows, lines["3.a.2"].persons) == (None, None)
    assert lines["2.1"].persons is not None
    assert run(["warehouse", "report", bare, "--out", str(tmp_path / "report.html")]) == 0
    assert "codes inconnus du vocabulaire" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_register_of_a_node_applies(warehouse: str, tmp_path: Path) -> None:
    node = make_node(tmp_path / "node", path=warehouse)
    listed = tmp_path / "liste.csv"
    listed.write_text("ins\n2 79 03 51 215 189 89\n", encoding="utf-8")
    command = ["node", "objections", "import", str(node.folder), str(listed), "--by", "Dr Faure"]
    assert run(command) == 0
    target = tmp_path / "report.json"
    report = ["warehouse", "report", warehouse, "--out", str(target), "--exact"]
    assert run([*report, "--node", str(node.folder)]) == 0
    # Person 3 too: their source value is the same NIR without its key.
    assert read(target).persons == 3


def test_a_place_that_cannot_be_written_is_an_error_not_a_traceback(warehouse: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert run(["warehouse", "report", warehouse, "--out", str(tmp_path / "file" / "x.html")]) == 2
