"""What cannot be taken to a node: told with its reason, without a secret, and nothing is left of it."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from maillage.base.keys import SigningKey
from maillage.cli.main import run
from maillage.warehouse.batches import list_batches
from maillage.warehouse.errors import MappingError, SourceError
from maillage.warehouse.file import open_file
from maillage.warehouse.info import read_info
from maillage.warehouse.intake import (
    FhirSource,
    Intake,
    OmopSource,
    PmsiSource,
    PostgresSource,
    TablesSource,
    WarehouseSource,
    build_warehouse,
    recognise,
)
from tests.support.extract import suggest, write_extract
from tests.support.fhir import lines_of
from tests.support.in_place import write_objections
from tests.support.omop import load_tables, people, write_folder
from tests.support.pmsi_lines import Stay, Unit, write_ano, write_rsa, write_rum
from tests.support.postgres import READER, Cluster, create_schema, shared_cluster

pytestmark = pytest.mark.xdist_group("conformance-postgres")

PATIENTS = [{"resourceType": "Patient", "id": f"p{one}", "birthDate": "1960-01-02"} for one in range(3)]
SECRET = "tr0p-secret"


def init(folder: Path, source: str, *options: str) -> int:
    """The exit code of a new node over a source."""
    key = SigningKey.generate().public.text
    hub = ["--site", "hcl", "--hub", "http://127.0.0.1:1", "--hub-key", key]
    return run(["node", "init", str(folder), *hub, "--from", source, *options])


def fhir(folder: Path) -> Path:
    folder.mkdir()
    (folder / "Patient.ndjson").write_bytes(lines_of(PATIENTS))
    return folder


def pmsi(folder: Path, *, version: str = "") -> Path:
    folder.mkdir()
    lines = [line[:9] + version + line[12:] if version else line for line in write_rum(Stay(units=(Unit(),)))]
    (folder / "rum-2023.txt").write_text("".join(f"{line}\r\n" for line in lines), encoding="ascii")
    (folder / "ipp.csv").write_text(f"NAS;IPP\n{Stay(units=(Unit(),)).admission};P1\n", encoding="utf-8")
    (folder / "lisez-moi.txt").write_text("export du 3 mai\n", encoding="utf-8")
    return folder


def tables(folder: Path) -> Path:
    suggest(write_extract(folder), to=folder / "correspondance.yaml")
    return folder


def omop(folder: Path) -> Path:
    return write_folder(folder, {"person": people(1, 2)})


def test_each_kind_is_seen_in_its_files(tmp_path: Path) -> None:
    assert recognise(str(fhir(tmp_path / "f"))) == FhirSource(tmp_path / "f")
    folder = pmsi(tmp_path / "p")
    assert recognise(str(folder)) == PmsiSource(
        (folder / "rum-2023.txt",), folder / "ipp.csv", ("lisez-moi.txt",)
    )
    mapping = tables(tmp_path / "t") / "correspondance.yaml"
    assert recognise(str(tmp_path / "t")) == TablesSource(mapping, tmp_path / "t")
    assert recognise(str(mapping)) == TablesSource(mapping, tmp_path / "t")
    assert recognise(str(omop(tmp_path / "o"))) == OmopSource(tmp_path / "o")
    warehouse = load_tables(tmp_path, {"person": people(1)})
    assert recognise(str(warehouse)) == WarehouseSource(warehouse)
    for address in ("postgresql://u@h/b", "postgres://u@h/b", "service=omop"):
        assert recognise(address) == PostgresSource(address)
    assert recognise("postgres:host=h dbname=b") == PostgresSource("host=h dbname=b")


def test_a_folder_of_rsa_takes_the_file_of_anonymous_numbers(tmp_path: Path) -> None:
    stay = Stay(units=(Unit(),))
    (tmp_path / "630780989.2025.12.rsa").write_text(write_rsa(stay, record=1) + "\n", encoding="ascii")
    (tmp_path / "630780989.2025.12.ano").write_text(write_ano(stay, record=1) + "\n", encoding="ascii")
    found = recognise(str(tmp_path))
    assert isinstance(found, PmsiSource)
    assert (found.files[0].suffix, found.patients) == (".rsa", tmp_path / "630780989.2025.12.ano")


def test_what_is_of_no_kind_is_refused_with_what_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("rien\n", encoding="utf-8")
    with pytest.raises(SourceError) as refused:
        recognise(str(tmp_path))
    for word in (
        "notes.txt",
        "fhir",
        ".ndjson",
        "pmsi",
        "tables",
        ".yaml",
        "omop",
        "person.csv",
        "warehouse",
    ):
        assert word in refused.value.why
    with pytest.raises(SourceError, match="n’existe pas"):
        recognise(str(tmp_path / "absent"))


def test_what_is_of_two_kinds_must_be_said(tmp_path: Path) -> None:
    folder = fhir(tmp_path / "two")
    omop(folder)
    with pytest.raises(SourceError, match="fhir, omop"):
        recognise(str(folder))
    assert recognise(f"fhir:{folder}") == FhirSource(folder)
    assert recognise(f"omop:{folder}") == OmopSource(folder)
    with pytest.raises(SourceError, match="0 correspondances"):
        recognise(f"tables:{folder}")


def spoil_fhir(folder: Path) -> Path:
    fhir(folder).joinpath("Patient.ndjson").write_bytes(b"\x00\xff{" * 40 + b"\n")
    return folder


def spoil_tables(folder: Path) -> Path:
    tables(folder).joinpath("correspondance.yaml").write_text("version: [", encoding="utf-8")
    return folder


def spoil_omop(folder: Path) -> Path:
    omop(folder).joinpath("person.csv").write_text("person_id\nSMITH\n", encoding="utf-8")
    return folder


def spoil_warehouse(folder: Path) -> Path:
    folder.mkdir()
    warehouse = load_tables(folder, {"person": people(1)})
    warehouse.write_bytes(warehouse.read_bytes()[:20_000])
    return warehouse


SPOILT: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    "fhir": (spoil_fhir, "fhir", "Patient.ndjson, ligne 1"),
    "pmsi": (lambda folder: pmsi(folder, version="9ZZ"), "pmsi", "aucune ligne de RUM"),
    "tables": (spoil_tables, "tables", "correspondance.yaml, ligne 1"),
    "omop": (spoil_omop, "omop", "person.csv"),
    "warehouse": (spoil_warehouse, "warehouse", "tronqué ou endommagé"),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_a_spoilt_source_makes_no_node_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    write, said, told = SPOILT[kind]
    source = write(tmp_path / "source")
    assert init(tmp_path / "node", f"{said}:{source}") in (2, 6)
    assert told in capsys.readouterr().err
    assert not (tmp_path / "node").exists()
    home = ["--home", str(tmp_path / "home"), "--once"]
    assert run(["demo", *home, "--data", f"hcl={said}:{source}"]) in (2, 6)
    assert [path for path in tmp_path.joinpath("home").rglob("*") if path.is_file()] == []


def test_pmsi_lines_that_cannot_be_used_are_named_and_nothing_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    lines = pmsi(tmp_path / "source") / "rum-2023.txt"
    lines.write_bytes(lines.read_bytes().replace(b"\r\n", b"") + b"0" * 40)
    assert init(tmp_path / "node", str(tmp_path / "source")) == 2
    assert "rum-2023.txt, ligne 1" in capsys.readouterr().err
    assert not (tmp_path / "node").exists()


def test_a_refused_update_leaves_the_former_warehouse_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "w.duckdb"
    mapping = tables(tmp_path / "t") / "correspondance.yaml"
    build_warehouse(Intake(TablesSource(mapping, tmp_path / "t"), "a", "maillage"), target=target)
    before = _describe(target)
    release = tmp_path / "release"
    build = ["vocabulary", "build", "--from", "maillage", "--to", str(release), "--version", "2026.11"]
    assert run(build) == 0
    mapping.write_text("version: 2", encoding="utf-8")
    with pytest.raises(MappingError):
        build_warehouse(Intake(TablesSource(mapping, tmp_path / "t"), "a", str(release)), target=target)
    assert _describe(target) == before


def _describe(warehouse: Path) -> object:
    with open_file(warehouse) as connection:
        rows = {name: connection.table(name).order("ALL").fetchall() for name in ("person", "concept")}
    batches = [(one.name, one.digest) for one in sorted(list_batches(warehouse), key=lambda one: one.name)]
    return rows, batches, read_info(warehouse).vocabulary_version


def test_a_warehouse_that_is_there_is_not_loaded_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "node"
    folder.mkdir()
    (folder / "warehouse.duckdb").write_bytes(b"of somebody")
    assert init(folder, str(fhir(tmp_path / "f"))) == 2
    assert "existe déjà" in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["warehouse.duckdb"]


@pytest.mark.parametrize("option", [["--schema", "cdm"], ["--password-file", "x"], ["--objections", "o.csv"]])
def test_an_option_that_would_do_nothing_is_refused(tmp_path: Path, option: list[str]) -> None:
    source = str(fhir(tmp_path / "f"))
    assert init(tmp_path / "node", source, *option) == 2
    assert not (tmp_path / "node").exists()
    assert run(["demo", "--once", "--home", str(tmp_path / "home"), *option]) == 2


def test_a_vocabulary_is_not_taken_for_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = str(fhir(tmp_path / "f"))
    assert init(tmp_path / "node", source, "--vocabulary", str(tmp_path / "f")) == 2
    assert "n’est pas un vocabulaire" in " ".join(capsys.readouterr().err.split())
    assert init(tmp_path / "node", str(omop(tmp_path / "o")), "--vocabulary", "maillage") == 2
    assert not (tmp_path / "node").exists()


@cache
def own_cluster() -> Cluster:
    """The server, with a database in which no other test has a vocabulary."""
    return shared_cluster().with_own_database()


def address(role: str = READER, *, password: str = "") -> str:
    """The address of the database of these tests."""
    secret = f":{password}" if password else ""
    return f"postgresql://{role}{secret}@127.0.0.1:{own_cluster().port}/{own_cluster().database}"


def run_sql(statement: str) -> None:
    with own_cluster().connect() as session:
        session.execute(statement.encode())


def test_a_password_in_an_address_is_refused_and_told_nowhere(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    objections = ["--objections", str(write_objections(tmp_path))]
    source = address(password=SECRET)
    home = ["--home", str(tmp_path / "home"), "--once"]
    assert init(tmp_path / "node", source, *objections) == 5
    assert run(["demo", *home, "--data", f"hcl={source}", *objections]) == 5
    assert run(["demo", *home, "--data", source, *objections]) == 2, "a name was forgotten"
    told = capfd.readouterr()
    assert ".pgpass" in told.err
    assert SECRET not in told.out + told.err
    left = [path for path in tmp_path.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert left == []
    assert not (tmp_path / "node").exists()


def test_a_database_wants_its_list_of_objections_and_a_role_that_only_reads(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    create_schema(own_cluster(), "one_command")
    objections = ["--objections", str(write_objections(tmp_path))]
    schema = ["--schema", "one_command"]
    assert init(tmp_path / "node", address(), *schema) == 2
    assert "--objections" in capfd.readouterr().err
    assert init(tmp_path / "node", address("maillage"), *schema, *objections) == 5
    assert "peut écrire" in capfd.readouterr().err
    assert init(tmp_path / "node", address("inconnu"), *schema, *objections) == 3
    assert not (tmp_path / "node").exists()
    assert init(tmp_path / "node", address(), *schema, *objections) == 5, "it has no vocabulary"
    assert "concept est vide" in capfd.readouterr().err
    assert not (tmp_path / "node").exists()
    run_sql("INSERT INTO one_command.concept (concept_id) VALUES (201826)")
    assert init(tmp_path / "node", address(), *schema, *objections) == 0
    settings = (tmp_path / "node" / "node.toml").read_text(encoding="utf-8")
    assert 'engine = "postgres"' in settings
    assert 'cdm_schema = "one_command"' in settings
    run_sql("DROP SCHEMA one_command CASCADE")


def test_the_vocabulary_is_found_in_the_schema_that_has_one(tmp_path: Path) -> None:
    for schema in ("with_events", "with_codes"):
        create_schema(own_cluster(), schema)
    run_sql("INSERT INTO with_codes.concept (concept_id) VALUES (201826)")
    objections = ["--objections", str(write_objections(tmp_path))]
    assert init(tmp_path / "node", address(), "--schema", "with_events", *objections) == 0
    settings = (tmp_path / "node" / "node.toml").read_text(encoding="utf-8")
    assert 'vocabulary_schema = "with_codes"' in settings
    run_sql("DROP SCHEMA with_codes CASCADE")


def test_of_two_schemas_one_must_be_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for schema in ("one_of_two", "two_of_two"):
        create_schema(own_cluster(), schema)
    objections = ["--objections", str(write_objections(tmp_path))]
    assert init(tmp_path / "node", address(), *objections) == 5
    told = capfd.readouterr().err
    assert "one_of_two" in told
    assert "--schema" in told
