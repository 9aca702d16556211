"""Who enters and when: primary events, additional criteria, inclusion rules, limits.

Where a limit keeps one of several events of the same day, it keeps the one with the smallest id in its OMOP
table, then the one of the first criterion, then the one in the observation period that ends first: the
reference leaves this choice to the engine.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import reduce

from sqlglot import exp

from maillage.cohort.compile.builder import Builder
from maillage.cohort.compile.criteria import Wanted
from maillage.cohort.compile.dates import add_days
from maillage.cohort.compile.groups import Index, IndexNeeds, events, group_condition, index_needs, observed
from maillage.cohort.compile.plan import Keep
from maillage.cohort.compile.sql import (
    Condition,
    add_up,
    cast,
    col,
    equal,
    named,
    num,
    ordered,
    rank_in,
    row_number,
    select,
    subquery,
    table,
    union_all,
    when,
)
from maillage.cohort.expression import (
    CohortExpression,
    DateField,
    DateOffsetExit,
    Group,
    Limit,
    PrimaryCriteria,
)

KEY = "event_id"
MASK = "inclusion_mask"
_BITS_OF_BIGINT = 62
_DAY = ["person_id", "start_date", "op_end_date"]
_DATES_ALONE = (_DAY, [*_DAY, KEY])
"""What events carry when nothing tells two of one day apart."""


@dataclass(frozen=True)
class Entry:
    """The included events, whether a person has at most one, and the step of all qualified events."""

    included: exp.Select
    single: bool
    events: str | None


@dataclass(frozen=True)
class _Carried:
    """What events carry from the primary ones to the exit, besides their person, start and period."""

    numbered: bool
    grouped: bool
    end: bool
    visit: bool
    ties: tuple[str, ...]

    def names(self) -> list[str]:
        optional = {
            KEY: self.numbered,
            "op_start_date": self.grouped,
            "end_date": self.end,
            "visit_occurrence_id": self.visit,
        }
        there = (name for name, wanted in optional.items() if wanted)
        return ["person_id", "start_date", "op_end_date", *there, *self.ties]

    def of(self, alias: str) -> list[exp.Expr]:
        return [col(alias, name) for name in self.names()]


def entry(builder: Builder, expression: CohortExpression, *, with_events: bool) -> Entry:
    """Plan the events that open a membership; on demand, the step of qualified events and their masks."""
    carried = _carried(expression, with_events=with_events)
    rules = [rule.group for rule in expression.rules]
    qualified = _qualified(builder, expression, carried)
    step: str | None = None
    if with_events:
        step = _events_step(builder, qualified, rules, carried)
        chosen = _where_all_hold(step, len(rules), carried)
    else:
        chosen = _where_rules_hold(builder, qualified, rules, carried)
    single = _is_single(expression)
    if not single and expression.expression_limit is not Limit.ALL:
        chosen, single = _limited(chosen, expression.expression_limit, carried), True
    return Entry(chosen, single, step)


def _is_single(expression: CohortExpression) -> bool:
    """Whether a person has at most one qualified event."""
    limited = expression.additional is not None and expression.qualified_limit is not Limit.ALL
    return limited or expression.primary.limit is not Limit.ALL


def _carried(expression: CohortExpression, *, with_events: bool) -> _Carried:
    groups = [rule.group for rule in expression.rules if rule.group]
    if expression.additional:
        groups.append(expression.additional)
    needs = reduce(IndexNeeds.__or__, map(index_needs, groups), IndexNeeds())
    exit_rule = expression.exit
    limits = (expression.qualified_limit, expression.expression_limit)
    limited_later = expression.primary.limit is Limit.ALL and any(limit is not Limit.ALL for limit in limits)
    return _Carried(
        numbered=with_events or bool(groups),
        grouped=bool(groups),
        end=needs.end or (isinstance(exit_rule, DateOffsetExit) and exit_rule.field is DateField.END),
        visit=needs.visit,
        ties=_ties(expression.primary) if limited_later else (),
    )


def _ties(primary: PrimaryCriteria) -> tuple[str, ...]:
    """What tells events of one person and day apart; nothing, where a person has one event."""
    if len(primary.criteria) > 1:
        return "source_id", "criterion_position"
    return () if any(criterion.has("First") for criterion in primary.criteria) else ("source_id",)


def _qualified(builder: Builder, expression: CohortExpression, carried: _Carried) -> exp.Select:
    """Primary events that satisfy the additional criteria, then the limit that acts only with them."""
    primary = _primary(builder, expression.primary, carried)
    if expression.additional is None:
        return primary
    chosen = primary
    if expression.additional:
        step = builder.add("primary_events", primary, keep=Keep.ONCE)
        condition = group_condition(builder, expression.additional, Index(step, KEY), alias="e")
        chosen = select(carried.of("e"), table(step, "e"), where=[condition])
    if expression.qualified_limit is Limit.ALL or expression.primary.limit is not Limit.ALL:
        return chosen
    return _limited(chosen, expression.qualified_limit, carried)


def _primary(builder: Builder, primary: PrimaryCriteria, carried: _Carried) -> exp.Select:
    """The criteria's events under observation, limited, and numbered in no order: ids only identify."""
    limited = primary.limit is not Limit.ALL
    number = [named(row_number(), KEY)] if carried.numbered else []
    if limited and carried.names() in _DATES_ALONE and _ordering_date(primary) == "start_date":
        return _first_dates(builder, primary, number)
    rank = (_ordering_date(primary), *_ties(primary)) if limited else ()
    copied = [name for name in carried.names() if name != KEY and not name.startswith("op_")]
    needed = dict.fromkeys((*copied, *rank))
    columns = [_copied(name) for name in needed]
    source = _primary_source(builder, primary, needed)
    if not limited:
        return _observed_long_enough([*number, *columns], source, primary)
    found = _observed_long_enough(columns, source, primary)
    kept = [*number, *(col("r", name) for name in carried.names() if name != KEY)]
    return _first_of_each(
        found, kept, (*rank, "op_end_date", "op_start_date"), descending=primary.limit is Limit.LAST
    )


