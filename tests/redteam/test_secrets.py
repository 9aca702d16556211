"""Another account of the same machine reads nothing: keys, tokens, answers, patients."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from maillage.warehouse.objections import add_objections
from tests.support.nodes import make_node
from tests.support.omop import load_tables, people, write_csv


@pytest.fixture(autouse=True)
def _open_handed() -> Iterator[None]:
    """The usual umask, under which files are readable by all unless somebody took care."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_hubs_folder_is_its_owners_alone(tmp_path: Path) -> None:
    # In a process of its own, because Django is configured once in each.
    folder = tmp_path / "hub"
    subprocess.run([sys.executable, "-m", "maillage.cli.main", "hub", "init", str(folder)], check=True)
    assert rights(folder) == 0o700
    for name in ("hub.key", "hub.secret", "hub.sqlite"):
        assert rights(folder / name) == 0o600, name


def test_a_database_in_a_folder_open_to_all_is_still_closed(tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    folder.mkdir(mode=0o755)
    subprocess.run([sys.executable, "-m", "maillage.cli.main", "hub", "init", str(folder)], check=True)
    found = {path.name: rights(path) for path in folder.iterdir() if path.name != "hub.toml"}
    assert set(found.values()) == {0o600}, found


def test_a_nodes_folder_is_its_owners_alone(tmp_path: Path) -> None:
    node = make_node(tmp_path / "node")
    assert rights(node.folder) == 0o700
    assert rights(node.folder / "node.key") == rights(node.folder / "node.sqlite") == 0o600


def test_a_warehouse_is_its_owners_alone_and_keeps_the_rights_that_it_was_given(tmp_path: Path) -> None:
    warehouse = load_tables(tmp_path, {"person": people(1, 2, 3)})
    assert rights(warehouse) == 0o600
    warehouse.chmod(0o640)
    add_objections(warehouse, persons=write_csv(tmp_path / "o.csv", [{"person_id": 2}]))
    assert rights(warehouse) == 0o640
