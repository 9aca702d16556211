"""Expressions, node by node. `NODES` says which strategy builds each type of node."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from hypothesis import strategies as st

from maillage.cohort.expression import (
    DEMOGRAPHICS,
    DOMAINS,
    AdjustFrom,
    CohortExpression,
    ConceptSet,
    ConceptSetItem,
    Correlated,
    CountColumn,
    Criterion,
    CustomEraExit,
    DateAdjustment,
    DateField,
    DateOffsetExit,
    Demographic,
    Endpoint,
    Group,
    GroupType,
    InclusionRule,
    Limit,
    Occurrence,
    OccurrenceType,
    PrimaryCriteria,
    Window,
)
from maillage.cohort.expression.domains import Attribute, Domain, Place
from maillage.cohort.expression.values import (
    Attributes,
    CodesetRef,
    Concept,
    ConceptList,
    ConceptSetChoice,
    DateRange,
    NumberRange,
    Period,
    TextFilter,
)
from tests.support.strategies.pools import COUNTS, FLAGS, LAPSES, SELDOM, SHIFTS, mostly, often
from tests.support.strategies.values import (
    VALUES,
    Scope,
    codeset_ids,
    concept_lists,
    concept_set_choices,
    concepts,
    date_ranges,
    number_ranges,
    periods,
    text_filters,
)

COUNTED_EVERYWHERE = (
    CountColumn.START_DATE,
    CountColumn.END_DATE,
    CountColumn.DURATION,
    CountColumn.DOMAIN_CONCEPT,
)
DEPTH = 2
"""How many groups lie within a group, or criteria within a criterion, at most."""

_FEW = st.sampled_from([0, 0, 0, 0, 0, 1, 1, 1, 2, 3])
_ONE_OR_TWO = st.sampled_from([1, 1, 2])
_ONE_AT_MOST = st.sampled_from([0, 0, 1])
_RULES = st.sampled_from([0, 0, 0, 1, 1, 2, 3])
_SIZES = st.sampled_from([(1, 0), (1, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1), (0, 0)])
"""How many correlated criteria and demographics a group has."""
_MEMBERS = st.sampled_from([0, 1, 1, 2])


@cache
def concept_set_items() -> st.SearchStrategy[ConceptSetItem]:
    """A concept, usually taken."""
    return st.builds(ConceptSetItem, concepts(), exclude=SELDOM, descendants=FLAGS, mapped=SELDOM)


@cache
def concept_sets(number: int) -> st.SearchStrategy[ConceptSet]:
    """A set of this id, seldom empty."""
    items = often(st.lists(concept_set_items(), min_size=3, max_size=6), st.just([]), times=20)
    return st.builds(ConceptSet, st.just(number), st.just(f"set {number}"), items.map(tuple))


@cache
@st.composite
def attributes(
    draw: st.DrawFn, scope: Scope, known: tuple[Attribute, ...], number: st.SearchStrategy[int] = _FEW
) -> Attributes:
    """A few of the known attributes, usually none or one: each halves the events that are left."""
    offered = [attribute for attribute in known if scope.refusable or attribute.refusal is None]
    # One attribute shapes the whole query; among twenty filters it would hardly ever be drawn.
    shaping = [attribute for attribute in offered if attribute.place is Place.STRUCTURE]
    chosen = {draw(st.sampled_from([*offered, *shaping, *shaping])) for _ in range(draw(number))}
    ordered = sorted(chosen, key=lambda attribute: attribute.name)
    return tuple((attribute.name, draw(VALUES[attribute.shape](scope, attribute))) for attribute in ordered)


@cache
def date_adjustments() -> st.SearchStrategy[DateAdjustment]:
    """New dates, in days from either end."""
    side, days = st.sampled_from(AdjustFrom), st.sampled_from(SHIFTS)
    return st.builds(DateAdjustment, side, days, side, days)


@cache
@st.composite
def criteria(
    draw: st.DrawFn,
    scope: Scope,
    depth: int = DEPTH,
    domain: str | None = None,
    number: st.SearchStrategy[int] = _FEW,
) -> Criterion:
    """Events of one of the domains of the scope; of the given one."""
    name = domain or draw(st.sampled_from(scope.domains or tuple(DOMAINS)))
    correlated = often(st.none(), groups(scope, depth - 1), times=5) if depth > 0 else st.none()
    group = draw(correlated)
    return Criterion(
        name,
        draw(attributes(scope, DOMAINS[name].attributes, number)),
        correlated=group or None,
        date_adjustment=draw(often(st.none(), date_adjustments(), times=9)),
    )


@cache
def demographics(scope: Scope) -> st.SearchStrategy[Demographic]:
    """Conditions on the person."""
    return st.builds(Demographic, attributes(scope, DEMOGRAPHICS))


@cache
def endpoints(direction: int) -> st.SearchStrategy[Endpoint]:
    """A side of a window, usually the side that makes sense."""
    return st.builds(Endpoint, mostly(LAPSES, [None], times=1), mostly([direction], [-direction], times=5))


@cache
def windows() -> st.SearchStrategy[Window]:
    """From a day before to a day after, each flag said or left to its default."""
    flag = st.sampled_from([None, False, True])
    return st.builds(Window, endpoints(-1), endpoints(1), use_index_end=flag, use_event_end=flag)


@cache
def occurrences(scope: Scope, domain: str) -> st.SearchStrategy[Occurrence]:
    """How many events, or distinct values of a column that the domain has."""
    columns = countable(DOMAINS[domain]) if not scope.refusable else tuple(CountColumn)
    return st.builds(
        Occurrence,
        mostly([OccurrenceType.AT_LEAST], tuple(OccurrenceType), times=1),
        st.sampled_from(COUNTS),
        distinct=mostly([False], [True], times=2),
        count_column=mostly(columns, [None]),
    )


def countable(domain: Domain) -> tuple[CountColumn, ...]:
    """What distinct events of a domain are counted by."""
    by_visit = (CountColumn.VISIT_ID,) if domain.visit else ()
    return (*COUNTED_EVERYWHERE, *by_visit, *domain.counts)


@cache
@st.composite
def correlated_criteria(draw: st.DrawFn, scope: Scope, depth: int = DEPTH) -> Correlated:
    """Events counted around an index event."""
    criterion = draw(criteria(scope, depth))
    return Correlated(
        criterion,
        draw(occurrences(scope, criterion.domain)),
        draw(windows()),
        end_window=draw(often(st.none(), windows(), times=2)),
        restrict_visit=draw(SELDOM),
        ignore_observation_period=draw(SELDOM),
    )


@cache
@st.composite
def groups(draw: st.DrawFn, scope: Scope, depth: int = DEPTH) -> Group:
    """Up to two members of each kind, usually one or two in all."""
    sizes = draw(_SIZES)
    kind = draw(st.sampled_from(GroupType))
    within = int(depth > 0 and draw(SELDOM))
    return Group(
        kind,
        count=draw(_MEMBERS) if kind.counts else None,
        criteria=tuple(draw(correlated_criteria(scope, depth)) for _ in range(sizes[0])),
        demographics=tuple(draw(demographics(scope)) for _ in range(sizes[1])),
        groups=tuple(draw(groups(scope, depth - 1)) for _ in range(within)),
    )


@cache
def rules(scope: Scope) -> st.SearchStrategy[InclusionRule]:
    """A group under a name."""
    return st.builds(InclusionRule, st.just("rule"), groups(scope))


@cache
def primary_criteria(scope: Scope) -> st.SearchStrategy[PrimaryCriteria]:
    """One or two criteria; observation is usually not asked for, else often to the day."""
    days = mostly([0], [-1, 1, 7, 30, 40], times=2)
    return st.builds(
        PrimaryCriteria,
        st.lists(criteria(scope, number=_ONE_AT_MOST), min_size=1, max_size=2).map(tuple),
        prior_days=days,
        post_days=days,
        limit=limits(),
    )


@cache
def limits() -> st.SearchStrategy[Limit]:
    """All more often than each of the others, for it leaves most to look at."""
    return mostly([Limit.ALL], tuple(Limit), times=1)


@cache
def date_offset_exits() -> st.SearchStrategy[DateOffsetExit]:
    """Days from either date of the event, before it too."""
    days = mostly(LAPSES, SHIFTS, times=1)
    return st.builds(DateOffsetExit, st.sampled_from(DateField), days)


@cache
def custom_era_exits(scope: Scope) -> st.SearchStrategy[CustomEraExit]:
    """With the treatment by a set of drugs."""
    return st.builds(
        CustomEraExit,
        codeset_ids(scope),
        gap_days=st.sampled_from(LAPSES),
        offset=st.sampled_from(SHIFTS),
        days_supply_override=mostly([None], SHIFTS, times=1),
    )


@cache
@st.composite
def expressions(draw: st.DrawFn, refusable: bool = False) -> CohortExpression:
    """Whole definitions that a warehouse can answer; with `refusable`, others too."""
    scope = draw(_scopes(refusable))
    return CohortExpression(
        primary=draw(primary_criteria(scope)),
        concept_sets=tuple(draw(concept_sets(number)) for number in scope.codesets),
        additional=draw(often(st.none(), groups(scope), times=3)),
        qualified_limit=draw(limits()),
        rules=tuple(draw(rules(scope)) for _ in range(draw(_RULES))),
        expression_limit=draw(limits()),
        exit=draw(st.none() | date_offset_exits() | custom_era_exits(scope)),
        censoring=draw(often(st.just(()), st.tuples(criteria(scope)), times=2)),
        era_pad=draw(mostly([0], LAPSES, times=1)),
        censor_window=draw(often(st.just(Period()), periods(), times=7)),
    )


@cache
@st.composite
def many_rules(draw: st.DrawFn) -> CohortExpression:
    """Definitions whose every event is qualified and has many bits: each asks many small questions."""
    scope = draw(_scopes(False))
    bodies = [draw(often(_plain_groups(scope), groups(scope), times=1)) for _ in range(10)]
    return CohortExpression(
        PrimaryCriteria((Criterion(draw(st.sampled_from(scope.domains))),), limit=Limit.ALL),
        concept_sets=tuple(draw(concept_sets(number)) for number in scope.codesets),
        rules=tuple(InclusionRule("rule", body) for body in bodies),
        expression_limit=Limit.ALL,
    )


_ANY_TIME = Window(Endpoint(None, -1), Endpoint(None, 1))


@cache
@st.composite
def _plain_groups(draw: st.DrawFn, scope: Scope) -> Group:
    """Any event of the period that has one attribute or two, or the person's attributes alone."""
    if draw(SELDOM):
        return Group(GroupType.ALL, demographics=(draw(demographics(scope)),))
    name = draw(st.sampled_from(scope.domains))
    criterion = Criterion(name, draw(attributes(scope, DOMAINS[name].attributes, _ONE_OR_TWO)))
    once = Occurrence(OccurrenceType.AT_LEAST, 1)
    return Group(GroupType.ALL, criteria=(Correlated(criterion, once, _ANY_TIME),))


