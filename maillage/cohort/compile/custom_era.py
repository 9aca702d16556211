"""Eras of exposure to a set of drugs, standard or source, for an exit that follows the treatment."""

from dataclasses import replace

from sqlglot import exp

from maillage.cohort.compile.builder import Builder
from maillage.cohort.compile.dates import add_days
from maillage.cohort.compile.eras import merge_periods
from maillage.cohort.compile.scan import inline_scan
from maillage.cohort.compile.sql import (
    col,
    equal,
    left_join,
    named,
    select,
    semi_join,
    subquery,
    table,
    union_all,
)
from maillage.cohort.expression import AdjustFrom, Criterion, CustomEraExit, DateAdjustment
from maillage.cohort.expression.values import CodesetRef

_CODES = ("CodesetId", "DrugSourceConcept")


def join_era(builder: Builder, era: CustomEraExit, included: str) -> exp.Join:
    """The era `s` in which an included event `i` starts, if there is one: eras of a person do not overlap."""
    step = builder.add("treatment_eras", _eras(builder, era, included))
    inside = exp.Between(this=col("i", "start_date"), low=col("s", "start_date"), high=col("s", "end_date"))
    same = equal(col("s", "person_id"), col("i", "person_id"))
    return left_join(table(step, "s"), [same, inside])


def _eras(builder: Builder, era: CustomEraExit, included: str) -> exp.Query:
    """Exposures are lengthened by gap and offset before they merge; the gap is then taken away."""
    exposures = _longest(union_all([_exposures(builder, era, code, included) for code in _CODES]))
    merged = merge_periods(builder, exposures, gap=era.gap_days + era.offset)
    end = named(add_days(col("m", "end_date"), era.offset), "end_date")
    return select([col("m", "person_id"), col("m", "start_date"), end], subquery(merged, "m"))


def _longest(exposures: exp.Query) -> exp.Select:
    """One exposure a day: a row that both codes choose comes twice, and hospitals write many lines a day."""
    end = named(exp.Max(this=col("x", "end_date")), "end_date")
    day = ("person_id", "start_date")
    return select(
        [*(col("x", name) for name in day), end],
        subquery(exposures, "x"),
        group=[col("x", name) for name in day],
    )


def _exposures(builder: Builder, era: CustomEraExit, code: str, included: str) -> exp.Query:
    """The exposures of the persons of the cohort: nobody else's eras are asked for."""
    criterion = Criterion("DrugExposure", ((code, CodesetRef(era.codeset_id)),))
    if era.days_supply_override is not None:
        supply = DateAdjustment(AdjustFrom.START, 0, AdjustFrom.START, era.days_supply_override)
        criterion = replace(criterion, date_adjustment=supply)
    names = ("person_id", "start_date", "end_date")
    same = equal(col("i", "person_id"), col("d", "person_id"))
    return select(
        [col("d", name) for name in names],
        inline_scan(builder, criterion, names, alias="d"),
        joins=[semi_join(table(included, "i"), [same])],
    )
