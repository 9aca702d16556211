"""Concept sets resolved against the vocabulary, all of them in one query.

Members taken by name must exist in CONCEPT; descendants must be valid too; `mapped` adds the source concepts
that "Maps to" a member. A concept that any excluding line reaches is out.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from sqlglot import exp

from maillage.cohort.compile.sql import (
    any_of,
    col,
    equal,
    identifier,
    inner_join,
    is_null,
    named,
    num,
    numbers,
    select,
    subquery,
    table,
    text,
    union_all,
)
from maillage.cohort.expression import ConceptSetItem

_FEW = 16
"""So many items are answered sooner as arrays of numbers."""

_ITEMS = "items"
_REACHED = "reached"


class _Side(NamedTuple):
    """What the items of one array share."""

    codeset_id: int
    excluded: bool
    descendants: bool
    mapped: bool

    def flags(self) -> Mapping[str, int]:
        """Each field as a number, which every engine has."""
        return {name: int(value) for name, value in self._asdict().items()}


def resolve_codesets(sets: Mapping[int, Sequence[ConceptSetItem]], *, distinct: bool = False) -> exp.Query:
    """(codeset_id, concept_id) for the items of each id; a pair may come twice, unless `distinct`."""
    lines = sorted(
        (_Side(key, item.exclude, item.descendants, item.mapped), item.concept.id)
        for key, items in sets.items()
        for item in items
    )
    if not lines:
        return _nothing()
    sides = [side for side, _concept in lines]
    members = _members(any_mapped=any(side.mapped for side in sides))
    excluding = any(side.excluded for side in sides)
    query = _without_excluded(members) if excluding or distinct else _pairs(members)
    reached = _reached(any_descendants=any(side.descendants for side in sides))
    query.set("with_", exp.With(expressions=[_cte(_ITEMS, _items(lines)), _cte(_REACHED, reached)]))
    return query


def _nothing() -> exp.Query:
    columns = [named(col("c", "concept_id"), "codeset_id"), col("c", "concept_id")]
    return select(columns, table("concept", "c"), where=[exp.false()])


def _cte(name: str, query: exp.Query) -> exp.CTE:
    return exp.CTE(this=query, alias=exp.TableAlias(this=identifier(name)))


def _items(lines: Sequence[tuple[_Side, int]]) -> exp.Query:
    sides = [(side, [concept for _side, concept in group]) for side, group in groupby(lines, itemgetter(0))]
    if len(lines) <= _FEW:
        return union_all([_array(side, concepts) for side, concepts in sides])
    return _texts(sides)


def _array(side: _Side, concepts: Sequence[int]) -> exp.Query:
    unnested = exp.Explode(this=exp.Array(expressions=[num(concept) for concept in concepts]))
    columns = [named(num(value), name) for name, value in side.flags().items()]
    return exp.Select(expressions=[*columns, named(unnested, "concept_id")])


def _texts(sides: Sequence[tuple[_Side, Sequence[int]]]) -> exp.Query:
    """A row for each side, its concepts in one text: as numbers they take far longer to write and to read."""
    rows = [
        exp.Tuple(
            expressions=[*(num(value) for value in side.flags().values()), text(" ".join(map(str, concepts)))]
        )
        for side, concepts in sides
    ]
    names = [*_Side._fields, "concepts"]
    alias = exp.TableAlias(this=identifier("k"), columns=[identifier(name) for name in names])
    concepts = numbers(exp.Split(this=col("k", "concepts"), expression=text(" ")))
    columns = [*(col("k", name) for name in _Side._fields), named(exp.Explode(this=concepts), "concept_id")]
    return select(columns, exp.Values(expressions=rows, alias=alias))


def _reached(*, any_descendants: bool) -> exp.Query:
    """Every item itself, and the descendants of those that want them; `named` tells them apart."""
    flags = ("codeset_id", "excluded", "mapped")
    items = select(
        [*(col("i", flag) for flag in flags), named(num(1), "named"), col("i", "concept_id")],
        table(_ITEMS, "i"),
    )
    if not any_descendants:
        return items
    below = select(
        [*(col("i", flag) for flag in flags), num(0), col("a", "descendant_concept_id")],
        table(_ITEMS, "i"),
        joins=[
            inner_join(
                table("concept_ancestor", "a"),
                [equal(col("a", "ancestor_concept_id"), col("i", "concept_id"))],
            )
        ],
        where=[equal(col("i", "descendants"), num(1))],
    )
    return union_all([items, below])


def _members(*, any_mapped: bool) -> exp.Query:
    """(codeset_id, excluded, concept_id) of what the vocabulary knows."""
    known = _known([])
    return union_all([known, _sources()]) if any_mapped else known


def _known(where: Sequence[exp.Expr]) -> exp.Select:
    valid = any_of([equal(col("r", "named"), num(1)), is_null(col("c", "invalid_reason"))])
    return select(
        [col("r", "codeset_id"), col("r", "excluded"), col("r", "concept_id")],
        table(_REACHED, "r"),
        joins=[inner_join(table("concept", "c"), [equal(col("c", "concept_id"), col("r", "concept_id"))])],
        where=[valid, *where],
    )


def _sources() -> exp.Query:
    targets = _known([equal(col("r", "mapped"), num(1))])
    maps_to = [
        equal(col("l", "concept_id_2"), col("m", "concept_id")),
        equal(col("l", "relationship_id"), text("Maps to")),
        is_null(col("l", "invalid_reason")),
    ]
    return select(
        [col("m", "codeset_id"), col("m", "excluded"), named(col("l", "concept_id_1"), "concept_id")],
        subquery(targets, "m"),
        joins=[inner_join(table("concept_relationship", "l"), maps_to)],
    )


def _pairs(members: exp.Query) -> exp.Select:
    return select([col("m", "codeset_id"), col("m", "concept_id")], subquery(members, "m"))


def _without_excluded(members: exp.Query) -> exp.Select:
    query = _pairs(members)
    query.set("group", exp.Group(expressions=[col("m", "codeset_id"), col("m", "concept_id")]))
    query.set("having", exp.Having(this=equal(exp.Max(this=col("m", "excluded")), num(0))))
    return query
