"""Distinct persons of every concept with all that is below it, in one scan of each table of events.

Counting distinct persons up a hierarchy in SQL would hold every pair of a concept and a person at once,
several times over. Here a table is read in the order of its concepts, some millions of rows at a time, and
each concept's persons become a compressed bitmap that is added to those above.
"""

import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap
from sqlglot import exp

from maillage.warehouse.engines.base import Engine

Ids = NDArray[np.int64]

ROWS_AT_ONCE = 4_000_000
_PRESENT = "catalogue_present"

_TABLES: Mapping[str, str] = {
    "condition_occurrence": "condition_concept_id",
    "drug_exposure": "drug_concept_id",
    "procedure_occurrence": "procedure_concept_id",
    "measurement": "measurement_concept_id",
    "observation": "observation_concept_id",
    "device_exposure": "device_concept_id",
    "visit_occurrence": "visit_concept_id",
    "visit_detail": "visit_detail_concept_id",
    "person": "gender_concept_id",
}


@dataclass(frozen=True)
class Counted:
    """`persons` by concept, none at zero; `below` are pairs of a concept counted and one below it."""

    persons: Mapping[int, int]
    below: Sequence[tuple[int, int]]


def count_concepts(engine: Engine, *, rows_at_once: int = ROWS_AT_ONCE) -> Counted:
    """Count them. Raises as the engine does."""
    (everyone,) = engine.fetch_integers(exp.select("person_id").from_("person"))
    everyone.sort()
    found: dict[int, BitMap] = {}
    for table, column in _TABLES.items():
        for concept, persons in _read(engine, *_source(engine, table, column), rows_at_once=rows_at_once):
            ranks = np.searchsorted(everyone, persons).astype(np.uint32)
            # An array of the standard library is read in one go; a numpy array would be walked one by one.
            found.setdefault(concept, BitMap()).update(BitMap(array.array("I", ranks.tobytes())))
    pairs = _read_hierarchy(engine, sorted(found))
    above: dict[int, BitMap] = {concept: bits.copy() for concept, bits in found.items()}
    for ancestor, descendant in pairs:
        if descendant in found:
            above.setdefault(ancestor, BitMap()).update(found[descendant])
    persons = {concept: len(bits) for concept, bits in above.items() if bits}
    return Counted(persons, [pair for pair in pairs if pair[0] in persons and pair[1] in persons])


def count_years(engine: Engine) -> dict[int, int]:
    """Distinct persons by calendar year in which a stay or a visit of theirs begins."""
    year = exp.Year(this=exp.column("visit_start_date"))
    persons = exp.Count(this=exp.Distinct(expressions=[exp.column("person_id")]))
    query = (
        exp.select(exp.alias_(year, "visit_year"), persons).from_("visit_occurrence").group_by(year.copy())
    )
    years, counts = engine.fetch_integers(query.where("visit_start_date IS NOT NULL"))
    return dict(zip(years.tolist(), counts.tolist(), strict=True))


def _source(engine: Engine, table: str, column: str) -> tuple[str, str]:
    """The thin copy where the engine keeps one: it is sorted by concept."""
    thin = engine.thin_copies.get(table)
    return (table, column) if thin is None else (thin.table, thin.columns[column])


def _read(engine: Engine, table: str, column: str, *, rows_at_once: int) -> Iterator[tuple[int, Ids]]:
    """Each concept of a table with its persons, by ranges of concepts."""
    for first, last in _split(engine, table, column, rows_at_once=rows_at_once):
        query = (
            exp.select(column, "person_id")
            .distinct()
            .from_(table)
            .where(exp.column(column).between(first, last))
        )
        concepts, persons = engine.fetch_integers(query)
        order = np.argsort(concepts, kind="stable")
        concepts, persons = concepts[order], persons[order]
        starts = np.flatnonzero(np.diff(concepts, prepend=-1))
        for start, end in zip(starts, [*starts[1:], len(concepts)], strict=True):
            yield int(concepts[start]), persons[start:end]


def _split(engine: Engine, table: str, column: str, *, rows_at_once: int) -> Iterator[tuple[int, int]]:
    """Ranges of concepts with about so many rows; 0, which is no concept, is in none."""
    rows = exp.Count(this=exp.Star())
    query = exp.select(column, rows).from_(table).where(exp.column(column) > 0).group_by(column)
    concepts, counts = engine.fetch_integers(query)
    order = np.argsort(concepts)
    concepts, counts = concepts[order], counts[order]
    parts = np.cumsum(counts) // rows_at_once
    for part in np.unique(parts):
        inside = concepts[parts == part]
        yield int(inside[0]), int(inside[-1])


def _read_hierarchy(engine: Engine, present: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs (above, below) among the concepts present and those above them, no concept with itself."""
    ids = exp.values([(number,) for number in present or (0,)], alias="v", columns=["concept_id"])
    above = exp.select("a.ancestor_concept_id AS concept_id").distinct().from_("concept_ancestor AS a")
    engine.create_temp(_PRESENT, above.join(ids, on="v.concept_id = a.descendant_concept_id"))
    try:
        query = (
            exp.select("a.ancestor_concept_id", "a.descendant_concept_id")
            .from_("concept_ancestor AS a")
            .join(f"{_PRESENT} AS p", on="p.concept_id = a.descendant_concept_id")
            .where("a.ancestor_concept_id <> a.descendant_concept_id")
        )
        ancestors, descendants = engine.fetch_integers(query)
    finally:
        engine.drop_temp(_PRESENT)
    return list(zip(ancestors.tolist(), descendants.tolist(), strict=True))
