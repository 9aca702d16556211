"""One table of a mapping as one query over the scratch database: every row with its values or its fault."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from maillage.base.i18n import _
from maillage.base.statements import load_statements
from maillage.warehouse.batches.tables.document import Place
from maillage.warehouse.batches.tables.files import FileColumn, OpenSource
from maillage.warehouse.batches.tables.invalid import suggest_name
from maillage.warehouse.batches.tables.mapping import (
    Block,
    Cell,
    Code,
    Concat,
    Condition,
    Constant,
    Reference,
)
from maillage.warehouse.batches.tables.read import (
    MappingFile,
    coded_targets,
    id_of,
    needed_columns,
)
from maillage.warehouse.batches.tables.split import PART, split_columns, split_rows
from maillage.warehouse.batches.tables.values import (
    Compiled,
    Fault,
    Found,
    Reason,
    Scope,
    compile_value,
    constants_of,
    first_misfit,
    make_id,
)
from maillage.warehouse.build.casts import Kind
from maillage.warehouse.layout import DUCKDB_TYPES
from maillage.warehouse.schema import TABLES, CdmType, Column
from maillage.warehouse.sql import quote, text

EHR = 32817
"""The type concept of what comes from a hospital's own records."""


@dataclass(frozen=True)
class Query:
    """A compiled block: `inner` expressions over the sources, `values` and `faults` over those."""

    kept: str
    inner: Mapping[str, str]
    values: Mapping[str, str]
    faults: tuple[Fault, ...]
    emptied: Mapping[str, str]


