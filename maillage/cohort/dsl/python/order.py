"""Where the code lists of an expression are used, in the order in which a build meets them."""

from collections.abc import Iterator

from maillage.cohort.expression import CohortExpression, Criterion, CustomEraExit, Group
from maillage.cohort.expression.values import Attributes, CodesetRef, ConceptSetChoice

Use = tuple[int, str, str]
"""The id of a code list, the domain and the attribute that use it."""


def uses_of_lists(expression: CohortExpression) -> list[Use]:
    """Every use of a code list, in order, each once."""
    return list(dict.fromkeys(_in_expression(expression)))


def _in_expression(expression: CohortExpression) -> Iterator[Use]:
    for criterion in expression.primary.criteria:
        yield from _in_criterion(criterion)
    if expression.additional is not None:
        yield from _in_group(expression.additional)
    for rule in expression.rules:
        yield from _in_group(rule.group)
    if isinstance(expression.exit, CustomEraExit):
        yield expression.exit.codeset_id, "DrugExposure", "CodesetId"
    for criterion in expression.censoring:
        yield from _in_criterion(criterion)


def _in_criterion(criterion: Criterion) -> Iterator[Use]:
    yield from _in_attributes(criterion.domain, criterion.attributes)
    if criterion.correlated is not None:
        yield from _in_group(criterion.correlated)


def _in_group(group: Group) -> Iterator[Use]:
    for correlated in group.criteria:
        yield from _in_criterion(correlated.criterion)
    for demographic in group.demographics:
        yield from _in_attributes("", demographic.attributes)
    for member in group.groups:
        yield from _in_group(member)


def _in_attributes(domain: str, attributes: Attributes) -> Iterator[Use]:
    for name, value in attributes:
        match value:
            case CodesetRef(number) | ConceptSetChoice(int() as number):
                yield number, domain, name
            case _:
                pass
