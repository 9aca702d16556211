"""How a missing end is filled in, said when some end matters."""

from collections.abc import Iterator

from maillage.base.i18n import _
from maillage.cohort.expression import (
    DOMAINS,
    AdjustFrom,
    CohortExpression,
    Correlated,
    CountColumn,
    Criterion,
    CustomEraExit,
    DateField,
    DateOffsetExit,
    Demographic,
    Window,
)
from maillage.cohort.expression.domains import Derived, EndRule

_END_COLUMNS = (Derived.END_DATE, Derived.AGE_AT_END, Derived.LENGTH)
_END_COUNTS = (CountColumn.END_DATE, CountColumn.DURATION)


def end_notes(expression: CohortExpression, nodes: tuple[object, ...]) -> Iterator[str]:
    """One line for each way in which the domains whose ends are read here fill in an end."""
    rules = {DOMAINS[domain].end_rule for domain in _read_domains(expression, nodes)}
    return (_word(rule) for rule in EndRule if rule in rules)


def _read_domains(expression: CohortExpression, nodes: tuple[object, ...]) -> Iterator[str]:
    """The domains of the events whose end something looks at."""
    if any(_reads_index_end(node) for node in nodes):
        yield from (criterion.domain for criterion in expression.primary.criteria)
        yield from (node.domain for node in nodes if isinstance(node, Criterion) and node.correlated)
    for node in nodes:
        match node:
            case Criterion() if _reads_own_end(node):
                yield node.domain
            case Correlated() if _reads_event_end(node):
                yield node.criterion.domain
            case CustomEraExit(days_supply_override=None):
                yield "DrugExposure"
            case _:
                pass


def _word(rule: EndRule) -> str:
    match rule:
        case EndRule.COLUMN:
            return _(
                "Un séjour, un passage, un épisode ou une période sans date de fin ne remplit aucune "
                "condition "
                "sur sa fin, et ne compte pas quand la sortie se calcule depuis cette fin."
            )
        case EndRule.COLUMN_OR_NEXT_DAY:
            return _(
                "Un diagnostic ou un dispositif médical sans date de fin finit le lendemain de son début."
            )
        case EndRule.DRUG:
            return _(
                "Une prise de médicament sans date de fin finit au terme de la durée prescrite ou "
                "délivrée ; si elle "
                "manque aussi, le lendemain de son début."
            )
        case EndRule.NEXT_DAY:
            return _(
                "Un acte, un résultat d’examen, une observation clinique, un prélèvement ou un décès n’a "
                "qu’une date : "
                "il finit le lendemain."
            )


def _reads_index_end(node: object) -> bool:
    match node:
        case Demographic():
            return any(name == "OccurrenceEndDate" for name, _value in node.attributes)
        case Window():
            return bool(node.use_index_end)
        case DateOffsetExit():
            return node.field is DateField.END
        case _:
            return False


def _reads_own_end(node: Criterion) -> bool:
    known = DOMAINS[node.domain].by_name
    adjustment = node.date_adjustment
    adjusted = adjustment is not None and AdjustFrom.END in (adjustment.start_with, adjustment.end_with)
    return adjusted or any(known[name].column in _END_COLUMNS for name, _value in node.attributes)


def _reads_event_end(node: Correlated) -> bool:
    end_window = node.end_window is not None and node.end_window.use_event_end is not False
    counted = node.occurrence.distinct and node.occurrence.count_column in _END_COUNTS
    return bool(node.start_window.use_event_end) or end_window or counted
