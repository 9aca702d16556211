"""Each analysis is whole, asks the gate before it answers, lets nothing leave that it does not declare."""

import json
from collections.abc import Generator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from maillage import analysis
from maillage.analysis.base import Contribution, SumQuestion
from maillage.analysis.registry import (
    find_spec,
    is_additive,
    list_analyses,
    load_additive,
    load_chart,
    load_combine,
    load_local,
    load_withholding,
    load_words,
    read_parameters,
    refuse_sum,
)
from maillage.analysis.tabular.forms import TablesContent
from maillage.cohort import parse_expression
from maillage.disclosure import DisclosureRules
from maillage.disclosure.fixed_point import decode_summands, encode_summands
from maillage.disclosure.gates import ExactGate
from maillage.warehouse.engines.duckdb import DuckDBEngine, open_warehouse
from maillage.warehouse.synthetic import synthesize
from tests.conftest import ROOT
from tests.support.cohorts import COHORT
from tests.support.completeness import find_gaps

DOCS = ROOT / "docs" / "analyses"
RULES = DisclosureRules()

SUMMED: dict[str, dict[str, Any]] = {"characterise": {"domains": []}}
"""What an example leaves out under masks."""

every = pytest.mark.parametrize("name", list_analyses())
# Those of rounds are held against their declarations in tests/redteam/test_what_leaves.py.
at_once = pytest.mark.parametrize("name", [name for name in list_analyses() if not find_spec(name).rounds])


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Generator[DuckDBEngine]:
    path = tmp_path_factory.mktemp("warehouse") / "hcl.duckdb"
    synthesize("hcl", patients=2000, target=path)
    with open_warehouse(path, threads=1) as engine:
        yield engine


