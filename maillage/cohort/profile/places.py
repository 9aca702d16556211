"""Where each part of an expression stands in its JSON, and what its author calls it."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass

from maillage.base.i18n import _
from maillage.cohort.expression import (
    CohortExpression,
    Correlated,
    Criterion,
    Group,
    OccurrenceType,
)
from maillage.cohort.expression.values import CodesetRef


@dataclass(frozen=True)
class Place:
    """A part: its JSON path, its words, the node it was read into (None for a whole section), its depth."""

    path: str
    words: str
    node: Hashable
    level: int
    is_rule: bool = False


def find_places(expression: CohortExpression) -> Iterator[Place]:
    """Every criterion, rule and section, in the order of the definition."""
    walk = _Walk({found.id: found.name for found in expression.concept_sets})
    primary = expression.primary
    if expression.concept_sets:
        yield Place("$.ConceptSets", _("Listes de concepts"), None, 0)
    yield Place("$.PrimaryCriteria", _("Entrée : observation, limite"), None, 0)
    yield from walk.criteria("$.PrimaryCriteria.CriteriaList", primary.criteria, 1)
    if expression.additional:
        yield Place("$.AdditionalCriteria", _("Critères supplémentaires"), None, 0)
        yield from walk.group("$.AdditionalCriteria", expression.additional, 1)
    if expression.rules:
        yield Place("$.InclusionRules", _("Critères d’inclusion ensemble"), None, 0)
    for rank, rule in enumerate(expression.rules):
        path = f"$.InclusionRules[{rank}]"
        yield Place(path, rule.name or path, None, 1, is_rule=True)
        yield from walk.group(f"{path}.expression", rule.group, 2)
    if expression.exit is not None:
        yield Place("$.EndStrategy", _("Règle de sortie"), None, 0)
    if expression.censoring:
        yield Place("$.CensoringCriteria", _("Événements de sortie"), None, 0)
        yield from walk.criteria("$.CensoringCriteria", expression.censoring, 1)
    yield Place("$.CollapseSettings", _("Périodes de la cohorte"), None, 0)


@dataclass(frozen=True)
class _Walk:
    names: Mapping[int, str]

    def criteria(self, path: str, criteria: tuple[Criterion, ...], level: int) -> Iterator[Place]:
        for rank, criterion in enumerate(criteria):
            yield from self._criterion(f"{path}[{rank}]", criterion, level)

    def _criterion(self, path: str, criterion: Criterion, level: int) -> Iterator[Place]:
        path = f"{path}.{criterion.domain}"
        yield Place(path, self.words(criterion), criterion, level)
        if criterion.correlated is not None:
            yield from self.group(f"{path}.CorrelatedCriteria", criterion.correlated, level + 1)

    def group(self, path: str, group: Group, level: int) -> Iterator[Place]:
        for rank, correlated in enumerate(group.criteria):
            yield from self._correlated(f"{path}.CriteriaList[{rank}]", correlated, level)
        for rank, demographic in enumerate(group.demographics):
            words = ", ".join(name for name, _value in demographic.attributes)
            yield Place(f"{path}.DemographicCriteriaList[{rank}]", words, demographic, level)
        for rank, member in enumerate(group.groups):
            yield from self.group(f"{path}.Groups[{rank}]", member, level)

    def _correlated(self, path: str, correlated: Correlated, level: int) -> Iterator[Place]:
        occurrence = correlated.occurrence
        number = {
            OccurrenceType.EXACTLY: _("exactement {count} fois"),
            OccurrenceType.AT_MOST: _("au plus {count} fois"),
            OccurrenceType.AT_LEAST: _("au moins {count} fois"),
        }[occurrence.type].format(count=occurrence.count)
        yield Place(path, f"{number} : {self.words(correlated.criterion)}", correlated, level)
        yield from self._criterion(f"{path}.Criteria", correlated.criterion, level + 1)

    def words(self, criterion: Criterion) -> str:
        """The domain, the concept sets by their names, the other attributes."""
        sets = [value.codeset_id for _name, value in criterion.attributes if isinstance(value, CodesetRef)]
        named = "".join(f" « {self.names.get(found) or found} »" for found in sets)
        others = [name for name, value in criterion.attributes if not isinstance(value, CodesetRef)]
        return f"{criterion.domain}{named}" + (f" ({', '.join(others)})" if others else "")
