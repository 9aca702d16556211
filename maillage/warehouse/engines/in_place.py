"""An OMOP schema that exists, seen as the model: types made alike, absent tables empty, objections left out.

Each table of the model becomes one query over the table that is there. The persons who objected are in a
temporary table of the session that no query can name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlglot import exp

from maillage.base.i18n import _
from maillage.warehouse.errors import WarehouseBrokenError
from maillage.warehouse.layout import RESERVED
from maillage.warehouse.schema import TABLES, CdmType, Table
from maillage.warehouse.schema.persons import FACT_LINKS, PARENT_LINKS, PERSON_COLUMNS

OBJECTIONS = f"{RESERVED}objection"
"""The temporary table (person_id) of the persons whom no query sees."""

ANSWERED = tuple(name for name in TABLES if name not in FACT_LINKS)
"""The tables that can be asked in place. Not those whose rows name a fact of any table: to find the person
behind each would cost every query a pass over all tables."""

VOCABULARY = frozenset(
    {
        "concept",
        "vocabulary",
        "domain",
        "concept_class",
        "concept_relationship",
        "relationship",
        "concept_synonym",
        "concept_ancestor",
        "source_to_concept_map",
        "drug_strength",
    }
)
"""The tables that a hospital may keep in a schema of their own."""

TYPES: Mapping[CdmType, exp.DType] = MappingProxyType(
    {
        CdmType.INTEGER: exp.DType.BIGINT,
        CdmType.FLOAT: exp.DType.DOUBLE,
        CdmType.DATE: exp.DType.DATE,
        CdmType.DATETIME: exp.DType.TIMESTAMPNTZ,
        CdmType.VARCHAR: exp.DType.TEXT,
    }
)


@dataclass(frozen=True)
class Present:
    """A table that exists: how to name it, and the engine's name of each column's type."""

    source: exp.Table
    columns: Mapping[str, str]


Column = Callable[[exp.Column, CdmType, str], exp.Expr]
"""Makes a column of the model from the one that is there, of the type named: itself, where no rows differ."""


def visible_rows(name: str, *, present: Mapping[str, Present], column: Column) -> exp.Select:
    """The table of the model as a query. Raises WarehouseBrokenError when a required column is absent."""
    table = TABLES[name]
    found = present.get(name)
    if found is None:
        nothing = [exp.alias_(_null(kind.type), kind.name) for kind in table.columns]
        return exp.Select(expressions=nothing, where=exp.Where(this=exp.false()))
    _check_required(table, found)
    source = found.source.copy()
    source.set("alias", exp.TableAlias(this=exp.to_identifier("t")))
    query = exp.Select(expressions=_columns(table, found, column), from_=exp.From(this=source))
    hidden = _objected(name, present)
    return query.where(exp.Not(this=exp.Exists(this=hidden)), copy=False) if hidden else query


def _columns(table: Table, found: Present, column: Column) -> list[exp.Expr]:
    return [
        exp.alias_(
            column(exp.column(kind.name, "t"), kind.type, found.columns[kind.name])
            if kind.name in found.columns
            else _null(kind.type),
            kind.name,
        )
        for kind in table.columns
    ]


def _null(kind: CdmType) -> exp.Expr:
    return cast_to(exp.Null(), kind)


def cast_to(expression: exp.Expr, kind: CdmType) -> exp.Expr:
    """The expression as this type of the model."""
    return exp.Cast(this=expression, to=exp.DataType(this=TYPES[kind]))


def _check_required(table: Table, found: Present) -> None:
    absent = [one.name for one in table.columns if one.required and one.name not in found.columns]
    if absent:
        raise WarehouseBrokenError(
            _("La table {table} n’est pas celle d’OMOP CDM 5.4.").format(table=table.name),
            why=_("Colonnes absentes : {columns}.").format(columns=", ".join(absent)),
            remedy=_("Donnez le schéma OMOP, ou une vue qui ajoute ces colonnes."),
        )


def _objected(name: str, present: Mapping[str, Present]) -> exp.Select | None:
    """What exists for a row `t` that must not be seen; None for a table that tells nothing about a person."""
    objection = exp.to_table(OBJECTIONS, alias="o")
    if name in PERSON_COLUMNS:
        same = _equal(("o", "person_id"), ("t", PERSON_COLUMNS[name]))
        return exp.select("1").from_(objection).where(same)
    link = PARENT_LINKS.get(name)
    if link is None or link.parent not in present:
        return None
    parent = present[link.parent].source.copy()
    parent.set("alias", exp.TableAlias(this=exp.to_identifier("p")))
    return (
        exp.select("1")
        .from_(parent)
        .join(objection, on=_equal(("o", "person_id"), ("p", "person_id")))
        .where(_equal(("p", link.column), ("t", link.column)))
    )


def _equal(left: tuple[str, str], right: tuple[str, str]) -> exp.EQ:
    (left_table, left_name), (right_table, right_name) = left, right
    return exp.EQ(this=exp.column(left_name, left_table), expression=exp.column(right_name, right_table))
