"""What no warehouse can answer, looked for in the whole expression before anything is."""

from collections.abc import Iterator

from maillage.cohort.errors import CohortError
from maillage.cohort.expression import (
    DOMAINS,
    CohortExpression,
    CountColumn,
    Criterion,
    CustomEraExit,
    Demographic,
    Group,
    Occurrence,
)
from maillage.cohort.expression.domains import Domain
from maillage.cohort.expression.values import Attributes, CodesetRef, ConceptSetChoice
from maillage.cohort.refusals import no_such_set, not_available, not_countable

_COUNTED_EVERYWHERE = (
    CountColumn.START_DATE,
    CountColumn.END_DATE,
    CountColumn.DURATION,
    CountColumn.DOMAIN_CONCEPT,
)


def refusals(expression: CohortExpression) -> Iterator[CohortError]:
    """Every reason to refuse the expression, in its order."""
    known = {found.id for found in expression.concept_sets}
    for part in _parts(expression):
        match part:
            case Criterion():
                domain = DOMAINS[part.domain]
                given = [domain.by_name[name] for name, _value in part.attributes]
                yield from (not_available(attribute) for attribute in given if attribute.refusal)
                yield from _sets_missing(part.attributes, known)
            case Demographic():
                yield from _sets_missing(part.attributes, known)
            case CustomEraExit():
                if part.codeset_id not in known:
                    yield no_such_set(part.codeset_id)
            case (criterion, occurrence):
                yield from _uncountable(DOMAINS[criterion.domain], occurrence)


def _sets_missing(attributes: Attributes, known: set[int]) -> Iterator[CohortError]:
    for _name, value in attributes:
        named = value.codeset_id if isinstance(value, CodesetRef | ConceptSetChoice) else None
        if named is not None and named not in known:
            yield no_such_set(named)


def _uncountable(domain: Domain, occurrence: Occurrence) -> Iterator[CohortError]:
    counted = occurrence.count_column
    if not occurrence.distinct or counted is None or counted in _COUNTED_EVERYWHERE:
        return
    by_visit = counted is CountColumn.VISIT_ID and domain.visit is not None
    if not by_visit and counted not in domain.counts:
        yield not_countable(domain, counted)


_Part = Criterion | Demographic | CustomEraExit | tuple[Criterion, Occurrence]


def _parts(expression: CohortExpression) -> Iterator[_Part]:
    for criterion in (*expression.primary.criteria, *expression.censoring):
        yield from _parts_of_criterion(criterion)
    if expression.additional is not None:
        yield from _parts_of_group(expression.additional)
    for rule in expression.rules:
        yield from _parts_of_group(rule.group)
    if isinstance(expression.exit, CustomEraExit):
        yield expression.exit


def _parts_of_criterion(criterion: Criterion) -> Iterator[_Part]:
    yield criterion
    if criterion.correlated is not None:
        yield from _parts_of_group(criterion.correlated)


def _parts_of_group(group: Group) -> Iterator[_Part]:
    for correlated in group.criteria:
        yield from _parts_of_criterion(correlated.criterion)
        yield correlated.criterion, correlated.occurrence
    yield from group.demographics
    for member in group.groups:
        yield from _parts_of_group(member)
