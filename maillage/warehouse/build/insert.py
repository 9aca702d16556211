"""Rows of any source into the tables of the model: names checked, types cast strictly, order kept."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from maillage.base.i18n import _
from maillage.warehouse.build.casts import Kind, kind_of, strict_cast
from maillage.warehouse.build.stored import stored_columns
from maillage.warehouse.build.text_files import check_distinct
from maillage.warehouse.errors import SourceError
from maillage.warehouse.layout import DUCKDB_TYPES, OBJECTION_TABLE, WITHHELD_SCHEMA, sort_key
from maillage.warehouse.schema import CdmType, Table
from maillage.warehouse.schema.persons import PERSON_COLUMNS
from maillage.warehouse.sql import quote


@dataclass(frozen=True)
class SourceColumn:
    """A column of a source: its name as written there and the family of its type."""

    name: str
    kind: Kind


@dataclass(frozen=True)
class Input:
    """Rows of one table. `origin` is shown to people; `weight` is the size of the work, in any one unit.

    `by_column` says that a few columns can be read without the others, as from Parquet or from memory.
    """

    table: Table
    origin: str
    weight: int
    open: Callable[[duckdb.DuckDBPyConnection], duckdb.DuckDBPyRelation]
    path: Path | None = None
    by_column: bool = False


def source_columns(rows: duckdb.DuckDBPyRelation, *, origin: str) -> Mapping[str, SourceColumn]:
    """A relation's columns by lower-case name. Raises SourceError when two have the same name."""
    check_distinct(rows.columns, origin=origin)
    columns = zip(rows.columns, rows.types, strict=True)
    return {name.strip().lower(): SourceColumn(name=name, kind=kind_of(str(kind))) for name, kind in columns}


def check_columns(table: Table, present: Mapping[str, SourceColumn], *, origin: str) -> None:
    """Raise SourceError when a required column is absent."""
    missing = [column.name for column in table.columns if column.required and column.name not in present]
    if missing:
        raise SourceError(
            _("{file} n’a pas la colonne {column}.").format(file=origin, column=", ".join(missing)),
            why=_("L’OMOP CDM 5.4 l’exige dans la table {table}.").format(table=table.name),
            remedy=_("Ajoutez la colonne à l’extraction (0 pour un concept inconnu), puis rechargez."),
        )


def cast_rows(
    rows: duckdb.DuckDBPyRelation, table: Table, *, origin: str, names: Collection[str] | None = None
) -> duckdb.DuckDBPyRelation:
    """The rows with the table's columns, or those of `names`, and its types; nothing is read yet.

    Raises SourceError.
    """
    present = source_columns(rows, origin=origin)
    check_columns(table, present, origin=origin)
    wanted = [column for column in table.columns if names is None or column.name in names]
    return rows.project(", ".join(_value(column.name, column.type, present) for column in wanted))


def insert_rows(
    connection: duckdb.DuckDBPyConnection,
    rows: duckdb.DuckDBPyRelation,
    source: Input,
    *,
    objections: bool,
) -> None:
    """Append rows in the table's order; those of persons who objected go straight to the withheld ones.

    Rows already written and then deleted would slow every scan, hence two passes where there are objections.
    """
    table = source.table.name
    stored = stored_columns(connection, f"main.{table}")
    values = cast_rows(rows, source.table, origin=source.origin, names=stored)
    key = sort_key(table)
    if not (source.by_column and are_ordered(values, key)):
        values = values.order(", ".join(map(quote, key)))
    if not objections or table not in PERSON_COLUMNS:
        values.insert_into(f"main.{table}")
        return
    objected = f"coalesce({PERSON_COLUMNS[table]} IN (FROM {OBJECTION_TABLE}), false)"
    values.filter(f"NOT {objected}").insert_into(f"main.{table}")
    values.filter(objected).insert_into(f"{WITHHELD_SCHEMA}.{table}")


def are_ordered(rows: duckdb.DuckDBPyRelation, key: Sequence[str]) -> bool:
    """Whether the rows have no null in a key and lie in its order: looking takes a tenth of a sort."""
    names = [quote(name) for name in key]
    before = ", ".join(f"lag({name}) OVER () AS before_{rank}" for rank, name in enumerate(names))
    nulls = " OR ".join(f"{name} IS NULL" for name in names)
    former = ", ".join(f"before_{rank}" for rank in range(len(names)))
    paired = rows.project(f"{', '.join(names)}, {before}")
    # Before the first row there is nothing, which would count as more than anything.
    descents = paired.filter(f"{nulls} OR (before_0 IS NOT NULL AND ({former}) > ({', '.join(names)}))")
    return not descents.limit(1).fetchall()


def _value(name: str, target: CdmType, present: Mapping[str, SourceColumn]) -> str:
    if name not in present:
        return f"CAST(NULL AS {DUCKDB_TYPES[target]}) AS {quote(name)}"
    source = present[name]
    return f"{strict_cast(quote(source.name), kind=source.kind, target=target)} AS {quote(name)}"
