"""What a mapping says of one column becomes an expression, and the conditions under which a row is at fault.

Columns are quoted identifiers of the scratch database and values quoted texts.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import duckdb

from maillage.base.i18n import mark
from maillage.warehouse.batches.identity import row_id
from maillage.warehouse.batches.tables.files import OpenSource
from maillage.warehouse.batches.tables.mapping import Cell, Concat, Constant, Reference, Scalar
from maillage.warehouse.build.casts import Kind, cannot_cast, strict_cast
from maillage.warehouse.layout import DUCKDB_TYPES
from maillage.warehouse.schema import CdmType
from maillage.warehouse.sql import text


class Reason(StrEnum):
    """Why a row was not loaded."""

    TYPE = "type"
    DATE = "date"
    NUMBER = "number"
    INTEGER = "integer"
    NOT_IN_MAP = "not_in_map"
    EMPTY = "empty"
    NO_PARTNER = "no_partner"
    PARTNERS = "partners"
    KEY_TAKEN = "key_taken"
    LINE = "line"


REASONS: Mapping[Reason, str] = {
    Reason.TYPE: mark("valeur impossible"),
    Reason.DATE: mark("pas une date dans les formats attendus"),
    Reason.NUMBER: mark("pas un nombre"),
    Reason.INTEGER: mark("pas un nombre entier"),
    Reason.NOT_IN_MAP: mark("valeur absente de map"),
    Reason.EMPTY: mark("valeur requise absente"),
    Reason.NO_PARTNER: mark("aucune ligne jointe"),
    Reason.PARTNERS: mark("plusieurs lignes jointes qui diffèrent"),
    Reason.KEY_TAKEN: mark("même clé qu’une ligne différente"),
    Reason.LINE: mark("ligne illisible"),
}


@dataclass(frozen=True)
class Fault:
    """A condition that keeps a row out. `column` is the one that a person looks for in the file."""

    reason: Reason
    column: str
    condition: str


@dataclass(frozen=True)
class Compiled:
    """SQL for a value, the row's faults, and where a cell was left empty since it could not be read."""

    result: str
    faults: tuple[Fault, ...] = ()
    emptied: str | None = None


@dataclass(frozen=True)
class Found:
    """A column of a source in scope."""

    sql: str
    kind: Kind
    label: str
    source: OpenSource


class Scope:
    """The columns that a block may name, and the expressions over them that its values are made of.

    Each expression is kept once, under a short name: those of a long map would fill pages otherwise.
    """

    def __init__(self, find: Callable[[str], Found]) -> None:
        self.find = find
        self.kept: dict[str, str] = {}

    def keep(self, sql: str) -> str:
        """A name for an expression over the columns."""
        return self.kept.setdefault(sql, f"x{len(self.kept)}")


_ZONE = "(?:Z|[-+][0-9]{2}(?::?[0-9]{2})?)"
_FRACTION = "[.][0-9]{1,9}"
_ISO = "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}"
_DIGITS = {
    "%d": "[0-9]{1,2}",
    "%m": "[0-9]{1,2}",
    "%Y": "[0-9]{4}",
    "%H": "[0-9]{1,2}",
    "%M": "[0-9]{2}",
    "%S": "[0-9]{2}",
    "%f": "[0-9]{1,9}",
    "%z": f" ?{_ZONE}",
}
_TEMPORAL = (CdmType.DATE, CdmType.DATETIME)
_MISFITS: Mapping[CdmType, Reason] = {
    CdmType.DATE: Reason.DATE,
    CdmType.DATETIME: Reason.DATE,
    CdmType.FLOAT: Reason.NUMBER,
    CdmType.INTEGER: Reason.INTEGER,
}


def compile_value(value: Cell | Constant | Concat | Reference, target: CdmType, *, scope: Scope) -> Compiled:
    """The expression of a value in the type of its column."""
    match value:
        case Cell():
            return _compile_cell(value, target, scope=scope)
        case Constant():
            return Compiled(strict_cast(text(str(value.constant)), kind=Kind.TEXT, target=target))
        case Concat():
            parts = ", ".join(f"CAST({scope.find(name).sql} AS VARCHAR)" for name in value.concat)
            joined = f"nullif(concat_ws({text(value.separator)}, {parts}), '')"
            return _cast(scope.keep(joined), Kind.TEXT, target, label=value.concat[0])
        case Reference():
            made = make_id(value.ref, [scope.find(name).sql for name in value.by])
            return Compiled(scope.keep(made))