class BlockCompiler:
    """Finds what a block names among the columns of its sources."""

    def __init__(self, file: MappingFile, index: int, sources: Mapping[str, OpenSource]) -> None:
        self.file = file
        self.index = index
        self.block: Block = file.mapping.tables[index]
        self.place: Place = ("tables", index)
        self.sources = sources
        self._at: Place = self.place
        self.split = frozenset(name.lower() for name in split_columns(self.block.code))
        self.joined: dict[str, FileColumn] = {}

    def compile(self, connection: duckdb.DuckDBPyConnection) -> Query:
        """Raises MappingError where a column is not in its file, or a constant not of its type."""
        self._check_constants(connection)
        self._check_split()
        scope = Scope(self._find)
        compiled = dict(self._all_values(scope))
        kept = self._conditions()
        if self.split:
            kept = f"({kept}) AND {PART} IS NOT NULL"
        faults = [*self._join_faults(), *(fault for one in compiled.values() for fault in one.faults)]
        values = {name: one.result for name, one in compiled.items()}
        faults += self._empty_faults(values)
        return Query(
            kept=kept,
            inner={alias: sql for sql, alias in scope.kept.items()},
            values=values | self._fillings(values),
            faults=tuple(faults),
            emptied={name: one.emptied for name, one in compiled.items() if one.emptied},
        )

    def find_joined(self) -> None:
        """Check the columns that the join compares."""
        join = self.block.join
        for own, other in (join.columns if join else {}).items():
            self._at = (*self.place, "join", "columns", own)
            self._find(own)
            self._find(f"{join.source}.{other}" if join else other)

    def _find(self, name: str) -> Found:
        own = self.sources[self.block.source]
        if (column := own.columns.get(name.lower())) is not None:
            kind = Kind.TEXT if name.lower() in self.split else column.kind
            return Found(f"own.{column.stored}", kind, column.name, own)
        join = self.block.join
        prefix = f"{join.source}." if join else ""
        if join and name.startswith(prefix):
            other = self.sources[join.source]
            if (column := other.columns.get(name.removeprefix(prefix).lower())) is not None:
                self.joined[column.stored] = column
                return Found(f"other.{column.stored}", column.kind, name, other)
        known = (
            [*own.columns, *(f"{prefix}{one}" for one in self.sources[join.source].columns)]
            if join
            else list(own.columns)
        )
        raise self.file.fault(
            self._at,
            _("{source} n’a pas de colonne « {name} ».").format(source=own.files[0].name, name=name[:60]),
            remedy=suggest_name(name, known),
        )

    def _all_values(self, scope: Scope) -> list[tuple[str, Compiled]]:
        block, types = self.block, {column.name: column.type for column in TABLES[self.block.table].columns}
        found: list[tuple[str, Compiled]] = []
        if block.key:
            self._at = (*self.place, "key")
            made = make_id(block.table, self._key(block.key))
            found.append((str(id_of(block.table)), Compiled(scope.keep(made))))
        for name, value in block.columns.items():
            self._at = (*self.place, "columns", name)
            found.append((name, compile_value(value, types[name], scope=scope)))
        for name, code in (("source", block.code), ("value", block.value_code)):
            if code is not None:
                found += self._code(name, code, scope)
        if block.unit is not None:
            self._at = (*self.place, "unit")
            found.append(("unit_code", _compile_unit(block.unit, scope)))
        return found

    def _key(self, parts: Sequence[str | Constant]) -> list[str]:
        """The parts of the row's id: among the codes of one cell, the code is one of them."""
        found = [self._find(one).sql if isinstance(one, str) else text(str(one.constant)) for one in parts]
        told = any(name.lower() in self.split for name in self.block.key_columns)
        return found if told or not self.split else [*found, PART]

    def _code(self, name: str, code: Code, scope: Scope) -> list[tuple[str, Compiled]]:
        self._at = (*self.place, "code" if name == "source" else "value_code")
        parted = isinstance(code.code, Concat) and self.split
        value = (
            Compiled(scope.keep(PART)) if parted else compile_value(code.code, CdmType.VARCHAR, scope=scope)
        )
        return [(f"{name}_vocabulary_id", Compiled(text(code.vocabulary))), (f"{name}_code", value)]

    def _check_split(self) -> None:
        self._at = (*self.place, "code")
        for name in sorted(self.split):
            if self._find(name).sql.startswith("other."):
                raise self.file.fault(
                    (*self.place, "code", "split"),
                    _("split ne partage que les cellules de la source elle-même, pas « {name} ».").format(
                        name=name[:60]
                    ),
                )

    def _check_constants(self, connection: duckdb.DuckDBPyConnection) -> None:
        types = {column.name: column.type for column in TABLES[self.block.table].columns}
        for name, value in self.block.columns.items():
            if first_misfit(connection, constants_of(value), types[name]) is not None:
                raise self.file.fault(
                    (*self.place, "columns", name),
                    _("{column} : une valeur donnée ici n’est pas du type {type}.").format(
                        column=name, type=types[name]
                    ),
                )

    def _conditions(self) -> str:
        tests: list[str] = []
        for index, condition in enumerate(self.block.where):
            self._at = (*self.place, "where", index)
            tests.append(f"({_test(condition, f'CAST({self._find(condition.column).sql} AS VARCHAR)')})")
        return " AND ".join(tests) or "true"

    def _join_faults(self) -> list[Fault]:
        join = self.block.join
        if join is None:
            return []
        label = ", ".join(join.columns)
        found = [Fault(Reason.PARTNERS, label, "_partners > 1")]
        return [*found, Fault(Reason.NO_PARTNER, label, "_partners IS NULL")] if join.required else found

    def _empty_faults(self, values: Mapping[str, str]) -> list[Fault]:
        wanted = [name for name in (*needed_columns(self.block.table), "source_code") if name in values]
        return [Fault(Reason.EMPTY, self._label(name), f"({values[name]}) IS NULL") for name in wanted]

    def _label(self, target: str) -> str:
        """The column of the file that a person must look at."""
        if target == "source_code" and self.block.code:
            value = self.block.code.code
        else:
            value = self.block.columns.get(target)
        match value:
            case Cell():
                return value.column
            case Reference():
                return ", ".join(value.by)
            case None if self.block.key:
                return ", ".join(self.block.key_columns)
            case _:
                return target

    def _fillings(self, values: Mapping[str, str]) -> dict[str, str]:
        """What the model requires and the mapping does not say: concept 0, a type, or null."""
        given = {*values, *coded_targets(self.block)}
        missing = [one for one in TABLES[self.block.table].columns if one.required and one.name not in given]
        return {column.name: _filling(column) for column in missing}


