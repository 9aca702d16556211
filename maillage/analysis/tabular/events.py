"""Events of persons around their index date: who has which, and the last value of a measurement."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from maillage.analysis.tabular.days import Days, Holders, find_commonest, join_level, read_days, read_sets
from maillage.analysis.tabular.parameters import Domain, Feature, Measure
from maillage.analysis.tabular.people import People, sort_distinct
from maillage.analysis.tabular.windows import Window, is_after
from maillage.cohort.compile.codesets import resolve_codesets
from maillage.cohort.compile.sql import (
    Condition,
    all_of,
    col,
    equal,
    in_numbers,
    inner_join,
    is_null,
    named,
    negate,
    num,
    ordered,
    rank_in,
    select,
    subquery,
    table,
)
from maillage.cohort.expression import ConceptSetItem
from maillage.cohort.expression.values import Concept
from maillage.cohort.run import fresh_prefix
from maillage.warehouse.engines.base import DayCopy, Engine
from maillage.warehouse.schema import EVENT_TABLES, EventTable

_TABLES: Mapping[str, str] = {
    "condition": "condition_occurrence",
    "drug": "drug_exposure",
    "procedure": "procedure_occurrence",
    "measurement": "measurement",
    "observation": "observation",
    "visit": "visit_occurrence",
    "device": "device_exposure",
}

_FEW = 8
"""So many sets of concepts are found sooner in a copy that lies by concept."""

_Ints = NDArray[np.int64]


Pairs = str | Days
"""Who has which concept on which side: a temporary table (key, after, place), each row once, or days."""


@dataclass(frozen=True)
class _Source:
    """Where the events of a domain are read: a thin copy where the engine has one and it has the columns."""

    event: EventTable
    table: str
    columns: Mapping[str, str]

    def col(self, name: str) -> exp.Column:
        return col("e", self.columns.get(name, name))


@contextmanager
def keep_pairs(
    domains: Sequence[Domain], *, people: People, window: Window, engine: Engine
) -> Generator[Mapping[str, Pairs]]:
    """By domain, who has which concept on which side.

    One scan for each domain: of the day copy where the engine has one, or else of the table itself, which
    joined with the cohort takes less than the thin copy, where neighbours are different persons.
    """
    kept: dict[str, Pairs] = {}
    try:
        for domain in domains:
            copy = _find_day_copy(domain, engine=engine)
            if copy is not None:
                kept[domain] = read_days(copy, people=people, window=window, engine=engine)
                continue
            name = kept[domain] = f"{fresh_prefix()}pairs"
            source = _find_source(domain, engine=engine, thin=False)
            engine.create_temp(name, _pairs(source, people=people, window=window))
        yield kept
    finally:
        for pairs in kept.values():
            if isinstance(pairs, str):
                engine.drop_temp(pairs)


def find_features(
    features: Sequence[Feature],
    *,
    people: People,
    window: Window,
    engine: Engine,
    kept: Mapping[str, Pairs] = MappingProxyType({}),
) -> Holders:
    """Who has each feature; one scan for each domain, of the pairs that are `kept` of it where there are."""
    found: dict[int, tuple[_Ints, _Ints]] = {}
    with _codes(features, engine=engine) as codes:
        domains: list[Domain] = list(dict.fromkeys(feature.domain for feature in features))
        for domain in domains:
            found |= _find_sets(
                codes,
                numbers=[number for number, one in enumerate(features) if one.domain == domain],
                domain=domain,
                pairs=kept.get(domain),
                people=people,
                window=window,
                engine=engine,
            )
    return {feature.name: found[number] for number, feature in enumerate(features)}


def _find_sets(
    codes: str,
    *,
    numbers: Sequence[int],
    domain: Domain,
    pairs: Pairs | None,
    people: People,
    window: Window,
    engine: Engine,
) -> Mapping[int, tuple[_Ints, _Ints]]:
    """Who has each of some sets of concepts of a temporary table, in pairs that were kept or in a scan."""
    copy = _find_day_copy(domain, engine=engine)
    if copy is not None and (pairs is not None or len(numbers) > _FEW):
        sets = read_sets(copy, codes, numbers=numbers, engine=engine)
        if not isinstance(pairs, Days):
            bands = {band for bits in sets.values() for band in bits}
            pairs = read_days(copy, people=people, window=window, engine=engine, bands=bands)
        return {number: pairs.find(bits) for number, bits in sets.items()}
    if isinstance(pairs, str):
        query = _read_coded(pairs, codes, numbers=numbers)
    else:
        source = _find_source(domain, engine=engine, thin=True)
        query = _pairs(source, people=people, window=window, codes=codes, numbers=numbers)
    return _group(*engine.fetch_integers(query), keys=numbers, size=len(people.ids))


def find_common(
    pairs: Pairs, *, people: People, engine: Engine, level: str = "", least: int, most: int
) -> Holders:
    """Who has each of the concepts that at least `least` persons have, the `most` commonest, by concept id.

    `level` counts each event under its ancestors of that class of concepts instead (`concept_class_id`).
    """
    if isinstance(pairs, Days):
        return find_commonest(pairs, engine=engine, level=level, least=least, most=most)
    with _at_level(pairs, level, engine=engine) as name:
        concepts, _after, persons = engine.fetch_integers(_count_pairs(name, least=least))
        # By number, then by id: the same on every engine.
        ranked = concepts[np.lexsort((concepts, -persons))]
        chosen = list(dict.fromkeys(ranked.tolist()))[:most]
        rows = engine.fetch_integers(_read_pairs(name, chosen)) if chosen else (_NOBODY,) * 3
    found = _group(*rows, keys=chosen, size=len(people.ids))
    return {str(concept): sides for concept, sides in found.items()}


def find_values(
    measures: Sequence[Measure], *, people: People, window: Window, engine: Engine
) -> Mapping[str, tuple[_Ints, NDArray[np.float64]]]:
    """By measure: the places of those who have a value, and each one's last."""
    source = _find_source("measurement", engine=engine, thin=True)
    found: dict[str, tuple[_Ints, NDArray[np.float64]]] = {}
    with _codes(measures, engine=engine) as codes:
        query = _last_values(measures, source=source, people=people, window=window, codes=codes)
        rank, place, value = engine.fetch_numbers(query)
    finite = np.isfinite(value)
    for number, measure in enumerate(measures):
        chosen = finite & (rank == number)
        found[measure.name] = (place[chosen].astype(np.int64), value[chosen])
    return found


