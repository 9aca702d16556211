"""The engine as the mappings need it: macros, work tables, files of lines as rows."""

import csv
import glob
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import duckdb

from maillage.base.statements import load_statements
from maillage.warehouse.sql import quote, text

PACKAGE = "maillage.warehouse.batches.fhir"
MAX_LINE_BYTES = 16 * 1024 * 1024
"""The longest resource that is read; the engine keeps twice that in memory for each thread."""

STAGED_FORM = "FORMAT parquet, COMPRESSION zstd, DICTIONARY_SIZE_LIMIT 1000, WRITE_BLOOM_FILTER false"
"""How rows are staged. Ids differ from row to row: looking for a dictionary of them took a fifth of the
writing and made larger files. Filters help who looks for one row, and nobody does."""


@contextmanager
def open_session(scratch: Path, *, memory_limit: str | None) -> Generator[duckdb.DuckDBPyConnection]:
    """A connection whose work tables lie in `scratch`, so that they may outgrow the memory."""
    with duckdb.connect(str(scratch / "work.duckdb")) as connection:
        connection.execute("SET python_enable_replacements = false")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute("SET enable_progress_bar = false")
        # Persons and stays are the side that is kept in memory, whatever sizes the engine guesses of files.
        connection.execute("SET disabled_optimizers = 'build_side_probe_side'")
        if memory_limit is not None:
            connection.execute("SET memory_limit = ?", [memory_limit])
        connection.execute(_vocabulary_macro())
        for name in ("common", "versions"):
            for statement in load_statements(PACKAGE, f"sql/{name}.sql").values():
                connection.execute(statement)
        yield connection


@contextmanager
def in_order(connection: duckdb.DuckDBPyConnection) -> Generator[None]:
    """While it lasts, rows come in the order of the lines, which costs."""
    connection.execute("SET preserve_insertion_order = true")
    try:
        yield
    finally:
        connection.execute("SET preserve_insertion_order = false")


def systems() -> Mapping[str, str]:
    """The OMOP vocabulary of each code system that is known, by its address."""
    lines = files(PACKAGE).joinpath("systems.csv").read_text(encoding="utf-8").splitlines()
    return {row["system"]: row["vocabulary"] for row in csv.DictReader(lines)}


def _vocabulary_macro() -> str:
    # A system that is not known keeps its address: the hospital's own map can then name it.
    # To compare with both forms of an address is far cheaper than to bring each one to its short form.
    cases = " ".join(
        f"WHEN {text(form)} THEN {text(name)}"
        for address, name in systems().items()
        for form in (address, f"{address}/")
    )
    return f"CREATE TEMP MACRO vocabulary_of(system) AS CASE system {cases} ELSE system END"


def read_lines(paths: Collection[Path], columns: Mapping[str, str], *, more: str = "") -> str:
    """SQL for the lines of files as rows; a line that is no JSON object is a row of nulls."""
    named = ", ".join(f"{quote(name)}: {text(kind)}" for name, kind in columns.items())
    return (
        f"read_ndjson({path_list(paths)}, columns = {{{named}}}, records = true, ignore_errors = true, "
        f"maximum_object_size = {MAX_LINE_BYTES}{more})"
    )


def path_list(paths: Collection[Path]) -> str:
    """SQL for a list of paths, taken as they are."""
    return "[" + ", ".join(text(glob.escape(str(path))) for path in paths) + "]"


def work(name: str, **words: object) -> str:
    """A statement of `sql/work.sql`, its words filled in."""
    return load_statements(PACKAGE, "sql/work.sql")[name].format(form=STAGED_FORM, **words)


def count_rows(connection: duckdb.DuckDBPyConnection, paths: Collection[Path]) -> int:
    """The rows of Parquet files."""
    return int(connection.execute(work("count_rows", files=path_list(paths))).fetchall()[0][0])