def _compile_unit(value: Cell | Constant, scope: Scope) -> Compiled:
    """A unit that a map does not name stays as it is written: its usual spellings are known."""
    compiled = compile_value(value, CdmType.VARCHAR, scope=scope)
    if not isinstance(value, Cell) or value.map is None or value.otherwise is not None:
        return compiled
    missing, *others = compiled.faults
    written = compile_value(value.model_copy(update={"map": None}), CdmType.VARCHAR, scope=scope)
    result = f"CASE WHEN {missing.condition} THEN {written.result} ELSE {compiled.result} END"
    return Compiled(result, tuple(others))


def _filling(column: Column) -> str:
    if column.name.endswith("_type_concept_id"):
        return str(EHR)
    return "0" if column.name.endswith("_concept_id") else f"CAST(NULL AS {DUCKDB_TYPES[column.type]})"


def _test(condition: Condition, given: str) -> str:
    def texts(values: Sequence[object]) -> str:
        return ", ".join(text(str(value)) for value in values)

    if condition.equals is not None:
        return f"coalesce({given} = {texts([condition.equals])}, false)"
    if condition.not_equals is not None:
        return f"{given} IS DISTINCT FROM {texts([condition.not_equals])}"
    if condition.among is not None:
        return f"coalesce({given} IN ({texts(condition.among)}), false)"
    if condition.not_among is not None:
        return f"NOT coalesce({given} IN ({texts(condition.not_among)}), false)"
    return f"{given} IS NULL" if condition.empty else f"{given} IS NOT NULL"


def run_query(
    connection: duckdb.DuckDBPyConnection, compiler: BlockCompiler, query: Query, *, into: str
) -> None:
    """Fill the table `into`: _file, _record, _place, _kept, _fault (an index; null: none), the values."""
    own, code = compiler.sources[compiler.block.source], compiler.block.code
    rows, place = own.table, "0"
    if code and compiler.split:
        rows, place = split_rows(own.table, code, own.columns), "own._place"
    origin, partners = f"{rows} AS own", "NULL"
    if compiler.block.join:
        origin += f" LEFT JOIN partners_{into} AS other ON {_find_partners(connection, compiler, into=into)}"
        partners = "other._partners"
    inner = [
        f"own._file, own._record, {place} AS _place, {query.kept} AS _kept, {partners} AS _partners",
        *(f"{sql} AS {alias}" for alias, sql in query.inner.items()),
    ]
    cases = " ".join(f"WHEN {fault.condition} THEN {index}" for index, fault in enumerate(query.faults))
    outer = [
        "_file, _record, _place, _kept",
        f"CASE {cases or 'WHEN false THEN 0'} END AS _fault",
        *(f"coalesce({sql}, false) AS {quote(f'_emptied_{name}')}" for name, sql in query.emptied.items()),
        *(f"{sql} AS {quote(name)}" for name, sql in query.values.items()),
    ]
    names = {"into": into, "outer": ", ".join(outer), "inner": ", ".join(inner), "origin": origin}
    connection.execute(statements()["run_block"].format(**names))


def _find_partners(connection: duckdb.DuckDBPyConnection, compiler: BlockCompiler, *, into: str) -> str:
    """Make the table partners_`into`; give back the condition of the join."""
    join = compiler.block.join
    assert join is not None  # noqa: S101 - asked for where there is one
    own, other = compiler.sources[compiler.block.source], compiler.sources[join.source]
    pairs = [
        (own.columns[mine.lower()].stored, other.columns[theirs.lower()].stored)
        for mine, theirs in join.columns.items()
    ]
    columns = [f"CAST({theirs} AS VARCHAR) AS key_{index}" for index, (_mine, theirs) in enumerate(pairs)]
    names = {
        "into": f"partners_{into}",
        "keys": ", ".join(f"key_{index}" for index in range(len(pairs))),
        "firsts": ", ".join(f"first({name}) AS {name}" for name in compiler.joined),
        "columns": ", ".join([*columns, *compiler.joined]),
        "origin": other.table,
    }
    connection.execute(statements()["find_partners"].format(**names))
    return " AND ".join(
        f"CAST(own.{mine} AS VARCHAR) = other.key_{index}" for index, (mine, _theirs) in enumerate(pairs)
    )


def statements() -> Mapping[str, str]:
    """The SQL of this folder, by name."""
    return load_statements("maillage.warehouse.batches.tables", "sql/blocks.sql")
