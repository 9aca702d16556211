"""The register of objections: what it keeps, what it finds, and when it refuses to say anything."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from maillage.national.errors import InsError
from maillage.node import ledger
from maillage.node.errors import NodeMissingError, ObjectionError, RegisterBrokenError
from maillage.node.folder import Node
from maillage.node.objections.changes import add, add_list, replace_all, withdraw
from maillage.node.objections.patients import Patient, read_patients
from maillage.node.objections.register import Register, RegisterWatch, read_register
from maillage.warehouse.batches.identity import person_number
from tests.support.nodes import make_node

INS = "2 79 03 51 215 189 89"
MATRICULE = INS.replace(" ", "")
IPP = "8000123456"
OTHER = "8000999999"
PERSONS = [
    (1, MATRICULE),
    (2, MATRICULE[:13]),
    (3, f" {IPP} "),
    (person_number(IPP), "x"),
    (5, OTHER),
    (6, None),
]


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return make_node(tmp_path / "hcl")


def record(node: Node, *patients: Patient) -> Register:
    with node.open_store() as store:
        add_list(store, node=node, patients=patients, by="Dr Faure")
    return read_register(node.folder)


def found(register: Register) -> list[int]:
    return sorted({person for person, _objection in register.find(PERSONS)})


def test_a_patient_is_found_by_ins_with_and_without_its_key(node: Node) -> None:
    assert found(record(node, Patient(ins=INS))) == [1, 2]


def test_a_patient_is_found_by_the_hospitals_number_as_written_and_as_a_batch_numbers_it(node: Node) -> None:
    assert found(record(node, Patient(local_id=IPP))) == sorted([3, person_number(IPP)])


def test_both_names_are_one_objection(node: Node) -> None:
    record(node, Patient(ins=INS))
    register = record(node, Patient(ins=INS, local_id=IPP), Patient(local_id=IPP))
    assert found(register) == sorted([1, 2, 3, person_number(IPP)])
    assert set(register.names.values()) == {1}


def test_two_objections_that_prove_to_be_one_patients_become_one(node: Node) -> None:
    record(node, Patient(ins=INS), Patient(local_id=IPP))
    with node.open_store() as store:
        assert add(store, node=node, patient=Patient(INS, IPP), by="x").changed == 0
        assert [(row["objection_id"], row["kind"]) for row in store.rows("objections")] == [(1, "both")]
        assert withdraw(store, node=node, patient=Patient(local_id=IPP), by="x").changed == 1
    assert found(read_register(node.folder)) == []


def test_a_withdrawal_leaves_the_others(node: Node) -> None:
    record(node, Patient(local_id=IPP), Patient(local_id=OTHER))
    with node.open_store() as store:
        assert withdraw(store, node=node, patient=Patient(local_id=IPP), by="Dr Faure").changed == 1
        assert withdraw(store, node=node, patient=Patient(local_id=IPP), by="Dr Faure").unchanged == 1
    assert found(read_register(node.folder)) == [5]


def test_each_change_is_one_line_without_identity_nor_number(node: Node) -> None:
    record(node, Patient(INS, IPP), Patient(local_id=OTHER))
    record(node, Patient(local_id=OTHER))
    with node.open_store() as store:
        withdraw(store, node=node, patient=Patient(local_id=OTHER), by="Mme Roux")
        withdraw(store, node=node, patient=Patient(local_id=OTHER), by="Mme Roux")
        lines = ledger.read_lines(store)[1:]
    lines = [line for line in lines if "objection" in line.event]
    assert [(line.event, line.body["by"]) for line in lines] == [
        ("person:objections:imported", "Dr Faure"),
        ("person:objection:withdrawn", "Mme Roux"),
    ]
    assert all(set(line.body) == {"by", "key", "register"} for line in lines)


def test_nothing_that_is_kept_names_anybody(node: Node) -> None:
    record(node, Patient(INS, IPP))
    kept = b"".join(path.read_bytes() for path in node.folder.iterdir() if path.is_file())
    for text in (MATRICULE, MATRICULE[:13], IPP, str(person_number(IPP))):
        assert text.encode() not in kept
    assert {path.stat().st_mode & 0o777 for path in node.folder.glob("*.key")} == {0o600}


def test_two_nodes_keep_one_patient_under_other_names(tmp_path: Path) -> None:
    registers = [record(make_node(tmp_path / name), Patient(ins=INS)) for name in ("a", "b")]
    assert not registers[0].names.keys() & registers[1].names.keys()


def spoil(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "node.sqlite")) as store:
        store.executescript(";".join(statements))


SPOILED = {
    "a name is gone": "DELETE FROM objection_names WHERE name = (SELECT min(name) FROM objection_names)",
    "all names are gone": "DELETE FROM objection_names",
    "the table is gone": "DROP TABLE objection_names",
    "the ledger was cut": "DROP TRIGGER ledger_lines_are_kept; DELETE FROM ledger WHERE sequence > 1",
}


@pytest.mark.parametrize("statement", SPOILED.values(), ids=SPOILED)
def test_a_register_that_lost_something_says_nothing(node: Node, statement: str) -> None:
    record(node, Patient(ins=INS))
    spoil(node.folder, statement)
    with pytest.raises(RegisterBrokenError):
        read_register(node.folder)


def test_without_its_key_or_with_another_it_says_nothing(node: Node) -> None:
    record(node, Patient(ins=INS))
    (key,) = node.folder.glob("objections-*.key")
    key.write_bytes(b"0" * 32)
    with pytest.raises(RegisterBrokenError):
        read_register(node.folder)
    key.unlink()
    with pytest.raises(RegisterBrokenError) as caught:
        read_register(node.folder)
    assert "--replace" in caught.value.remedy


def test_a_broken_register_is_made_again_from_the_hospitals_list(node: Node) -> None:
    record(node, Patient(ins=INS))
    (key,) = node.folder.glob("objections-*.key")
    key.unlink()
    with node.open_store() as store:
        assert replace_all(store, node=node, patients=[Patient(local_id=OTHER)], by="Dr Faure").changed == 1
    assert found(read_register(node.folder)) == [5]
    assert len(list(node.folder.glob("objections-*.key"))) == 1


def test_a_change_cut_short_leaves_the_former_register(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    record(node, Patient(local_id=OTHER))

    def fail(*_args: object, **_named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ledger, "append", fail)
    with pytest.raises(KeyboardInterrupt), node.open_store() as store:
        replace_all(store, node=node, patients=[Patient(local_id=IPP)], by="x")
    assert found(read_register(node.folder)) == [5]


def test_a_store_of_the_former_version_gets_an_empty_register(node: Node) -> None:
    spoil(
        node.folder,
        "DROP TRIGGER held_is_emptied",
        "DROP TABLE held",
        "DROP TABLE words",
        "DROP TABLE evidence",
        "DROP TABLE sums",
        "DROP TABLE catalogues",
        "DROP TABLE rounds",
        "DROP TABLE objection_names",
        "DROP TABLE objections",
        "DROP INDEX ledger_objections",
        "DROP TABLE spent",
        "DROP TABLE permits",
        "DROP TABLE committee_keys",
        "DROP TABLE ledger_bodies",
        "DROP INDEX ledger_retained",
        "DROP INDEX ledger_anchored",
        "ALTER TABLE ledger DROP COLUMN version",
        "PRAGMA user_version = 1",
    )
    assert RegisterWatch(node.folder).read_version() == 0
    assert found(record(node, Patient(local_id=OTHER))) == [5]


def test_a_change_a_restored_store_and_a_lost_one_are_seen_at_the_next_look(node: Node) -> None:
    watch = RegisterWatch(node.folder)
    store, backup = node.folder / "node.sqlite", node.folder / "backup.sqlite"
    shutil.copy(store, backup)
    assert watch.read_version() == 0
    version = record(node, Patient(local_id=OTHER)).version
    assert watch.read_version() == version > 0
    for rest in node.folder.glob("node.sqlite-*"):
        rest.unlink()
    backup.replace(store)
    assert watch.read_version() == 0
    store.unlink()
    with pytest.raises(NodeMissingError):
        watch.read_version()


def write(folder: Path, text: str) -> Path:
    path = folder / "liste.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_list_is_read(tmp_path: Path, delimiter: str) -> None:
    path = write(
        tmp_path, f"\ufeffNom,INS,local_id\nx,{INS},\n\nx,,{IPP}\nx,{INS},{OTHER}".replace(",", delimiter)
    )
    assert [patient.kind for patient in read_patients(path)] == ["ins", "local_id", "both"]


def test_every_wrong_line_is_named_and_no_value(tmp_path: Path) -> None:
    path = write(tmp_path, f"ins,local_id\n{INS},\n221042545611404,\n,\nDUPONT,{IPP}\n,{'9' * 101}\n")
    with pytest.raises(ObjectionError) as caught:
        read_patients(path)
    for line in (3, 4, 5, 6):
        assert f"ligne {line} :" in caught.value.why
    assert "ligne 2 " not in caught.value.why
    for value in ("221042545611404", "DUPONT", IPP, "999"):
        assert value not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"nom\nDUPONT\n", b"ins\n\xe9\xe8\n"])
def test_a_file_that_is_no_list_is_refused_without_a_value(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "liste.csv"
    path.write_bytes(content)
    with pytest.raises(ObjectionError) as caught:
        read_patients(path)
    assert "DUPONT" not in str(caught.value)
    with pytest.raises(ObjectionError):
        read_patients(tmp_path / "absente.csv")


def test_a_patient_without_a_name_or_with_a_wrong_one_cannot_be() -> None:
    with pytest.raises(ObjectionError):
        Patient(local_id="  ")
    with pytest.raises(InsError):
        Patient(ins="221042545611404", local_id=IPP)
    assert IPP not in repr(Patient(INS, IPP))
