"""Groups of correlated criteria as one condition on an index event.

Each correlated criterion becomes the set of index events that have it, found by one join on the person; a
group combines sets with AND, OR or a count. A correlated criterion met twice is found once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlglot import exp

from maillage.cohort.compile.builder import Builder
from maillage.cohort.compile.criteria import Wanted, criterion_events
from maillage.cohort.compile.filters import filters
from maillage.cohort.compile.plan import Keep
from maillage.cohort.compile.sql import (
    Condition,
    add_up,
    all_of,
    any_of,
    col,
    count,
    equal,
    in_query,
    inner_join,
    is_null,
    named,
    num,
    row_number,
    select,
    semi_join,
    table,
    when,
)
from maillage.cohort.compile.windows import EVENT, INDEX, uses_event_end, window_conditions
from maillage.cohort.expression import (
    DEMOGRAPHICS,
    DOMAINS,
    Correlated,
    CountColumn,
    Criterion,
    Demographic,
    Group,
    GroupType,
    Occurrence,
    OccurrenceType,
)

_DEMOGRAPHICS = {attribute.name: attribute for attribute in DEMOGRAPHICS}
_NEVER_NULL = (None, CountColumn.START_DATE, CountColumn.DOMAIN_CONCEPT)
OBSERVATION = (
    ("op_start_date", "observation_period_start_date"),
    ("op_end_date", "observation_period_end_date"),
)


@dataclass(frozen=True)
class Index:
    """A step of index events: person_id, start_date, op_start_date, op_end_date, and `key`, unique in it."""

    step: str
    key: str


@dataclass(frozen=True)
class IndexNeeds:
    """The columns of index events that a group reads besides those of every index."""

    end: bool = False
    visit: bool = False

    def __or__(self, other: "IndexNeeds") -> "IndexNeeds":
        return IndexNeeds(self.end or other.end, self.visit or other.visit)


def index_needs(group: Group) -> IndexNeeds:
    """What the index events of a group must carry."""
    needs = IndexNeeds(end=any(_reads_end(demographic) for demographic in group.demographics))
    for correlated in group.criteria:
        windows = (correlated.start_window, correlated.end_window)
        ends = any(window.use_index_end for window in windows if window)
        needs |= IndexNeeds(ends, correlated.restrict_visit)
    for member in group.groups:
        needs |= index_needs(member)
    return needs


def _reads_end(demographic: Demographic) -> bool:
    return any(name == "OccurrenceEndDate" for name, _value in demographic.attributes)


def events(builder: Builder, criterion: Criterion, wanted: Wanted) -> str:
    """The step of a criterion's events, its correlated group included."""
    group = criterion.correlated
    if group is None:
        return criterion_events(builder, criterion, wanted)

    def make() -> str:
        query = _correlated_query(builder, criterion, group, wanted)
        return builder.add(f"{DOMAINS[criterion.domain].table}_events", query, about=criterion)

    return builder.once(("events", criterion, wanted), make)


def _correlated_query(builder: Builder, criterion: Criterion, group: Group, wanted: Wanted) -> exp.Query:
    needs = index_needs(group)
    inner = replace(wanted, end=wanted.end or needs.end, visit=wanted.visit or needs.visit)
    found = criterion_events(builder, replace(criterion, correlated=None), inner)
    columns: list[exp.Expr] = [named(row_number(), "row_id"), *(col("e", name) for name in _names(inner))]
    query = observed(columns, table(found, "e"))
    index = Index(builder.add("correlated_index", query, keep=Keep.ONCE, about=criterion), "row_id")
    condition = group_condition(builder, group, index, alias="e")
    return select([col("e", name) for name in _names(wanted)], table(index.step, "e"), where=[condition])


def _names(wanted: Wanted) -> Iterator[str]:
    yield from ("person_id", "start_date")
    flags = {
        "event_id": wanted.id,
        "end_date": wanted.end,
        "visit_occurrence_id": wanted.visit,
        "order_date": wanted.order,
        "count_value": wanted.count is not None,
    }
    yield from (name for name, there in flags.items() if there)


def observed(columns: list[exp.Expr], source: exp.Expr) -> exp.Select:
    """The rows `e` of a source that fall in an observation period `o`, with its bounds."""
    start, end = (col("o", column) for _name, column in OBSERVATION)
    inside = exp.Between(this=col("e", "start_date"), low=start, high=end)
    same = equal(col("o", "person_id"), col("e", "person_id"))
    bounds = [named(col("o", column), name) for name, column in OBSERVATION]
    return select(
        [*columns, *bounds], source, joins=[inner_join(table("observation_period", "o"), [same, inside])]
    )


