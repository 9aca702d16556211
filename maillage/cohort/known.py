"""Which concept sets of an expression a warehouse's vocabulary knows: one that it does not finds nobody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from maillage.base.i18n import _
from maillage.cohort.compile.sql import col, equal, in_numbers, inner_join, is_null, select, table
from maillage.cohort.errors import ConceptsUnknownError
from maillage.cohort.expression import CohortExpression, ConceptSet
from maillage.cohort.walk import used_sets
from maillage.warehouse.engines.base import Engine

_SHOWN = 5


@dataclass(frozen=True)
class UnknownSet:
    """A concept set none of whose lines names a concept of the vocabulary; `concepts` are those they name."""

    name: str
    concepts: tuple[int, ...]

    def __str__(self) -> str:
        shown = ", ".join(map(str, self.concepts[:_SHOWN])) + (" …" if len(self.concepts) > _SHOWN else "")
        return _("« {name} » ({concepts})").format(name=self.name, concepts=shown)


def find_unknown(
    expressions: Mapping[str, CohortExpression], *, engine: Engine
) -> Mapping[str, Sequence[UnknownSet]]:
    """By name of an expression, the sets that its criteria use and the vocabulary does not know at all."""
    used = {name: _used(expression) for name, expression in expressions.items()}
    known = find_known([one for sets in used.values() for one in sets], engine=engine)
    return {
        name: [_describe(one) for one in sets if not _is_known(one, known)] for name, sets in used.items()
    }


def check_known(expression: CohortExpression, *, engine: Engine) -> Sequence[UnknownSet]:
    """The sets that the vocabulary does not know.

    Raises ConceptsUnknownError when it knows none of those that the criteria use: what they would find, or
    would not find, says nothing of the patients.
    """
    unknown = find_unknown({"": expression}, engine=engine)[""]
    if unknown and len(unknown) == len(_used(expression)):
        raise ConceptsUnknownError(
            _("Le vocabulaire de cet entrepôt ne connaît aucun code de la cohorte."),
            why=_("Listes de concepts inconnues ici : {sets}.").format(sets=", ".join(map(str, unknown))),
            remedy=_("Chargez le vocabulaire, ou le référentiel du groupe (maillage vocabulary apply)."),
        )
    return unknown


def wants_descendants(expression: CohortExpression) -> bool:
    """Whether a set that a criterion uses is to hold what stands below its concepts."""
    return any(item.descendants for one in _used(expression) for item in one.items)


def find_known(sets: Iterable[ConceptSet], *, engine: Engine) -> set[tuple[int, bool]]:
    """(concept, with descendants) of the lines that the vocabulary knows."""
    wanted = {item.concept.id for found in sets for item in found.items}
    if not wanted:
        return set()
    named = _ids(
        engine,
        select([col("c", "concept_id")], table("concept", "c"), where=[_among("c", "concept_id", wanted)]),
    )
    above = wanted - named
    return {(concept, flag) for concept in named for flag in (False, True)} | {
        (concept, True) for concept in (_with_descendants(above, engine=engine) if above else ())
    }


def _used(expression: CohortExpression) -> list[ConceptSet]:
    """The sets that a criterion asks for and that a line fills: one without lines is empty everywhere."""
    used = used_sets(expression)
    return [
        one
        for one in expression.concept_sets
        if one.id in used and any(not item.exclude for item in one.items)
    ]


def _is_known(found: ConceptSet, known: set[tuple[int, bool]]) -> bool:
    return any((item.concept.id, item.descendants) in known for item in found.items if not item.exclude)


def _describe(found: ConceptSet) -> UnknownSet:
    name = found.name or _("Ensemble {id}").format(id=found.id)
    return UnknownSet(name, tuple(item.concept.id for item in found.items if not item.exclude))


def _with_descendants(concepts: set[int], *, engine: Engine) -> set[int]:
    valid = [
        equal(col("c", "concept_id"), col("a", "descendant_concept_id")),
        is_null(col("c", "invalid_reason")),
    ]
    query = select(
        [col("a", "ancestor_concept_id")],
        table("concept_ancestor", "a"),
        joins=[inner_join(table("concept", "c"), valid)],
        where=[_among("a", "ancestor_concept_id", concepts)],
    )
    return _ids(engine, query)


def _among(alias: str, column: str, values: set[int]) -> exp.Expr:
    return in_numbers(col(alias, column), sorted(values))


def _ids(engine: Engine, query: exp.Query) -> set[int]:
    return {int(concept) for (concept,) in engine.fetch(query)}
