"""What an engine is asked for features: the index of each person, and one query a feature.

Rows are numbered by person once, so that every answer says by a number whose it is. Nothing is averaged by an
engine: sums of numbers with a fraction depend on the order, and every engine has its own.
"""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from maillage.analysis.features.concepts import Concepts
from maillage.analysis.features.declared import Death, Event, Feature, FollowUp, Measurement, Visit, Window
from maillage.analysis.features.encoding import Floats, place_sex
from maillage.cohort.compile.codesets import resolve_codesets
from maillage.cohort.compile.dates import add_days, days_between, year_of
from maillage.cohort.compile.sql import (
    Condition,
    col,
    count,
    equal,
    in_query,
    inner_join,
    is_null,
    left_join,
    named,
    negate,
    num,
    ordered,
    select,
    subquery,
    table,
)
from maillage.cohort.expression import ConceptSetItem
from maillage.cohort.expression.values import Concept
from maillage.cohort.run import CohortTables, fresh_prefix, made
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.schema import EVENT_TABLES

_TABLES: Mapping[str, str] = {
    "condition": "condition_occurrence",
    "drug": "drug_exposure",
    "procedure": "procedure_occurrence",
    "observation": "observation",
    "device": "device_exposure",
    "measurement": "measurement",
    "visit": "visit_occurrence",
}


@dataclass(frozen=True)
class Index:
    """One row a person, in the order of their ids; `table` and `codesets` live as long as the reading."""

    engine: Engine
    table: str
    codesets: str
    sets: Mapping[str, int]
    persons: NDArray[np.int64]
    year: Floats
    age: Floats
    sex: Floats

    @property
    def rows(self) -> int:
        """How many persons there are."""
        return len(self.persons)


@contextmanager
def indexed(tables: CohortTables, features: Sequence[Feature], *, engine: Engine) -> Generator[Index]:
    """The cohort's persons at their index, and the concept sets of the features, ready to be asked."""
    prefix = fresh_prefix()
    sets = {feature.name: number for number, feature in enumerate(features) if _concepts(feature)}
    items = {
        number: _read_items(found)
        for number, feature in enumerate(features)
        if (found := _concepts(feature)) is not None
    }
    kept = [(f"{prefix}index", _number_persons(tables)), (f"{prefix}codesets", resolve_codesets(items))]
    with made(kept, engine=engine):
        persons, year, born, gender = engine.fetch_integers(_demographics(f"{prefix}index"))
        age = np.where(born > 0, year - born, np.nan)
        yield Index(
            engine,
            f"{prefix}index",
            f"{prefix}codesets",
            sets,
            persons,
            year.astype(float),
            age,
            place_sex(gender),
        )


def read_feature(index: Index, feature: Feature) -> Floats:
    """One number for each row of the index; NaN where there is none."""
    match feature.kind:
        case "age":
            return index.age
        case "sex":
            return index.sex
        case "year":
            return index.year
        case "measurement":
            return _measure(index, feature)
        case "follow_up":
            return _follow(index, feature)
        case "death":
            return _scatter(index, _death_days(index, feature), flag=True)
        case _:
            return _count(index, feature)


def read_first_day(index: Index, feature: Event | Visit | Death) -> Floats:
    """Days from the index to the first event in the window; NaN where there is none."""
    if feature.kind == "death":
        return _scatter(index, _death_days(index, feature), empty=np.nan)
    source = _Source(index, feature)
    first = exp.Min(this=days_between(col("i", "index_date"), source.start))
    return _scatter(index, source.group(first), empty=np.nan)


def _concepts(feature: Feature) -> Concepts | None:
    return getattr(feature, "concepts", None)


def _read_items(concepts: Concepts) -> tuple[ConceptSetItem, ...]:
    return tuple(
        ConceptSetItem(
            Concept(item.concept.CONCEPT_ID),
            exclude=item.isExcluded,
            descendants=item.includeDescendants,
            mapped=item.includeMapped,
        )
        for item in concepts.items
    )


def _number_persons(tables: CohortTables) -> exp.Query:
    """(row_id, person_id, index_date)."""
    first = select(
        [
            named(col("c", "subject_id"), "person_id"),
            named(exp.Min(this=col("c", "cohort_start_date")), "index_date"),
        ],
        table(tables.rows, "c"),
        group=[col("c", "subject_id")],
    )
    rank = exp.Window(this=exp.RowNumber(), order=exp.Order(expressions=[ordered(col("f", "person_id"))]))
    return select(
        [
            named(exp.Sub(this=rank, expression=num(1)), "row_id"),
            col("f", "person_id"),
            col("f", "index_date"),
        ],
        subquery(first, "f"),
    )


def _demographics(index: str) -> exp.Query:
    query = select(
        [
            col("i", "person_id"),
            named(year_of(col("i", "index_date")), "index_year"),
            named(_or_zero(col("p", "year_of_birth")), "born"),
            named(_or_zero(col("p", "gender_concept_id")), "gender"),
        ],
        table(index, "i"),
        joins=[left_join(table("person", "p"), [equal(col("p", "person_id"), col("i", "person_id"))])],
    )
    return _in_order(query, "row_id")


def _or_zero(column: exp.Expr) -> exp.Expr:
    return exp.Coalesce(this=column, expressions=[num(0)])


def _in_order(query: exp.Select, *names: str) -> exp.Select:
    query.set("order", exp.Order(expressions=[ordered(col("i", name)) for name in names]))
    return query


