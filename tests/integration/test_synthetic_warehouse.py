"""A synthetic hospital as a warehouse file: what a node of the demo opens."""

from pathlib import Path

import pytest
import typer
from sqlglot import exp
from typer.testing import CliRunner

from maillage.cli.synthesize import synthesize as command
from maillage.warehouse.build.report import LoadReport
from maillage.warehouse.engines.duckdb import open_warehouse
from maillage.warehouse.info import read_info
from maillage.warehouse.synthetic import objecting_persons, synthesize

PATIENTS = 900


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> LoadReport:
    return synthesize("hcl", patients=PATIENTS, target=tmp_path_factory.mktemp("hcl") / "hcl.duckdb")


def test_the_file_holds_every_patient_but_shows_none_who_objected(built: LoadReport):
    objecting = objecting_persons("hcl", patients=PATIENTS)
    assert len(objecting) > 0
    info = read_info(built.target)
    assert info.persons == PATIENTS - len(objecting)
    assert info.withheld == len(objecting)
    engine = open_warehouse(built.target)
    shown = engine.fetch(exp.select("person_id").from_("measurement").distinct())
    assert not {person for (person,) in shown} & set(objecting.tolist())
    engine.close()


def test_the_file_says_that_it_is_synthetic(built: LoadReport):
    assert read_info(built.target).source_name == "Hospices Civils de Lyon (données synthétiques)"


def test_nothing_of_what_was_generated_is_lost_or_unknown(built: LoadReport):
    for table in built.tables:
        assert not table.unknown_columns
        assert not table.null_required
    assert built.self_ancestors == 0
    facts = {table.name: table.rows for table in built.tables}
    assert facts["measurement"] > 80 * PATIENTS
    assert facts["provider"] == 0


def test_nulls_are_nulls_and_not_numbers(built: LoadReport):
    engine = open_warehouse(built.target)
    coded = exp.column("value_as_number").is_(exp.null())
    unlike = exp.column("value_as_concept_id").is_(exp.null())
    both = engine.fetch(exp.select("count(*)").from_("measurement").where(exp.and_(coded, unlike)))
    answered = engine.fetch(exp.select("count(*)").from_("measurement").where(coded))
    engine.close()
    assert both == [(0,)]
    assert answered[0][0] > 0


def test_the_command_builds_a_hospital_and_says_so(tmp_path: Path):
    app = typer.Typer()
    app.command()(command)
    target = tmp_path / "grenoble.duckdb"
    result = CliRunner().invoke(app, ["chu-grenoble", "--to", str(target), "--patients", "60"])
    assert result.exit_code == 0, result.output
    assert "données synthétiques" in " ".join(result.stdout.split())
    assert read_info(target).persons + read_info(target).withheld == 60


def test_the_same_hospital_built_again_answers_the_same(built: LoadReport, tmp_path: Path):
    again = synthesize("hcl", patients=PATIENTS, target=tmp_path / "again.duckdb")
    assert read_info(again.target).rows == read_info(built.target).rows
