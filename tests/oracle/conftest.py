"""Real warehouses, loaded once per session from the shared data sets."""

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from maillage.warehouse.build.omop import load_omop
from maillage.warehouse.engines.duckdb import DuckDBEngine, open_warehouse

Warehouse = Callable[[str], DuckDBEngine]


@pytest.fixture(scope="session")
def warehouse(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """Gives an open engine over a data set of `omop/`, by its name."""
    if (engine := os.environ.get("MAILLAGE_TEST_ENGINE", "duckdb")) != "duckdb":
        pytest.fail(f"no oracle test runs on {engine}: MAILLAGE_TEST_ENGINE is duckdb")
    folder = tmp_path_factory.mktemp("warehouses")
    opened: list[DuckDBEngine] = []

    @cache
    def open_set(name: str) -> DuckDBEngine:
        target = folder / f"{name}.duckdb"
        load_omop(shared_data / "omop" / name, target=target)
        opened.append(open_warehouse(target))
        return opened[-1]

    yield open_set
    for engine in opened:
        engine.close()