def make_id(table: str, values: Sequence[str]) -> str:
    """The id of a row of a table from its key; null where a part of the key is."""
    absent = " OR ".join(f"{value} IS NULL" for value in values)
    parts = [f"CAST({value} AS VARCHAR)" for value in values]
    return f"CASE WHEN {absent} THEN NULL ELSE {row_id(text(table), *parts)} END"


def constants_of(value: Cell | Constant | Concat | Reference) -> list[Scalar]:
    """What the mapping itself gives as values of the column."""
    match value:
        case Constant():
            return [value.constant]
        case Cell():
            given = [*(value.map or {}).values(), value.otherwise, value.default]
            return [one for one in given if one is not None]
        case _:
            return []


def first_misfit(
    connection: duckdb.DuckDBPyConnection, values: Sequence[Scalar], target: CdmType
) -> Scalar | None:
    """The first constant that cannot be of the column's type."""
    if not values:
        return None
    rows = connection.sql("SELECT unnest($values) AS given", params={"values": [str(one) for one in values]})
    bad = rows.filter(cannot_cast("given", kind=Kind.TEXT, target=target)).limit(1).fetchall()
    return bad[0][0] if bad else None


def _compile_cell(value: Cell, target: CdmType, *, scope: Scope) -> Compiled:
    found = scope.find(value.column)
    compiled = _read_cell(value, found, target, scope=scope)
    if value.unreadable == "empty":
        compiled = _empty_faults(compiled, target)
    if value.default is not None:
        given = strict_cast(text(str(value.default)), kind=Kind.TEXT, target=target)
        empty = f"{scope.keep(found.sql)} IS NULL"
        compiled = replace(compiled, result=f"CASE WHEN {empty} THEN {given} ELSE {compiled.result} END")
    return compiled


def _read_cell(value: Cell, found: Found, target: CdmType, *, scope: Scope) -> Compiled:
    if value.map is not None:
        return _mapped(value, found, target, scope=scope)
    if value.part:
        sql, kind = _as_time(value, found, CdmType.DATE)
        read = _cast(scope.keep(sql), kind, CdmType.DATE, label=found.label)
        return replace(read, result=f"CAST({value.part}({read.result}) AS {DUCKDB_TYPES[target]})")
    sql, kind = found.sql, found.kind
    if target in _TEMPORAL:
        sql, kind = _as_time(value, found, target)
    elif target is CdmType.FLOAT and kind is Kind.TEXT:
        sql = _joined_digits(sql)
        sql = _with_point(sql) if _decimal(value, found) == "," else sql
    return _cast(scope.keep(sql), kind, target, label=found.label)


def _empty_faults(compiled: Compiled, target: CdmType) -> Compiled:
    """Cells that would keep their row out are left empty instead."""
    if not compiled.faults:
        return compiled
    bad = " OR ".join(f"({fault.condition})" for fault in compiled.faults)
    result = f"CASE WHEN {bad} THEN CAST(NULL AS {DUCKDB_TYPES[target]}) ELSE {compiled.result} END"
    return Compiled(result, emptied=bad)


def _mapped(value: Cell, found: Found, target: CdmType, *, scope: Scope) -> Compiled:
    words = value.map or {}
    given = scope.keep(f"CAST({found.sql} AS VARCHAR)")
    cases = " ".join(f"WHEN {text(key)} THEN {text(str(new))}" for key, new in words.items())
    otherwise = "NULL" if value.otherwise is None else text(str(value.otherwise))
    cased = f"CASE CAST({found.sql} AS VARCHAR) {cases} ELSE {otherwise} END"
    mapped = f"CASE WHEN {found.sql} IS NOT NULL THEN {cased} END"
    compiled = _cast(scope.keep(mapped), Kind.TEXT, target, label=found.label)
    if value.otherwise is not None:
        return compiled
    keys = ", ".join(map(text, words))
    unknown = Fault(Reason.NOT_IN_MAP, found.label, f"{given} NOT IN ({keys})")
    return replace(compiled, faults=(unknown, *compiled.faults))