def group_condition(builder: Builder, group: Group, index: Index, *, alias: str) -> Condition:
    """The condition that the index event `alias` satisfies the group. Never null."""
    members = list(_members(builder, group, index, alias))
    if not members:
        return exp.true()
    match group.type:
        case GroupType.ALL:
            return all_of(members)
        case GroupType.ANY:
            return any_of(members)
        case GroupType.AT_LEAST:
            return exp.GTE(this=_number_true(members), expression=num(group.count or 0))
        case GroupType.AT_MOST:
            return exp.LTE(this=_number_true(members), expression=num(group.count or 0))


def _members(builder: Builder, group: Group, index: Index, alias: str) -> Iterator[Condition]:
    for correlated in group.criteria:
        yield _correlated_condition(builder, correlated, index, alias)
    for demographic in group.demographics:
        yield _demographic_condition(builder, demographic, index, alias)
    for member in group.groups:
        yield exp.Paren(this=group_condition(builder, member, index, alias=alias))


def _number_true(members: list[Condition]) -> exp.Expr:
    return exp.Paren(this=add_up([when(member, num(1), num(0)) for member in members]))


def _demographic_condition(builder: Builder, demographic: Demographic, index: Index, alias: str) -> Condition:
    if not demographic.attributes:
        return exp.true()

    def make() -> str:
        found = filters(builder, demographic.attributes, _DEMOGRAPHICS, alias=INDEX)
        key, source = [col(INDEX, index.key)], table(index.step, INDEX)
        query = select(key, source, joins=found.joins(), where=found.conditions)
        return builder.add("demographic", query, about=demographic)

    return _is_in(builder.once((index, demographic), make), index, alias)


def _is_in(step: str, index: Index, alias: str) -> Condition:
    return in_query(col(alias, index.key), select([col("k", index.key)], table(step, "k")))


def _correlated_condition(builder: Builder, correlated: Correlated, index: Index, alias: str) -> Condition:
    occurrence = correlated.occurrence
    if occurrence.type is OccurrenceType.AT_LEAST and occurrence.count == 0:
        # True whatever the events; they are compiled all the same, for what is refused is refused everywhere.
        events(builder, correlated.criterion, _wanted(correlated, _counted(occurrence)))
        return exp.true()
    # "At most n" is asked as "not more than n": events without any occurrence are in no join.
    negated = occurrence.type is OccurrenceType.AT_MOST or occurrence.count == 0
    asked = _asked(occurrence)
    found = builder.once(
        (index, replace(correlated, occurrence=asked)),
        lambda: builder.add(
            "correlated", _correlated_keys(builder, correlated, asked, index), about=correlated
        ),
    )
    inside = _is_in(found, index, alias)
    return exp.Not(this=inside) if negated else inside


def _asked(occurrence: Occurrence) -> Occurrence:
    """The positive question: at least n, or exactly n ≥ 1."""
    if occurrence.type is OccurrenceType.AT_MOST or occurrence.count == 0:
        return replace(occurrence, type=OccurrenceType.AT_LEAST, count=occurrence.count + 1)
    return occurrence


def _counted(occurrence: Occurrence) -> CountColumn | None:
    return (occurrence.count_column or CountColumn.DOMAIN_CONCEPT) if occurrence.distinct else None


def _correlated_keys(builder: Builder, correlated: Correlated, asked: Occurrence, index: Index) -> exp.Query:
    counted = _counted(asked)
    exists = asked.type is OccurrenceType.AT_LEAST and asked.count == 1
    if exists and counted in _NEVER_NULL:
        counted = None
    found = events(builder, correlated.criterion, _wanted(correlated, counted))
    conditions = window_conditions(correlated)
    if exists and counted is not None:
        conditions.append(exp.Not(this=is_null(col(EVENT, "count_value"))))
    key = col(INDEX, index.key)
    if exists:
        return select([key], table(index.step, INDEX), joins=[semi_join(table(found, EVENT), conditions)])
    number = count(col(EVENT, "count_value" if counted else "person_id"), distinct=counted is not None)
    comparison = exp.GTE if asked.type is OccurrenceType.AT_LEAST else exp.EQ
    return select(
        [key],
        table(index.step, INDEX),
        joins=[inner_join(table(found, EVENT), conditions)],
        group=[col(INDEX, index.key)],
        having=comparison(this=number, expression=num(asked.count)),
    )


def _wanted(correlated: Correlated, counted: CountColumn | None) -> Wanted:
    ends = uses_event_end(correlated.start_window, False)
    if correlated.end_window is not None:
        ends = ends or uses_event_end(correlated.end_window, True)
    return Wanted(end=ends, visit=correlated.restrict_visit, count=counted)
