"""One type of resource into the tables of the model: one reading of its files, whatever comes out of it."""

import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from maillage.base.statements import load_statements
from maillage.warehouse.batches.fhir.columns import columns_of
from maillage.warehouse.batches.fhir.mappings import DRUGS, MAPPINGS, ResourceMapping, keys_of
from maillage.warehouse.batches.fhir.session import PACKAGE, count_rows, path_list, read_lines, work
from maillage.warehouse.schema import TABLES
from maillage.warehouse.sql import text

_VISIT_COLUMNS = (
    "coalesce(nested_visit.visit_occurrence_id, visit_id) AS visit_occurrence_id, "
    "nested_visit.visit_detail_id AS visit_detail_id"
)
_VISIT_JOIN = "LEFT JOIN nested_visit ON nested_visit.visit_detail_id = visit_id"
_COMMON = "drug_columns", "result_columns"
_LEFT = "left."


@dataclass
class Extracted:
    """What came out of a type: Parquet files by table, rows that went nowhere, by why."""

    resources: int = 0
    files: dict[str, list[Path]] = field(default_factory=dict[str, list[Path]])
    left: dict[str, int] = field(default_factory=dict[str, int])
    odd: int = 0
    """Rows that are no resource, or of another type."""


def extract(
    connection: duckdb.DuckDBPyConnection, resource: str, paths: Collection[Path], *, folder: Path
) -> Extracted:
    """Read the files of one type and write its rows into `folder`, a part by table and by reason."""
    mapping, out = MAPPINGS[resource], Extracted()
    source = read_lines(sorted(paths), columns_of(resource))
    for name in (mapping.main, *mapping.more):
        if name != mapping.main and not _wants_more(connection, folder / f"{resource}-{mapping.main}"):
            break
        target = folder / f"{resource}-{name}"
        _write_parts(connection, statement_of(mapping, name, source=source), target)
        for part, files, rows in _parts(connection, target):
            _sort_out(out, part, files, rows, main=name == mapping.main)
    return out


def _wants_more(connection: duckdb.DuckDBPyConnection, folder: Path) -> bool:
    """Most resources are one row: a second reading must be worth its while."""
    files = path_list(sorted(folder.rglob("*.parquet")))
    return connection.execute(work("wants_more", files=files)).fetchall()[0][0]


def statement_of(mapping: ResourceMapping, name: str, *, source: str) -> str:
    """A statement of a mapping, its resources defined before it."""
    statements = load_statements(PACKAGE, f"sql/{mapping.file}.sql")
    words = _words(mapping, statements, source=source)
    statement = statements[name].format(**words)
    if "resources" not in statements:
        return statement
    return f"WITH resources AS ({statements['resources'].format(**words)}) {statement}"


def _words(mapping: ResourceMapping, statements: Mapping[str, str], *, source: str) -> Mapping[str, str]:
    words = {
        **keys_of(mapping.resource),
        **mapping.words,
        "resource": mapping.resource,
        "source": source,
        "drugs": DRUGS,
        "visit_columns": _VISIT_COLUMNS,
        "visit_join": _VISIT_JOIN,
    }
    pieces = {name: statements[name].format(**words) for name in _COMMON if name in statements}
    if "value" in statements:
        pieces["value"] = statements["value"].format(of="")
        pieces["component_value"] = statements["value"].format(of="line.")
    if mapping.resource in statements:
        pieces["shape"] = statements[mapping.resource].format(**words)
    return {**words, **pieces}


def _write_parts(connection: duckdb.DuckDBPyConnection, statement: str, target: Path) -> None:
    connection.execute(work("write_parts", statement=statement, target=text(str(target))))


def _parts(connection: duckdb.DuckDBPyConnection, folder: Path) -> Iterator[tuple[str, list[Path], int]]:
    """Each part that was written: its name, its files, its rows."""
    for path in sorted(folder.glob("part=*")):
        files = sorted(path.glob("*.parquet"))
        yield path.name.removeprefix("part="), files, count_rows(connection, files)


def _sort_out(out: Extracted, part: str, files: list[Path], rows: int, *, main: bool) -> None:
    if part in ("unreadable", "other"):
        out.odd += rows
        return
    out.resources += rows if main else 0
    if part.startswith(_LEFT):
        reason = part.removeprefix(_LEFT)
        out.left[reason] = out.left.get(reason, 0) + rows
    elif part in TABLES or part == "medication":
        out.files.setdefault(part, []).extend(files)


def keep(files: Mapping[str, list[Path]], *, resource: str, staged: Path) -> None:
    """Put the files of a type where the batch's rows are taken from."""
    for table, paths in files.items():
        for path in paths:
            number = sum(1 for _one in staged.glob(f"{table}-*.parquet"))
            shutil.move(path, staged / f"{table}-{resource}-{number}.parquet")