def _as_time(value: Cell, found: Found, target: CdmType) -> tuple[str, Kind]:
    return _read_time(value, found, target) if found.kind is Kind.TEXT else (found.sql, found.kind)


def _read_time(value: Cell, found: Found, target: CdmType) -> tuple[str, Kind]:
    """A text as an instant, by the formats of the column, else of the source, else as OMOP writes it."""
    source, sql = found.source.settings, found.sql
    formats = value.formats or [*source.date_formats, *source.datetime_formats]
    if not formats:
        # An instant is cut to its day where a day is wanted.
        long = f"length({sql}) > 10 AND TRY_CAST({sql} AS TIMESTAMP) IS NOT NULL"
        day = f"CASE WHEN {long} THEN {sql}[1:10] ELSE {sql} END"
        usual = f"length({sql}) = 19 AND {sql}[17] = ':'"
        instant = f"CASE WHEN {usual} THEN {sql} ELSE {_on_the_clock(sql, _ISO)} END"
        return (day if target is CdmType.DATE else instant), Kind.TEXT
    tries = " ".join(
        f"WHEN regexp_full_match({sql}, {text(_shape(one))}) THEN {_parsed(sql, one)}" for one in formats
    )
    # What no format reads must fail as a text that is no date does.
    written = f"coalesce(strftime(CASE {tries} END, '%Y-%m-%d %H:%M:%S'), '?')"
    read = f"CASE WHEN {sql} IS NOT NULL THEN {written} END"
    return (f"({read})[1:10]" if target is CdmType.DATE else read), Kind.TEXT


def _parsed(sql: str, format_: str) -> str:
    plain = format_.replace(".%f", "").replace("%z", "").rstrip()
    clock = sql if plain == format_ else _on_the_clock(sql, "")
    return f"try_strptime({clock}, {text(plain)})"


def _on_the_clock(sql: str, start: str) -> str:
    """An instant as the hospital's clock showed it: its zone is left aside, so that day and time agree."""
    tail = text(f"^({start}.*?)( ?{_FRACTION})?( ?{_ZONE})?$")
    return f"regexp_replace({sql}, {tail}, '\\1')"


def _shape(format_: str) -> str:
    """The engine takes the year of `01/02/20` to be 20: digits are counted first."""
    parts = re.findall(r"%.|.", format_)
    return "".join(_DIGITS.get(part) or re.escape(part) for part in parts)


def _decimal(value: Cell, found: Found) -> str:
    return value.decimal or found.source.settings.decimal


def _joined_digits(sql: str) -> str:
    """`1 234,5` as laboratories print it: blanks that part thousands, of any width, and no others."""
    blank = "[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]"
    shape = text(f"[-+]?[0-9]{{1,3}}({blank}[0-9]{{3}})+([.,][0-9]+)?")
    joined = f"regexp_replace({sql}, {text(blank)}, '', 'g')"
    return f"CASE WHEN length({sql}) > 4 AND regexp_full_match({sql}, {shape}) THEN {joined} ELSE {sql} END"


def _with_point(sql: str) -> str:
    """`1.234` is a thousand for some and one for others: where the mark is a comma, a point is refused."""
    return f"CASE WHEN contains({sql}, '.') THEN '?' ELSE replace({sql}, ',', '.') END"


def _cast(sql: str, kind: Kind, target: CdmType, *, label: str) -> Compiled:
    bad = cannot_cast(sql, kind=kind, target=target)
    null = f"CAST(NULL AS {DUCKDB_TYPES[target]})"
    result = f"CASE WHEN {bad} THEN {null} ELSE {strict_cast(sql, kind=kind, target=target)} END"
    return Compiled(result, (Fault(_MISFITS.get(target, Reason.TYPE), label, bad),))