_NOBODY = np.array([], dtype=np.int64)


def _find_source(domain: str, *, engine: Engine, thin: bool) -> _Source:
    event = EVENT_TABLES[_TABLES[domain]]
    copy = engine.thin_copies.get(event.table) if thin else None
    if copy is None:
        return _Source(event, event.table, {})
    return _Source(event, copy.table, copy.columns)


def _find_day_copy(domain: str, *, engine: Engine) -> DayCopy | None:
    return engine.day_copies.get(_TABLES[domain])


@contextmanager
def _codes(wanted: Sequence[Feature] | Sequence[Measure], *, engine: Engine) -> Generator[str]:
    """A temporary table (codeset_id, concept_id): the place of each in `wanted`, and its concepts."""
    sets = {
        rank: [ConceptSetItem(Concept(concept), descendants=one.descendants) for concept in one.concepts]
        for rank, one in enumerate(wanted)
    }
    name = f"{fresh_prefix()}codes"
    try:
        engine.create_temp(name, resolve_codesets(sets, distinct=True))
        yield name
    finally:
        engine.drop_temp(name)


def _pairs(
    source: _Source, *, people: People, window: Window, codes: str = "", numbers: Sequence[int] = ()
) -> exp.Query:
    """(key, after, place), each once: of the concept sets of these numbers, or of concepts."""
    concept = source.col(source.event.concept)
    joins = [_join_people(source, people)]
    key: exp.Expr = concept
    if codes:
        joins.append(_join_codes(codes, concept.copy(), numbers=numbers))
        key = col("k", "codeset_id")
    after = is_after(source.col(source.event.start))
    query = select(
        [named(key, "key"), named(after, "after"), col("i", "place")],
        table(source.table, "e"),
        joins=joins,
        where=window.covers(source.col(source.event.start)),
    )
    return query.distinct()


def _read_coded(pairs: str, codes: str, *, numbers: Sequence[int]) -> exp.Query:
    """Pairs of concepts as pairs of concept sets; one that comes of two concepts comes twice."""
    return select(
        [col("k", "codeset_id"), col("p", "after"), col("p", "place")],
        table(pairs, "p"),
        joins=[_join_codes(codes, col("p", "key"), numbers=numbers)],
    )