@cache
def _scopes(refusable: bool) -> st.SearchStrategy[Scope]:
    domains = st.lists(st.sampled_from(tuple(DOMAINS)), min_size=1, max_size=3, unique=True).map(tuple)
    codesets = st.sampled_from([(0, 1), (7,), (2, 0, 1)])
    return st.builds(Scope, codesets, domains, refusable=st.just(refusable))


_SCOPE = Scope()

NODES: Mapping[type, Callable[[], st.SearchStrategy[Any]]] = {
    CodesetRef: lambda: st.builds(CodesetRef, codeset_ids(_SCOPE)),
    CohortExpression: expressions,
    Concept: concepts,
    ConceptList: concept_lists,
    ConceptSet: lambda: concept_sets(0),
    ConceptSetChoice: lambda: concept_set_choices(_SCOPE),
    ConceptSetItem: concept_set_items,
    Correlated: lambda: correlated_criteria(_SCOPE),
    Criterion: lambda: criteria(_SCOPE),
    CustomEraExit: lambda: custom_era_exits(_SCOPE),
    DateAdjustment: date_adjustments,
    DateOffsetExit: date_offset_exits,
    DateRange: date_ranges,
    Demographic: lambda: demographics(_SCOPE),
    Endpoint: lambda: endpoints(-1),
    Group: lambda: groups(_SCOPE),
    InclusionRule: lambda: rules(_SCOPE),
    NumberRange: number_ranges,
    Occurrence: lambda: occurrences(_SCOPE, "DrugExposure"),
    Period: periods,
    PrimaryCriteria: lambda: primary_criteria(_SCOPE),
    TextFilter: text_filters,
    Window: windows,
}
"""The strategy of every type of node, for tests that want one alone."""