def _first_dates(builder: Builder, primary: PrimaryCriteria, number: list[exp.Expr]) -> exp.Select:
    """As the rank of all events finds them, without sorting these: events of one day lie in the same periods,
    so the day and its period that ends first are all there is to find.
    """
    source = _primary_source(builder, primary, ("person_id", "start_date"))
    found = _observed_long_enough(_days(), source, primary)
    extreme = exp.Max if primary.limit is Limit.LAST else exp.Min
    date = named(extreme(this=col("q", "start_date")), "start_date")
    days = select([col("q", "person_id"), date], subquery(found, "q"), group=[col("q", "person_id")])
    periods = _observed_long_enough(_days(), subquery(days, "e"), primary)
    end = named(exp.Min(this=col("d", "op_end_date")), "op_end_date")
    own = [col("d", "person_id"), col("d", "start_date")]
    events = select([*own, end], subquery(periods, "d"), group=own)
    return select([*number, *(col("r", name) for name in _DAY)], subquery(events, "r"))


def _days() -> list[exp.Expr]:
    return [col("e", "person_id"), col("e", "start_date")]


def _ordering_date(primary: PrimaryCriteria) -> str:
    """The events' own date, where a user-defined period may stand in place of it."""
    replaced = any(criterion.has("UserDefinedPeriod") for criterion in primary.criteria)
    return "order_date" if replaced else "start_date"


def _copied(name: str) -> exp.Expr:
    # Among primary events, `event_id` is the number that they get here.
    return named(col("e", "event_id"), name) if name == "source_id" else col("e", name)


def _observed_long_enough(columns: list[exp.Expr], source: exp.Expr, primary: PrimaryCriteria) -> exp.Select:
    query = observed(columns, source)
    start, date, end = (
        col("o", "observation_period_start_date"),
        col("e", "start_date"),
        col("o", "observation_period_end_date"),
    )
    required: list[Condition] = []
    if primary.prior_days:
        required.append(exp.LTE(this=add_days(start, primary.prior_days), expression=date.copy()))
    if primary.post_days:
        required.append(exp.LTE(this=add_days(date, primary.post_days), expression=end))
    return query.where(*required, copy=False) if required else query


