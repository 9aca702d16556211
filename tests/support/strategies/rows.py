"""Rows aimed at an expression: its tables, its columns, its concepts."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache

from hypothesis import strategies as st

from maillage.cohort.expression import DOMAINS, CohortExpression, Criterion, CustomEraExit, Occurrence
from maillage.cohort.expression.domains import Domain, Place
from maillage.warehouse.schema import TABLES
from tests.support.omop import Rows
from tests.support.strategies.pools import (
    CELLS,
    CONCEPT,
    CONCEPTS,
    DAYS,
    FIRST_DAY,
    FIRST_IDS,
    NEARLY_ALWAYS,
    PERSONS,
    SHIFTS,
    YEARS_OF_BIRTH,
    mostly,
    often,
)
from tests.support.strategies.walk import walk

Row = dict[str, object]

_LINKS = {"provider_id": (1, 2), "care_site_id": (1, 2)}
_DANGLING = 999
_REASONS = mostly([None], ["D"], times=4)
_RELATIONS = mostly(["Maps to"], ["Mapped from"])
_PAIRS = st.lists(st.tuples(st.sampled_from(CONCEPTS), st.sampled_from(CONCEPTS)), max_size=4, unique=True)
_BORN = mostly(YEARS_OF_BIRTH, [None], times=8)
_DAY = st.sampled_from(DAYS)
_LASTING = mostly([abs(shift) for shift in SHIFTS], [None, *SHIFTS], times=2)
_ROWS = mostly([2, 3, 4, 5], [0, 1], times=8)
_WHOLE_TIME = (FIRST_DAY - timedelta(days=30), FIRST_DAY + timedelta(days=80))


@st.composite
def tables_for(draw: st.DrawFn, expression: CohortExpression) -> Mapping[str, Rows]:
    """A small warehouse in which the expression has something to find."""
    persons = draw(st.lists(st.sampled_from(PERSONS), min_size=1, max_size=3, unique=True))
    tables: dict[str, Rows] = {
        "concept": draw(_concepts()),
        "concept_ancestor": draw(_ancestors()),
        "concept_relationship": draw(_mappings()),
        "person": [draw(_person(person)) for person in persons if draw(NEARLY_ALWAYS)],
        "observation_period": draw(_observation_periods(persons)),
        "provider": [draw(_provider(number)) for number in (1, 2)],
        "care_site": [draw(_care_site(number)) for number in (1, 2)],
    }
    visits: tuple[int, ...] = ()
    for name in _tables_read(expression):
        tables[name] = draw(_events(name, _columns_read(expression, name), persons, visits))
        if name == "visit_occurrence":
            visits = tuple(row["visit_occurrence_id"] for row in tables[name])  # type: ignore[misc]
    return tables


@st.composite
def _concepts(draw: st.DrawFn) -> Rows:
    return [
        {"concept_id": concept, "invalid_reason": draw(_REASONS)}
        for concept in CONCEPTS
        if draw(NEARLY_ALWAYS)
    ]


@st.composite
def _ancestors(draw: st.DrawFn) -> Rows:
    return [{"ancestor_concept_id": above, "descendant_concept_id": below} for above, below in draw(_PAIRS)]


@st.composite
def _mappings(draw: st.DrawFn) -> Rows:
    return [
        {
            "concept_id_1": source,
            "concept_id_2": target,
            "relationship_id": draw(_RELATIONS),
            "invalid_reason": draw(_REASONS),
        }
        for source, target in draw(_PAIRS)
    ]


def _person(person: int) -> st.SearchStrategy[Row]:
    columns = ("gender_concept_id", "race_concept_id", "ethnicity_concept_id")
    cells = dict.fromkeys(columns, CONCEPT)
    return st.fixed_dictionaries({"person_id": st.just(person), "year_of_birth": _BORN, **cells})


def _provider(number: int) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries({"provider_id": st.just(number), "specialty_concept_id": CONCEPT})


def _care_site(number: int) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries({"care_site_id": st.just(number), "place_of_service_concept_id": CONCEPT})


@cache
def _periods() -> st.SearchStrategy[Sequence[tuple[date, ...]]]:
    """One over the whole time; or several, apart, touching or overlapping, as sources write them."""
    some = st.tuples(_DAY, _DAY).map(sorted).map(tuple)
    several = st.lists(often(some, st.just(_WHOLE_TIME)), min_size=1, max_size=3)
    return often(st.just([_WHOLE_TIME]), several, times=2)


@st.composite
def _observation_periods(draw: st.DrawFn, persons: Sequence[int]) -> Rows:
    lasting = [(person, *period) for person in persons for period in draw(_periods())]
    number = draw(_numbering())
    return [
        {
            "observation_period_id": number(rank),
            "person_id": person,
            "observation_period_start_date": start,
            "observation_period_end_date": end,
            "period_type_concept_id": draw(CONCEPT),
        }
        for rank, (person, start, end) in enumerate(lasting)
    ]


class _Numbering:
    """Ids that rise or fall with the order of the rows."""

    def __init__(self, first: int, step: int) -> None:
        self._first, self._step = first, step

    def __call__(self, rank: int) -> int:
        return self._first + self._step * rank


@cache
def _numbering() -> st.SearchStrategy[_Numbering]:
    return st.builds(_Numbering, st.sampled_from(FIRST_IDS), st.sampled_from((1, -1)))


@st.composite
def _events(
    draw: st.DrawFn, name: str, columns: frozenset[str], persons: Sequence[int], visits: tuple[int, ...]
) -> Rows:
    domain = next(domain for domain in DOMAINS.values() if domain.table == name)
    once = domain.id == "person_id"
    numbers = st.integers(0, 1) if once else _ROWS
    owners = [person for person in persons for _rank in range(draw(numbers))]
    number = draw(_numbering())
    cells = {column: _cell(name, column, visits) for column in sorted(columns)}
    return [
        draw(st.fixed_dictionaries(cells))
        | draw(_dates(domain.name))
        | {"person_id": owner}
        | _id(domain, number, rank)
        for rank, owner in enumerate(owners)
    ]


def _id(domain: Domain, number: _Numbering, rank: int) -> Row:
    return {} if domain.id == "person_id" else {domain.id: number(rank)}


@cache
@st.composite
def _dates(draw: st.DrawFn, name: str) -> Row:
    """A start, and an end that may be unknown, or precede the start as some sources have it."""
    domain, start = DOMAINS[name], draw(_DAY)
    if domain.end is None:
        return {domain.start: start}
    days = draw(_LASTING)
    return {domain.start: start, domain.end: None if days is None else start + timedelta(days=days)}


@cache
def _cell(table: str, name: str, visits: tuple[int, ...]) -> st.SearchStrategy[object]:
    column = next(column for column in TABLES[table].columns if column.name == name)
    if name.endswith("concept_id"):
        return CONCEPT
    if name == "visit_occurrence_id":
        return mostly(visits or (_DANGLING,), [None, _DANGLING], times=3)
    if name in _LINKS:
        return mostly(_LINKS[name], [None, _DANGLING], times=3)
    return mostly(CELLS[column.type], [None], times=6)


def _tables_read(expression: CohortExpression) -> list[str]:
    """Tables of events, visits first: other rows refer to them. Observation periods are always there."""
    read = {DOMAINS[part.domain].table for part in walk(expression) if isinstance(part, Criterion)}
    if isinstance(expression.exit, CustomEraExit):
        read.add("drug_exposure")
    return sorted(
        (read | {"visit_occurrence"}) - {"observation_period"},
        key=lambda name: (name != "visit_occurrence", name),
    )


def _columns_read(expression: CohortExpression, table: str) -> frozenset[str]:
    """The columns of a table that the expression may look at, save its dates and ids."""
    domain = next(domain for domain in DOMAINS.values() if domain.table == table)
    known = set(TABLES[table].column_names) - {domain.id, domain.start, domain.end, "person_id"}
    links = {"visit_occurrence_id", "provider_id", "care_site_id", "days_supply"}
    return frozenset({domain.concept, *links, *_columns_named(expression, domain)} & known)


def _columns_named(expression: CohortExpression, domain: Domain) -> Iterator[str]:
    parts = list(walk(expression))
    for part in parts:
        if isinstance(part, Criterion) and part.domain == domain.name:
            for name, _value in part.attributes:
                attribute = domain.by_name[name]
                if attribute.place in (Place.CODE, Place.EVENT):
                    yield attribute.column
                if attribute.place is Place.DERIVED and domain.name == "Measurement":
                    yield from ("value_as_number", "value_as_concept_id", "range_low", "range_high")
        if isinstance(part, Occurrence) and part.count_column:
            yield domain.counts.get(part.count_column, domain.concept)
        if isinstance(part, CustomEraExit) and domain.name == "DrugExposure":
            yield "drug_source_concept_id"
