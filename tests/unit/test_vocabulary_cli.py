"""The commands on a vocabulary, as a person types them."""

import json
from pathlib import Path

import pytest

from maillage.cli.main import run
from maillage.warehouse.vocabulary.release import Release
from tests.support.vocabularies import CIM10, LISTS, make_release, write_lists

EXAMPLES = Path(__file__).parent.parent.parent / "maillage" / "cli" / "examples"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("cli"))


def call(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert run(["vocabulary", *arguments]) == code
    said = capsys.readouterr()
    return said.out if code == 0 else said.err


def test_build_verify_and_diff(tmp_path: Path, release: Release, capsys: pytest.CaptureFixture[str]) -> None:
    lists = write_lists(
        tmp_path / "lists", LISTS | {"cim10.csv": CIM10 + "Q99,3,,,,Anomalie\n", "notes.txt": ""}
    )
    target = str(tmp_path / "next")
    told = call(
        capsys,
        *("build", "--from", str(lists), "--former", str(release.folder)),
        *("--to", target, "--version", "2026.12"),
    )
    assert "notes.txt" in told
    assert "nouveaux identifiants : 1" in told.replace("\n", " ")
    assert "sha256:" in call(capsys, "verify", target)
    assert "+ CIM10 Q99  Anomalie" in call(capsys, "diff", str(release.folder), target)
    (change,) = json.loads(call(capsys, "diff", str(release.folder), target, "--json"))
    assert (change["before"], change["after"]) == (None, "Anomalie")
    assert "ne change plus" in call(
        capsys, "build", "--from", "maillage", "--to", target, "--version", "9", code=8
    )


def test_search_says_a_table_json_or_that_nothing_was_found(
    release: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ("--in", str(release.folder))
    assert "E11.9" in call(capsys, "search", "diabète", "type", "2", *place)
    (first, *_rest) = json.loads(call(capsys, "search", "glucophage", *place, "--json"))
    assert (first["code"], first["badge"], first["matched"]) == ("A10BA02", "ATC", "GLUCOPHAGE")
    assert "Rien ne ressemble" in call(capsys, "search", "zzzzqqqq", *place)


def test_show_draws_the_tree(release: Release, capsys: pytest.CaptureFixture[str]) -> None:
    lines = call(capsys, "show", "e119", "--in", str(release.folder)).splitlines()
    codes = [line.split()[1] for line in lines[:6]]
    assert codes == ["IV", "E10-E14", "E11", "E11.9", "E11.90", ":"]
    assert "Cherchez-le" in call(capsys, "show", "Q99", "--in", str(release.folder), code=3)


def test_resolve_takes_codes_exclusions_and_a_cohorts_file(
    release: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ("--in", str(release.folder), "--json")
    (found,) = json.loads(call(capsys, "resolve", "CIM10:E11", "--without", "E11.9", *place))
    assert [concept["code"] for concept in found["concepts"]] == ["E11"]
    (alone,) = json.loads(call(capsys, "resolve", "E11", "--no-descendants", *place))
    assert [concept["code"] for concept in alone["concepts"]] == ["E11"]
    sets = json.loads(call(capsys, "resolve", str(EXAMPLES / "diabete-type-2-metformine.json"), *place))
    assert {"E11", "E11.9", "E11.90"} <= {one["code"] for one in sets[0]["concepts"]}
    assert "illisible" in call(capsys, "resolve", "nulle-part.json", "--in", str(release.folder), code=2)