def answer(
    name: str, *, engine: DuckDBEngine, gate: Any, asked: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What leaves, as the JSON that is signed."""
    spec = find_spec(name)
    local = load_local(name)(
        cohort=parse_expression(COHORT),
        parameters=read_parameters(spec, json.loads(json.dumps(dict(asked or spec.example)))),
        engine=engine,
        gate=gate,
    )
    return json.loads(local.content.model_dump_json())


@every
def test_the_folder_is_whole(name: str) -> None:
    assert find_gaps(name, docs=DOCS) == []


@every
def test_its_example_is_answered_by_a_synthetic_hospital(name: str, engine: DuckDBEngine) -> None:
    content = answer(name, engine=engine, gate=ExactGate(RULES))
    assert "count" in content["persons"], "a form that is filled in with it shows something"


class GateAskedError(Exception):
    """The gate was asked."""


class ClosedGate:
    """Lets nothing through, and says that it was asked."""

    rules = RULES

    def __getattr__(self, _name: str) -> NoReturn:
        raise GateAskedError


@at_once
def test_nothing_is_answered_without_the_gate(name: str, engine: DuckDBEngine) -> None:
    with pytest.raises(GateAskedError):
        answer(name, engine=engine, gate=ClosedGate())


class UnsettledGate(ExactGate):
    """Shows numbers, and will not remember them."""

    def settle(self, content: object) -> NoReturn:
        raise GateAskedError


@at_once
def test_nothing_is_answered_before_it_is_remembered(name: str, engine: DuckDBEngine) -> None:
    with pytest.raises(GateAskedError):
        answer(name, engine=engine, gate=UnsettledGate(RULES))


@at_once
def test_what_leaves_is_what_the_spec_declares(name: str, engine: DuckDBEngine) -> None:
    content = answer(name, engine=engine, gate=ExactGate(RULES))
    spec = find_spec(name)
    assert json.loads(spec.content.model_validate(content).model_dump_json()) == content
    if spec.content is not TablesContent:
        return
    forms = import_module(f"maillage.analysis.{name}.spec").FORMS
    assert {table["id"] for table in content["tables"]} <= forms.keys()
    assert any(table["rows"] for table in content["tables"]), "the example shows something"
    for table in content["tables"]:
        assert table.keys() == {"id", "rows", "rest"}
        for row in table["rows"]:
            assert row.keys() == {"key", "persons", "amounts"}
            assert row["amounts"].keys() in (set(), forms[table["id"]].amounts.keys())


@at_once
def test_the_hub_takes_it_a_checker_hides_it_a_chart_draws_it(name: str, engine: DuckDBEngine) -> None:
    content = answer(name, engine=engine, gate=ExactGate(RULES))
    withholding, combine = load_withholding(name), load_combine(name)
    assert load_words(name).title
    parts = {site: Contribution(content, shown_alone=True) for site in "abc"}
    document = combine(parts, floor=RULES.floor, minimum_sites=3)
    assert document["contributing"] == ["a", "b", "c"]
    assert load_chart(name).charts(document)
    names = {cell.name for cell in withholding.list_cells(content)}
    assert {cell.name for cell in withholding.list_combined(document)} <= names
    for names_hidden in ({"persons"}, names, set(withholding.PARTS)):
        hidden = withholding.withhold(content, names=names_hidden)
        masked = combine(
            {site: Contribution(hidden, shown_alone=True) for site in "abc"}, floor=11, minimum_sites=3
        )
        load_chart(name).charts(masked)
        assert find_spec(name).content.model_validate(hidden)


@at_once
def test_of_nobody_nothing_is_told(name: str, engine: DuckDBEngine) -> None:
    """Thirty thousand persons are the floor: the form is the same, without a number."""
    rules = DisclosureRules(floor=30_000)
    content = answer(name, engine=engine, gate=ExactGate(rules))
    cells = load_withholding(name).list_cells(content)
    assert {type(cell.cell).__name__ for cell in cells} == {"Suppressed"}
    document = load_combine(name)({"a": Contribution(content, True)}, floor=11, minimum_sites=3)
    load_chart(name).charts(document)


@pytest.mark.parametrize(
    "name", [name for name in list_analyses() if is_additive(name) and not find_spec(name).rounds]
)
def test_under_masks_it_says_what_it_says_of_hospitals_that_are_read(name: str, engine: DuckDBEngine) -> None:
    """Three hospitals of the same patients, each with its own floor: they hide different cells."""
    spec, additive = find_spec(name), load_additive(name)
    asked = dict(spec.example) | SUMMED.get(name, {})
    assert refuse_sum(name, asked) == ""
    told = {
        site: answer(name, engine=engine, gate=ExactGate(DisclosureRules(floor=floor)), asked=asked)
        for site, floor in zip("abc", (11, 25, 60), strict=True)
    }
    question = SumQuestion(read_parameters(spec, asked), year=2026)
    terms = [encode_summands(additive.flatten(one, question=question)) for one in told.values()]
    summands = decode_summands(
        np.sum(terms, axis=0), amounts=additive.count_amounts(question), hospitals=len(told)
    )
    masked = additive.assemble(summands, question=question, sites=sorted(told), floor=11)
    read = {site: Contribution(one, shown_alone=False) for site, one in told.items()}
    plain = load_combine(name)(read, floor=11, minimum_sites=3)
    assert masked.keys() == plain.keys()
    assert load_chart(name).charts(masked)
    assert list_shown(masked) == approx(list_shown(plain))
    assert masked.get("figures") == approx(plain.get("figures"))


def list_shown(document: dict[str, Any]) -> list[Any]:
    """Every row that has a number, and the whole."""
    tables = [*document.get("tables", ()), {"id": "year", "rows": document.get("years", ())}]
    rows = [[table["id"], row] for table in tables for row in table["rows"]]
    shown = [one for one in rows if "suppressed" not in one[1]["persons"]]
    return [document["persons"], document["contributing"], document.get("steps"), shown]


def approx(value: Any) -> Any:
    """The same, with numbers to the precision of a masked sum, for a comparison."""
    match value:
        case dict():
            return {key: approx(one) for key, one in value.items()}
        case list():
            return [approx(one) for one in value]
        case float():
            return pytest.approx(value, rel=1e-9)
        case _:
            return value


def test_a_folder_without_gate_chart_or_page_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "leaky"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "spec.py").write_text(
        "from pydantic import BaseModel\n"
        "from maillage.analysis.base import Spec, WireModel\n"
        "class Content(BaseModel):\n    persons: int\n"
        "SPEC = Spec(id='leaky', version=1, parameters=WireModel, content=Content)\n"
    )
    monkeypatch.setattr(analysis, "__path__", [*analysis.__path__, str(tmp_path)])
    assert "leaky" in list_analyses(), "a folder with a spec is an analysis"
    missing = find_gaps("leaky", docs=DOCS)
    assert missing == [f"{name}.py is missing" for name in ("local", "combine", "withhold", "chart", "words")]
    for name in ("local", "combine", "withhold", "chart", "words"):
        (folder / f"{name}.py").touch()
    gaps = find_gaps("leaky", docs=DOCS)
    assert "Content takes undeclared fields" in gaps
    assert "additive.py is missing, or in spec.py why nothing is summed under masks" in gaps
    assert "withhold.py has no list_cells" in gaps
    assert "leaky.md is missing" in gaps