class _Source:
    """The events of a feature beside their persons' index, from the thin copy where that has all columns."""

    def __init__(self, index: Index, feature: Event | Visit | Measurement) -> None:
        self._index, self._feature = index, feature
        self._event = EVENT_TABLES[_TABLES[feature.kind]]
        copy = index.engine.thin_copies.get(self._event.table) if feature.concepts else None
        self._table = copy.table if copy else self._event.table
        self._names = copy.columns if copy else {}
        self.start = self.column(self._event.start)
        self.id = self.column(self._event.id)

    def column(self, name: str) -> exp.Expr:
        """A column of the OMOP table, by its name in the copy."""
        return col("t", self._names.get(name, name))

    @property
    def end(self) -> exp.Expr:
        """The end of an event, or its start where none is known."""
        start = self.column(self._event.start)
        if self._event.end is None:
            return start
        return exp.Coalesce(this=self.column(self._event.end), expressions=[start])

    def group(self, value: exp.Expr) -> exp.Query:
        """(row_id, value) of the rows that have events."""
        return self.select([col("i", "row_id"), named(value, "found")], group=[col("i", "row_id")])

    def select(
        self, columns: Sequence[exp.Expr], *, group: Sequence[exp.Expr] = (), where: Sequence[Condition] = ()
    ) -> exp.Select:
        """Columns of the events in the window."""
        same = equal(self.column("person_id"), col("i", "person_id"))
        return select(
            columns,
            table(self._table, "t"),
            joins=[inner_join(table(self._index.table, "i"), [same])],
            where=[*self._coded(), *within(self._feature.window, self.column(self._event.start)), *where],
            group=group,
        )

    def _coded(self) -> list[Condition]:
        number = self._index.sets.get(self._feature.name)
        if number is None:
            return []
        members = select(
            [col("s", "concept_id")],
            table(self._index.codesets, "s"),
            where=[equal(col("s", "codeset_id"), num(number))],
        )
        return [in_query(self.column(self._event.concept), members)]


def within(window: Window, date: exp.Expr) -> list[Condition]:
    """A date in the window around `i.index_date`."""
    found: list[Condition] = []
    if window.start is not None:
        found.append(exp.GTE(this=date, expression=add_days(col("i", "index_date"), window.start)))
    if window.end is not None:
        found.append(exp.LTE(this=date.copy(), expression=add_days(col("i", "index_date"), window.end)))
    return found


def _count(index: Index, feature: Event | Visit) -> Floats:
    source = _Source(index, feature)
    if feature.use == "days":
        nights = exp.Sum(this=days_between(source.start, source.end))
        return _scatter(index, source.group(exp.cast(nights, "BIGINT")))
    return _scatter(index, source.group(count(source.id)), flag=feature.use == "any")


def _scatter(index: Index, query: exp.Query, *, empty: float = 0.0, flag: bool = False) -> Floats:
    places, found = index.engine.fetch_integers(query)
    values = np.full(index.rows, empty)
    values[places] = 1.0 if flag else found
    return values


def _measure(index: Index, feature: Measurement) -> Floats:
    source = _Source(index, feature)
    value = source.column("value_as_number")
    where: list[Condition] = [negate(is_null(value))]
    if feature.unit is not None:
        where.append(equal(source.column("unit_concept_id"), num(feature.unit)))
    query = source.select([col("i", "row_id"), named(value.copy(), "found")], where=where)
    keys = [ordered(col("i", "row_id")), ordered(source.start), ordered(source.id)]
    query.set("order", exp.Order(expressions=keys))
    places, values = index.engine.fetch_numbers(query)
    known = np.isfinite(values)
    return _reduce(places[known].astype(np.int64), values[known], rows=index.rows, use=feature.use)


def _reduce(places: NDArray[np.int64], values: Floats, *, rows: int, use: str) -> Floats:
    """One value for each person, of those in order of time."""
    found = np.full(rows, np.nan)
    if not len(places):
        return found
    starts = np.flatnonzero(np.r_[True, places[1:] != places[:-1]])
    ends = np.r_[starts[1:], len(places)]
    match use:
        case "first":
            chosen = values[starts]
        case "last":
            chosen = values[ends - 1]
        case "min":
            chosen = np.minimum.reduceat(values, starts)
        case "max":
            chosen = np.maximum.reduceat(values, starts)
        case _:
            chosen = np.add.reduceat(values, starts) / (ends - starts)
    found[places[starts]] = chosen
    return found


def _death_days(index: Index, feature: Death) -> exp.Query:
    """(row_id, days) from the index to death, in the window."""
    date = col("d", "death_date")
    return select(
        [col("i", "row_id"), named(exp.Min(this=days_between(col("i", "index_date"), date)), "found")],
        table("death", "d"),
        joins=[inner_join(table(index.table, "i"), [equal(col("i", "person_id"), col("d", "person_id"))])],
        where=[negate(is_null(col("d", "death_date"))), *within(feature.window, col("d", "death_date"))],
        group=[col("i", "row_id")],
    )


def _follow(index: Index, feature: FollowUp) -> Floats:
    observed = _scatter(index, _observed_days(index), empty=np.nan)
    dead = _scatter(index, _death_days(index, Death(name=feature.name)), empty=np.inf)
    return np.minimum(np.minimum(observed, dead), float(feature.until))


def _observed_days(index: Index) -> exp.Query:
    """(row_id, days) from the index to the end of the observation period that holds it."""
    start, end = col("o", "observation_period_start_date"), col("o", "observation_period_end_date")
    date = col("i", "index_date")
    return select(
        [col("i", "row_id"), named(exp.Max(this=days_between(date, end)), "found")],
        table("observation_period", "o"),
        joins=[inner_join(table(index.table, "i"), [equal(col("i", "person_id"), col("o", "person_id"))])],
        where=[
            exp.LTE(this=start, expression=col("i", "index_date")),
            exp.GTE(this=end.copy(), expression=col("i", "index_date")),
        ],
        group=[col("i", "row_id")],
    )
