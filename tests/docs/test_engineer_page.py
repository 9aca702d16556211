"""docs/quickstart-engineer.md: its commands run, on data written as the page names them."""

import re
import shlex
from collections.abc import Generator
from pathlib import Path

import pytest
from rich.console import Console
from sqlglot import exp

from maillage.base.keys import SigningKey
from maillage.cli.demo.hospitals import brought_hospitals
from maillage.cli.main import run
from maillage.cli.source_options import Reading
from maillage.node.folder import open_node
from maillage.warehouse.engines.open import open_engine
from maillage.warehouse.intake import recognise
from maillage.warehouse.intake.recognise import KINDS
from tests.conftest import ROOT
from tests.support.doors import POSTGRES, SCHEMA, Doors, open_doors

PAGE = (ROOT / "docs" / "quickstart-engineer.md").read_text(encoding="utf-8")
DEMOS = re.findall(r"^maillage (demo .+)$", PAGE, re.MULTILINE)
NODES = re.findall(r"^maillage (node init .+)$", PAGE, re.MULTILINE)
KINDS_SHOWN = ["fhir", "pmsi", "tables", "postgres"]
LONG = ("pmsi", "tables")
ADDRESS = "postgresql://lecteur@db.chu.example/omop"
PATIENTS = 300

pytestmark = pytest.mark.xdist_group("conformance-postgres")


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Generator[Doors]:
    with open_doors(tmp_path_factory.mktemp("page"), patients=PATIENTS) as found:
        yield found


@pytest.fixture(autouse=True)
def beside(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folders and the list that the page names lie where its reader stands."""
    monkeypatch.chdir(doors.objections.parent)


def words(line: str, doors: Doors) -> list[str]:
    """A command of the page, with the address of a server that is there."""
    return [word.replace(ADDRESS, doors.sources[POSTGRES]) for word in shlex.split(line)]


def test_the_page_shows_both_commands_for_each_kind() -> None:
    assert len(DEMOS) == len(NODES) == len(KINDS_SHOWN)
    assert re.findall(r"^\| `(\w+):` \|", PAGE, re.MULTILINE) == list(KINDS)


@pytest.mark.parametrize(("line", "kind"), [*zip(NODES, KINDS_SHOWN, strict=True)], ids=KINDS_SHOWN)
def test_a_node_is_made_of_each_kind(doors: Doors, tmp_path: Path, line: str, kind: str) -> None:
    given = words(line, doors)
    given[2] = str(tmp_path / "node")
    given[given.index("--hub-key") + 1] = SigningKey.generate().public.text
    schema = ["--schema", SCHEMA] if kind == "postgres" else []
    assert run([*given, *schema]) == 0
    engine = open_engine(open_node(tmp_path / "node").place)
    try:
        ((persons,),) = engine.fetch(exp.select("count(*)").from_("person"))
    finally:
        engine.close()
    assert 0 < persons <= PATIENTS
    assert (recognise(given[given.index("--from") + 1])).kind == kind


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        pytest.param(line, kind, id=kind, marks=[pytest.mark.long] if kind in LONG else [])
        for line, kind in zip(DEMOS, KINDS_SHOWN, strict=True)
    ],
)
def test_the_demo_takes_each_kind(doors: Doors, tmp_path: Path, line: str, kind: str) -> None:
    """Up to the network, which tests/integration/test_one_command.py starts."""
    given = words(line, doors)
    reading = Reading(
        objections=doors.objections if "--objections" in given else None,
        cdm_schema=SCHEMA if kind == "postgres" else None,
    )
    hospitals = brought_hospitals(
        [given[given.index("--data") + 1]],
        folder=tmp_path,
        patients=100,
        reading=reading,
        decisions={},
        console=Console(quiet=True),
    )
    assert len(hospitals) == 4
    assert hospitals[0].id == "hcl"
    assert kind in ("postgres", str(hospitals[0].warehouse).removesuffix(".duckdb").rpartition("-")[2])