def _primary_source(builder: Builder, primary: PrimaryCriteria, needed: Collection[str]) -> exp.Expr:
    """The union of the criteria's events, as `e`."""
    wanted = Wanted(
        id="source_id" in needed,
        end="end_date" in needed,
        visit="visit_occurrence_id" in needed,
        order="order_date" in needed,
    )
    steps = [events(builder, criterion, wanted) for criterion in primary.criteria]
    if len(steps) == 1:
        return table(steps[0], "e")
    names = ["event_id" if name == "source_id" else name for name in needed if name != "criterion_position"]
    position = "criterion_position" in needed
    return subquery(
        union_all(
            [_one_criterion(step, names, rank if position else None) for rank, step in enumerate(steps)]
        ),
        "e",
    )


def _one_criterion(step: str, names: Sequence[str], position: int | None) -> exp.Query:
    columns: list[exp.Expr] = [col("c", name) for name in names]
    if position is not None:
        columns.append(named(num(position), "criterion_position"))
    return select(columns, table(step, "c"))


def _limited(query: exp.Select, limit: Limit, carried: _Carried) -> exp.Select:
    """One event per person, the first or the last."""
    period = ("op_end_date", "op_start_date") if carried.grouped else ("op_end_date",)
    order = ("start_date", *carried.ties, *period)
    return _first_of_each(query, carried.of("r"), order, descending=limit is Limit.LAST)


def _first_of_each(
    query: exp.Select, columns: Sequence[exp.Expr], order: Sequence[str], *, descending: bool
) -> exp.Select:
    """The first row of each person; `descending` turns the date, which leads the order, and no other key."""
    date, *ties = order
    keys = [ordered(col("q", date), descending=descending), *(ordered(col("q", name)) for name in ties)]
    rank = named(rank_in(col("q", "person_id"), keys), "ordinal")
    ranked = select([exp.Star(), rank], subquery(query, "q"))
    first = equal(col("r", "ordinal"), num(1))
    return select(columns, subquery(ranked, "r"), where=[first])


def _events_step(builder: Builder, qualified: exp.Select, rules: Sequence[Group], carried: _Carried) -> str:
    """The public step of qualified events with their masks."""
    if not rules:
        return builder.add("events", qualified.select(named(num(0), MASK), copy=False), keep=Keep.TABLE)
    step = builder.add("qualified_events", qualified, keep=Keep.TABLE)
    conditions = _rule_conditions(builder, rules, step)
    mask = named(_mask(conditions), MASK)
    return builder.add("events", select([*carried.of("e"), mask], table(step, "e")), keep=Keep.TABLE)


def _rule_conditions(builder: Builder, rules: Sequence[Group], step: str) -> list[Condition]:
    index = Index(step, KEY)
    return [group_condition(builder, rule, index, alias="e") for rule in rules]


def _mask(conditions: Sequence[Condition]) -> exp.Expr:
    wide = len(conditions) > _BITS_OF_BIGINT
    total = add_up([when(condition, num(2**rank), num(0)) for rank, condition in enumerate(conditions)])
    return cast(total, "INT128" if wide else "BIGINT")


def _where_all_hold(step: str, rules: int, carried: _Carried) -> exp.Select:
    full = equal(col("e", MASK), num(2**rules - 1))
    return select(carried.of("e"), table(step, "e"), where=[full] if rules else ())


def _where_rules_hold(
    builder: Builder, qualified: exp.Select, rules: Sequence[Group], carried: _Carried
) -> exp.Select:
    if not any(rules):
        return qualified
    step = builder.add("qualified_events", qualified, keep=Keep.TABLE)
    return select(carried.of("e"), table(step, "e"), where=_rule_conditions(builder, rules, step))
