"""Any text in a CSV file is either read as what it says or refused by one of our errors."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.base.errors import MaillageError
from maillage.warehouse.build.casts import Kind, cannot_cast, strict_cast
from maillage.warehouse.build.omop import load_omop
from maillage.warehouse.schema import CdmType
from tests.support.omop import fill_row, people, write_csv

NUMBER_LIKE = st.text(alphabet="0123456789+-. eE_xX,", max_size=24)
ANY_INTEGER = st.integers(-(2**70), 2**70).map(str)
DATE_LIKE = st.text(alphabet="0123456789-/ T:", max_size=12) | st.dates().map(date.isoformat)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def read(connection: duckdb.DuckDBPyConnection, text: str, target: CdmType) -> tuple[bool, object]:
    """Whether the text is refused, and its value where it is not."""
    connection.execute("CREATE OR REPLACE TABLE source AS SELECT $x AS x", {"x": text})
    test = cannot_cast('"x"', kind=Kind.TEXT, target=target)
    refused = bool(connection.sql(f"SELECT {test} FROM source").fetchall()[0][0])
    value = strict_cast('"x"', kind=Kind.TEXT, target=target)
    try:
        return refused, connection.sql(f"SELECT {value} FROM source").fetchall()[0][0]
    except duckdb.Error:
        assert refused, "what stops a load must be found by the diagnosis"
        return True, None


def as_integer(text: str) -> int | None:
    """The whole number that a text says, by the plainest reading; None where it says none on 64 bits."""
    found = re.fullmatch(r"\s*([+-]?\d+)(\.0*)?\s*", text)
    value = int(found[1]) if found else None
    return value if value is not None and -(2**63) <= value < 2**63 else None


@given(NUMBER_LIKE | ANY_INTEGER)
@settings(max_examples=300, deadline=None)
def test_a_whole_number_is_read_exactly_or_refused(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    refused, value = read(connection, text, CdmType.INTEGER)
    expected = as_integer(text)
    assert refused == (expected is None)
    if not refused:
        assert value == expected


@given(DATE_LIKE)
@settings(max_examples=200, deadline=None)
def test_a_date_that_is_read_is_the_one_written(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    refused, value = read(connection, text, CdmType.DATE)
    if not refused:
        assert isinstance(value, date)
        assert [int(part) for part in re.findall(r"\d+", value.isoformat())] == date_parts(text)


def date_parts(text: str) -> list[int]:
    if re.fullmatch(r"\d{8}", text):
        return [int(text[:4]), int(text[4:6]), int(text[6:])]
    return [int(part) for part in re.findall(r"\d+", text)[:3]]


@given(
    edits=st.lists(st.tuples(st.integers(0, 250), st.binary(min_size=1, max_size=6)), min_size=1, max_size=4),
    cut=st.integers(0, 250),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_mangled_file_loads_or_is_refused_by_name(
    tmp_path: Path, edits: list[tuple[int, bytes]], cut: int
) -> None:
    rows = [fill_row("person", row) | {"person_source_value": "Dupont"} for row in people(1, 2, 3)]
    path = write_csv(tmp_path / "person.csv", rows)
    content = path.read_bytes()
    for place, put in edits:
        content = content[:place] + put + content[place + len(put) :]
    path.write_bytes(content[: max(cut, 100)])
    target = tmp_path / "w.duckdb"
    target.unlink(missing_ok=True)
    error = load_error(tmp_path, target)
    assert target.is_file() == (error is None)
    if error is not None:
        assert "person" in str(error)
        assert "Dupont" not in str(error)


def load_error(folder: Path, target: Path) -> MaillageError | None:
    try:
        load_omop(folder, target=target)
    except MaillageError as error:
        return error
    return None