def _join_codes(codes: str, concept: exp.Expr, *, numbers: Sequence[int]) -> exp.Join:
    wanted = in_numbers(col("k", "codeset_id"), numbers)
    return inner_join(table(codes, "k"), [equal(col("k", "concept_id"), concept), wanted])


def _join_people(source: _Source, people: People) -> exp.Join:
    return inner_join(table(people.table, "i"), [equal(col("i", "person_id"), source.col("person_id"))])


@contextmanager
def _at_level(pairs: str, level: str, *, engine: Engine) -> Generator[str]:
    """The same pairs, or a table of those of the ancestors of a class."""
    if not level:
        yield pairs
        return
    name = f"{fresh_prefix()}level"
    try:
        engine.create_temp(name, _pairs_at_level(pairs, level))
        yield name
    finally:
        engine.drop_temp(name)


def _pairs_at_level(pairs: str, level: str) -> exp.Query:
    return select(
        [named(col("a", "ancestor_concept_id"), "key"), col("p", "after"), col("p", "place")],
        table(pairs, "p"),
        joins=join_level(col("p", "key"), level),
    ).distinct()


def _count_pairs(name: str, *, least: int) -> exp.Query:
    """(key, after, persons); 0 is no concept."""
    persons = exp.Count(this=col("p", "place"))
    return select(
        [col("p", "key"), col("p", "after"), named(persons, "persons")],
        table(name, "p"),
        where=[exp.NEQ(this=col("p", "key"), expression=num(0))],
        group=[col("p", "key"), col("p", "after")],
        having=exp.GTE(this=persons.copy(), expression=num(least)),
    )


def _read_pairs(name: str, chosen: Sequence[int]) -> exp.Query:
    return select(
        [col("p", "key"), col("p", "after"), col("p", "place")],
        table(name, "p"),
        where=[in_numbers(col("p", "key"), chosen)],
    )


def _last_values(
    measures: Sequence[Measure], *, source: _Source, people: People, window: Window, codes: str
) -> exp.Query:
    """(codeset_id, place, value): of several on the last day, that of the greatest id."""
    value = source.col("value_as_number")
    last = rank_in(
        col("i", "place"),
        [
            ordered(source.col(source.event.start), descending=True),
            ordered(source.col(source.event.id), descending=True),
        ],
    )
    last.set("partition_by", [col("k", "codeset_id"), col("i", "place")])
    ranked = select(
        [col("k", "codeset_id"), col("i", "place"), named(value, "value"), named(last, "rank")],
        table(source.table, "e"),
        joins=[
            _join_people(source, people),
            _join_codes(codes, source.col(source.event.concept), numbers=range(len(measures))),
        ],
        where=[
            *window.covers(source.col(source.event.start)),
            negate(is_null(value.copy())),
            *_plausible(measures, source=source),
        ],
    )
    return select(
        [col("v", "codeset_id"), col("v", "place"), col("v", "value")],
        subquery(ranked, "v"),
        where=[equal(col("v", "rank"), num(1))],
    )


def _plausible(measures: Sequence[Measure], *, source: _Source) -> list[Condition]:
    """For each measure that says so, its rows are of its unit and between its limits."""
    conditions: list[Condition] = []
    for rank, measure in enumerate(measures):
        value, unit = source.col("value_as_number"), source.col("unit_concept_id")
        limits = [
            *([equal(unit, num(measure.unit))] if measure.unit is not None else []),
            *([exp.GTE(this=value, expression=num(measure.low))] if measure.low is not None else []),
            *([exp.LTE(this=value.copy(), expression=num(measure.high))] if measure.high is not None else []),
        ]
        if limits:
            other = exp.NEQ(this=col("k", "codeset_id"), expression=num(rank))
            conditions.append(exp.Paren(this=exp.Or(this=other, expression=all_of(limits))))
    return conditions


def _group(
    key: _Ints, after: _Ints, place: _Ints, *, keys: Sequence[int], size: int
) -> Mapping[int, tuple[_Ints, _Ints]]:
    """Rows by key and side, each side's places, which are under `size`, in order and once."""
    # One sort of single numbers: by three columns it takes several times as long.
    rows = sort_distinct((key * 2 + after) * size + place)
    places = rows % max(size, 1)
    found: dict[int, tuple[_Ints, _Ints]] = {}
    for number in keys:
        sides = np.arange(2 * number, 2 * number + 3) * size
        start, middle, end = np.searchsorted(rows, sides)
        found[number] = (places[start:middle], places[middle:end])
    return found
