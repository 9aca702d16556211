"""The guide's analysis, written to a folder as the guide says, is asked of four hospitals."""

import re
from pathlib import Path

import pytest

from maillage import analysis
from maillage.analysis.asking import find_label
from maillage.analysis.registry import installed_analyses, list_analyses, load_chart, load_words
from maillage.hub.portal.fields.filled import read_form, require, start_form
from maillage.hub.portal.fields.shapes import Widget, find_form
from maillage.warehouse.synthetic import synthesize
from tests.conftest import ROOT
from tests.support.cohorts import COHORT
from tests.support.completeness import find_gaps
from tests.support.federation import ask_all, read_cohort, values_of

PAGE = ROOT / "docs" / "adding-an-analysis.md"
BLOCK = re.compile(r"```python\n# weekday/(?P<name>\w+\.py)\n(?P<code>.*?)```", re.DOTALL)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the guide writes, and no other change."""
    folder = tmp_path / "weekday"
    folder.mkdir()
    (folder / "__init__.py").touch()
    for block in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        (folder / block["name"]).write_text(block["code"], encoding="utf-8")
    monkeypatch.setattr(analysis, "__path__", [*analysis.__path__, str(tmp_path)])
    return folder


def test_the_guides_analysis_works_by_its_folder_alone(installed: Path, tmp_path: Path) -> None:
    assert {path.name for path in installed.glob("*.py")} == {
        *("__init__.py", "spec.py", "local.py", "combine.py", "withhold.py", "chart.py", "words.py"),
        "additive.py",
    }
    assert "weekday" in list_analyses()
    assert installed_analyses()["weekday"].code.startswith("sha256:")
    warehouse = tmp_path / "hcl.duckdb"
    synthesize("hcl", patients=2000, target=warehouse)
    document = ask_all(warehouse, "weekday", COHORT, {}, shares=(1, 1, 1, 1))
    pooled = read_cohort(warehouse, COHORT)["index_date"].dt.dayofweek.add(1).value_counts()
    assert values_of(document, "day") == {str(day): number for day, number in pooled.items()}
    (chart,) = load_chart("weekday").charts(document)
    assert chart.table.rows[0]["row"] == "lundi"


def test_its_form_is_made_of_its_parameters_and_words(installed: Path) -> None:
    form = find_form("weekday")
    assert [(one.name, one.widget) for one in form.fields] == [("weekend", Widget.SWITCH)]
    assert find_label("weekend", words=load_words("weekday")) == "Samedi et dimanche ensemble"
    assert require(read_form("weekday", {"weekend": "on"})) == {"weekend": True}
    assert require(start_form("weekday")) == {}


def test_all_it_lacks_is_its_page(installed: Path) -> None:
    assert find_gaps("weekday", docs=installed) == ["weekday.md is missing"]
