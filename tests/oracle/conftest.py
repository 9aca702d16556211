"""Real warehouses, loaded once per session from the shared data sets.

`MAILLAGE_TEST_ENGINE` (duckdb, postgres or spark) says which engine runs every definition on every data set;
without it DuckDB does, and the others run fewer: `test_phenotypes.some`.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from maillage.warehouse.build.omop import load_omop
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.engines.open import open_engine
from tests.support.in_place import make_place
from tests.support.split import split_by_person

EIGHTH, PARTS = "-eighth", tuple("abcdefgh")
"""Ends the name of a set of which one person in eight is taken: what one has depends on nobody else."""
CHOSEN = os.environ.get("MAILLAGE_TEST_ENGINE", "")
Warehouse = Callable[[str, str], Engine]


@pytest.fixture(scope="session")
def warehouse(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """Gives an open engine of a kind over a data set of `omop/`, by its name."""
    folder = tmp_path_factory.mktemp("warehouses")
    with ExitStack() as stack:

        @cache
        def load(name: str) -> Path:
            source = shared_data / "omop" / name.removesuffix(EIGHTH)
            if name.endswith(EIGHTH):
                source = split_by_person(source, target=folder / name, parts=PARTS)[PARTS[0]]
            load_omop(source, target=folder / f"{name}.duckdb")
            return folder / f"{name}.duckdb"

        @cache
        def open_set(kind: str, name: str) -> Engine:
            place = folder / f"{kind}-{name}"
            place.mkdir()
            engine = open_engine(make_place(kind, place, load(name)))
            stack.callback(engine.close)
            return engine

        yield open_set
