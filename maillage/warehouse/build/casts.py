"""Casts that either keep a value whole or fail: DuckDB's own round 1.5 to 2 and read `0x10` as 16.

Each cast is a condition that a value that is not null must meet, and an expression for its result.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from maillage.warehouse.schema import CdmType

_EXACT_FLOAT = 2**53


class Kind(StrEnum):
    """Families of source types that are cast alike."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    DATE = "date"
    DATETIME = "datetime"
    OTHER = "other"


_KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "VARCHAR": Kind.TEXT,
        "ENUM": Kind.TEXT,
        "UUID": Kind.TEXT,
        **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), Kind.INTEGER),
        **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"), Kind.INTEGER),
        "DECIMAL": Kind.DECIMAL,
        "FLOAT": Kind.FLOAT,
        "DOUBLE": Kind.FLOAT,
        "DATE": Kind.DATE,
        "TIMESTAMP": Kind.DATETIME,
        "TIMESTAMP_S": Kind.DATETIME,
        "TIMESTAMP_MS": Kind.DATETIME,
        "TIMESTAMP_NS": Kind.DATETIME,
        "TIMESTAMP WITH TIME ZONE": Kind.DATETIME,
    }
)


def kind_of(duckdb_type: str) -> Kind:
    """The family of a DuckDB type name such as `DECIMAL(18,3)`."""
    return _KINDS.get(duckdb_type.split("(")[0].strip(), Kind.OTHER)


@dataclass(frozen=True)
class _Cast:
    """`{x}` is the value, `{try_}` is `TRY_` where a failure must give null.

    Most texts are written as the engine would write their value: `usual` tells such a text, for half the
    price of the condition, and `value` is then its value.
    """

    result: str
    condition: str = "true"
    usual: str = ""
    value: str = ""


# Exports of nullable integers often read 12.0: kept when whole.
_TEXT_IS_WHOLE = "regexp_full_match({x}, '\\s*[+-]?[0-9]+(\\.0*)?\\s*')"
# Athena writes dates without hyphens.
_TEXT_AS_DATE = (
    "{try_}CAST(CASE WHEN length({x}) = 8 THEN {x}[1:4] || '-' || {x}[5:6] || '-' || {x}[7:8] "
    "ELSE {x} END AS DATE)"
)
# The engine reads words such as infinity and today as dates.
_PLAIN_TIME = "NOT regexp_matches({x}, '(?i)[abd-sv-y]')"
_PLAIN = {
    target: _Cast("{try_}CAST({x} AS " + name + ")")
    for target, name in ((CdmType.FLOAT, "DOUBLE"), (CdmType.DATE, "DATE"), (CdmType.DATETIME, "TIMESTAMP"))
}
_INTEGER = "{try_}CAST({x} AS BIGINT)"
_AS_INTEGER, _AS_FLOAT = "TRY_CAST({x} AS BIGINT)", "TRY_CAST({x} AS DOUBLE)"
_AS_DATE, _AS_TIME = "TRY_CAST({x} AS DATE)", "TRY_CAST({x} AS TIMESTAMP)"
# The engine writes an infinite date as a word, and years before Christ with letters: both have other lengths.
_USUAL_INTEGER = f"CAST({_AS_INTEGER} AS VARCHAR) = {{x}}"
_USUAL_DATE = f"length({{x}}) = 10 AND CAST({_AS_DATE} AS VARCHAR) = {{x}}"
_USUAL_TIME = f"length({{x}}) = 19 AND CAST({_AS_TIME} AS VARCHAR) = {{x}}"
_WHOLE_FLOAT = f"{{x}} = trunc({{x}}) AND abs({{x}}) <= {_EXACT_FLOAT}"

_CASTS: Mapping[tuple[Kind, CdmType], _Cast] = MappingProxyType(
    {
        (Kind.TEXT, CdmType.INTEGER): _Cast(_INTEGER, _TEXT_IS_WHOLE, _USUAL_INTEGER, _AS_INTEGER),
        (Kind.INTEGER, CdmType.INTEGER): _Cast(_INTEGER),
        (Kind.DECIMAL, CdmType.INTEGER): _Cast(_INTEGER, "{x} = trunc({x})"),
        (Kind.FLOAT, CdmType.INTEGER): _Cast(_INTEGER, _WHOLE_FLOAT),
        (Kind.TEXT, CdmType.FLOAT): _Cast(
            _PLAIN[CdmType.FLOAT].result, f"isfinite({_AS_FLOAT})", f"isfinite({_AS_FLOAT})", _AS_FLOAT
        ),
        (Kind.INTEGER, CdmType.FLOAT): _PLAIN[CdmType.FLOAT],
        (Kind.DECIMAL, CdmType.FLOAT): _PLAIN[CdmType.FLOAT],
        (Kind.FLOAT, CdmType.FLOAT): _Cast(_PLAIN[CdmType.FLOAT].result, "isfinite({x})"),
        (Kind.TEXT, CdmType.DATE): _Cast(_TEXT_AS_DATE, _PLAIN_TIME, _USUAL_DATE, _AS_DATE),
        (Kind.DATE, CdmType.DATE): _PLAIN[CdmType.DATE],
        (Kind.DATETIME, CdmType.DATE): _PLAIN[CdmType.DATE],
        (Kind.TEXT, CdmType.DATETIME): _Cast(
            _PLAIN[CdmType.DATETIME].result, _PLAIN_TIME, _USUAL_TIME, _AS_TIME
        ),
        (Kind.DATE, CdmType.DATETIME): _PLAIN[CdmType.DATETIME],
        (Kind.DATETIME, CdmType.DATETIME): _PLAIN[CdmType.DATETIME],
    }
)

# A column of another type is only accepted when wholly null: some writers give such columns any type.
_REFUSED = _Cast("NULL", "false")


def _find_cast(kind: Kind, target: CdmType) -> _Cast:
    if target is CdmType.VARCHAR:
        return _Cast("CAST({x} AS VARCHAR)", "false" if kind is Kind.OTHER else "true")
    return _CASTS.get((kind, target), _REFUSED)


def strict_cast(column: str, *, kind: Kind, target: CdmType) -> str:
    """SQL for the cast value of a quoted column; it stops the query on a value that cannot be kept."""
    cast = _find_cast(kind, target)
    result = cast.result.format(x=column, try_="")
    if cast.condition == "true":
        return result
    condition = cast.condition.format(x=column)
    first = f"WHEN {cast.usual} THEN {cast.value} ".format(x=column) if cast.usual else ""
    return (
        f"CASE {first}WHEN {_is_null(column, kind)} THEN NULL WHEN {condition} THEN {result} "
        "ELSE error('') END"
    )


def cannot_cast(column: str, *, kind: Kind, target: CdmType) -> str:
    """SQL that is true where `strict_cast` would stop."""
    cast = _find_cast(kind, target)
    result = cast.result.format(x=column, try_="TRY_")
    kept = f"({cast.condition.format(x=column)}) AND {result} IS NOT NULL"
    return f"NOT ({_is_null(column, kind)}) AND NOT coalesce({kept}, false)"


def _is_null(column: str, kind: Kind) -> str:
    # Writers of numeric arrays say NaN where they mean nothing.
    return f"{column} IS NULL OR isnan({column})" if kind is Kind.FLOAT else f"{column} IS NULL"
