"""One type of resource into the tables of the model: one reading of its files, whatever comes out of it."""

import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from maillage.warehouse.batches.fhir.columns import columns_of
from maillage.warehouse.batches.fhir.compose import statement_of
from maillage.warehouse.batches.fhir.mappings import MAPPINGS, ResourceMapping
from maillage.warehouse.batches.fhir.session import path_list, read_lines, work
from maillage.warehouse.batches.fhir.versions import only_last, settle_versions
from maillage.warehouse.schema import TABLES
from maillage.warehouse.sql import text

_LEFT = "left."
_ODD = "unreadable", "other"


@dataclass
class Extracted:
    """What came out of a type: Parquet files by table, rows that went nowhere, by why."""

    resources: int = 0
    files: dict[str, list[Path]] = field(default_factory=dict[str, list[Path]])
    left: dict[str, int] = field(default_factory=dict[str, int])
    emptied: dict[str, int] = field(default_factory=dict[str, int])
    """Rows whose number in some element could not be kept, by element."""
    shared_ins: int = 0
    """Numbers for care that several persons bear."""
    odd: int = 0
    """Rows that are no resource, or of another type."""


def extract(
    connection: duckdb.DuckDBPyConnection, resource: str, paths: Collection[Path], *, folder: Path
) -> Extracted:
    """Read the files of one type and write its rows into `folder`, a file by table."""
    mapping, out = MAPPINGS[resource], Extracted()
    source = read_lines(sorted(paths), columns_of(resource))
    written = _write(connection, mapping, mapping.main, source=source, folder=folder)
    settled = settle_versions(connection, mapping, written, paths=paths)
    out.shared_ins = settled.shared_ins
    if not settled.left:
        _extract(connection, mapping, out, source=source, written=written)
        return out
    with only_last(connection, mapping, paths) as source:
        written = _write(connection, mapping, mapping.main, source=source, folder=folder)
        _extract(connection, mapping, out, source=source, written=written)
    out.resources += sum(settled.left.values())
    out.left |= settled.left
    return out


def _extract(
    connection: duckdb.DuckDBPyConnection,
    mapping: ResourceMapping,
    out: Extracted,
    *,
    source: str,
    written: Path,
) -> None:
    """Sort the main rows out, then write and sort out those of which a resource may have several."""
    folder = written.parent
    more = mapping.more if mapping.more and _wants_more(connection, written) else ()
    _sort_out(connection, written, out, mapping=mapping, name=mapping.main)
    for name in more:
        written = _write(connection, mapping, name, source=source, folder=folder)
        _sort_out(connection, written, out, mapping=mapping, name=name)


def _write(
    connection: duckdb.DuckDBPyConnection, mapping: ResourceMapping, name: str, *, source: str, folder: Path
) -> Path:
    target = folder / f"{mapping.resource}-{name}.parquet"
    statement = statement_of(mapping, name, source=source)
    connection.execute(work("write", statement=statement, target=text(str(target))))
    return target


def _wants_more(connection: duckdb.DuckDBPyConnection, path: Path) -> bool:
    """Most resources are one row: a second reading must be worth its while."""
    return connection.execute(work("wants_more", files=path_list([path]))).fetchall()[0][0]


def _sort_out(
    connection: duckdb.DuckDBPyConnection, path: Path, out: Extracted, *, mapping: ResourceMapping, name: str
) -> None:
    """Count the rows that were written by where they go, and give each table its own."""
    if name in mapping.numbers:
        _count_emptied(connection, path, out)
    counts = connection.execute(work("count_parts", files=path_list([path]))).fetchall()
    parts: dict[str, int] = dict(counts)
    for part, rows in parts.items():
        if part in _ODD:
            out.odd += rows
            continue
        out.resources += rows if name == mapping.main else 0
        if part.startswith(_LEFT):
            reason = part.removeprefix(_LEFT)
            out.left[reason] = out.left.get(reason, 0) + rows
        elif part in TABLES or part == "medication":
            names = mapping.renamed.get(part, {})
            own = _own(connection, path, part, names=names, alone=len(parts) == 1)
            out.files.setdefault(part, []).append(own)
    if not any(path in files for files in out.files.values()):
        path.unlink()


def _count_emptied(connection: duckdb.DuckDBPyConnection, path: Path, out: Extracted) -> None:
    for element, rows in connection.execute(work("count_emptied", files=path_list([path]))).fetchall():
        out.emptied[element] = out.emptied.get(element, 0) + rows


def _own(
    connection: duckdb.DuckDBPyConnection, path: Path, part: str, *, names: Mapping[str, str], alone: bool
) -> Path:
    """The rows of one part under its own names, new by old: the whole file where it holds just that."""
    if alone and not names:
        return path
    target = path.with_name(f"{path.stem}-{part}.parquet")
    renamed = ", ".join(f"{old} AS {new}" for old, new in names.items())
    columns = f"* RENAME ({renamed})" if renamed else "*"
    words = {"files": path_list([path]), "columns": columns, "part": text(part), "target": text(str(target))}
    connection.execute(work("write_part", **words))
    return target


def keep(files: Mapping[str, list[Path]], *, resource: str, staged: Path) -> None:
    """Put the files of a type where the batch's rows are taken from."""
    for table, paths in files.items():
        for path in paths:
            number = sum(1 for _one in staged.glob(f"{table}-*.parquet"))
            shutil.move(path, staged / f"{table}-{resource}-{number}.parquet")
