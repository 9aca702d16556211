"""Which warehouse settings and command lines mean, and what is wrong with those that mean none."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from maillage.base.settings import SettingsError
from maillage.cli.places import read_place
from maillage.node.folder import open_node
from maillage.node.settings import WarehouseSettings
from maillage.warehouse.errors import WarehouseError
from maillage.warehouse.place import FilePlace, Place, PostgresPlace, SparkPlace
from tests.support.nodes import make_node

FOLDER = Path("/srv/node")
OBJECTIONS = Path("objections.csv")
POSTGRES = {"engine": "postgres", "dsn": "service=omop", "objections": "objections.csv"}
SPARK = {"engine": "spark", "data": "lake", "objections": "/srv/objections.csv"}


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        (
            {"path": "chu.duckdb", "threads": 2},
            FilePlace(path=FOLDER / "chu.duckdb", memory_limit="2GB", threads=2),
        ),
        (
            POSTGRES | {"cdm_schema": "omop", "password_file": "secret", "time_limit_seconds": 60},
            PostgresPlace(
                dsn="service=omop",
                cdm_schema="omop",
                objections=FOLDER / "objections.csv",
                password_file=FOLDER / "secret",
                time_limit_seconds=60,
            ),
        ),
        (
            SPARK | {"spark": {"spark.executor.cores": "2"}},
            SparkPlace(
                data="/srv/node/lake",
                objections=Path("/srv/objections.csv"),
                options={"spark.executor.cores": "2"},
            ),
        ),
        (
            SPARK | {"data": "hdfs://name/omop", "master": "spark://host:7077"},
            SparkPlace(
                data="hdfs://name/omop", objections=Path("/srv/objections.csv"), master="spark://host:7077"
            ),
        ),
    ],
)
def test_settings_name_a_place(settings: dict[str, object], place: Place) -> None:
    assert WarehouseSettings.model_validate(settings).place(FOLDER) == place


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({}, "path"),
        ({"engine": "postgres", "dsn": "service=omop"}, "objections"),
        ({"engine": "postgres", "objections": "o.csv"}, "dsn"),
        ({"engine": "spark", "data": "lake"}, "objections"),
        ({"engine": "spark", "objections": "o.csv"}, "catalog"),
        (SPARK | {"catalog": "omop"}, "catalog"),
        (POSTGRES | {"cdm_schema": 'a"; DROP'}, "cdm_schema"),
        (SPARK | {"master": "yarn"}, "master"),
        ({"engine": "oracle", "path": "x"}, "engine"),
    ],
)
def test_settings_that_name_none_say_what_is_missing(settings: dict[str, object], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        WarehouseSettings.model_validate(settings)


def test_a_node_keeps_such_settings_and_says_what_is_not_there(tmp_path: Path) -> None:
    settings: dict[str, Any] = SPARK | {"spark": {"spark.x": 'a "quoted" value'}, "objections": "o.csv"}
    made = make_node(tmp_path / "node", **settings)
    opened = open_node(tmp_path / "node")
    assert opened.settings == made.settings
    assert opened.missing == [opened.folder / "o.csv"]
    (opened.folder / "o.csv").write_text("person_id\n", encoding="utf-8")
    assert opened.missing == []


def test_a_broken_setting_stops_the_node(tmp_path: Path) -> None:
    node = make_node(tmp_path / "node")
    path = node.folder / "node.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"duckdb"', '"postgres"'), encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        open_node(node.folder)
    assert "objections" in str(caught.value)


def place_of(
    warehouse: str,
    *,
    engine: str | None = None,
    objections: Path | None = OBJECTIONS,
    memory: str | None = None,
) -> Place:
    return read_place(
        warehouse,
        engine=engine,
        objections=objections,
        cdm_schema="cdm",
        # Both are said: nothing is looked for in a database that is not there.
        vocabulary_schema="vocabulary",
        master="local[2]",
        memory=memory,
        threads=None,
    )


def test_a_command_line_names_a_place() -> None:
    assert place_of("chu.duckdb", objections=None) == FilePlace(path=Path("chu.duckdb"))
    postgres = place_of("postgresql://reader@host/omop")
    assert isinstance(postgres, PostgresPlace)
    assert postgres.objections == OBJECTIONS
    assert place_of("service=omop", engine="postgres").engine == "postgres"
    lake = SparkPlace(data="lake", master="local[2]", objections=OBJECTIONS)
    assert place_of("lake", engine="spark") == lake


@pytest.mark.parametrize(
    ("warehouse", "engine"), [("postgresql://reader@host/omop", None), ("lake", "spark"), ("x", "oracle")]
)
def test_a_command_line_without_objections_is_refused(warehouse: str, engine: str | None) -> None:
    with pytest.raises(WarehouseError) as caught:
        place_of(warehouse, engine=engine, objections=None)
    assert caught.value.remedy


def test_a_bound_that_an_engine_would_not_heed_is_refused() -> None:
    with pytest.raises(WarehouseError, match="--memory"):
        place_of("postgresql://reader@host/omop", memory="4GB")
    lake = place_of("lake", engine="spark", memory="4GB")
    assert isinstance(lake, SparkPlace)
    assert lake.memory_limit == "4GB"
