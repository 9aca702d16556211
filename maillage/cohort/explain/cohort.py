"""A cohort expression becomes an explanation, in the order of a study protocol."""

from dataclasses import replace

from maillage.base.i18n import _, current_language
from maillage.cohort.explain.codes import lists_section
from maillage.cohort.explain.entry import additional_section, entry_section, limit_section, rules_section
from maillage.cohort.explain.exits import calendar_section, exit_section, periods_section
from maillage.cohort.explain.grammar import clean, typeset
from maillage.cohort.explain.names import Names, names_of
from maillage.cohort.explain.notes import notes_section
from maillage.cohort.explain.structure import Explanation, Item, Section
from maillage.cohort.expression import CohortExpression


def explain_cohort(expression: CohortExpression) -> Explanation:
    """The whole expression in the language in force. Two that find different persons never read the same.

    Nothing is refused: what cannot be compiled is explained, and said to be so.
    """
    names = names_of(expression)
    sections = (
        entry_section(expression.primary, names),
        *additional_section(expression, names),
        *rules_section(expression, names),
        *limit_section(expression),
        *ending_sections(expression, names),
        notes_section(expression),
        *lists_section(expression, names),
    )
    title = clean(expression.title or "") or _("Cohorte sans titre")
    return Explanation(current_language(), title, tuple(map(typeset_section, sections)))


def ending_sections(expression: CohortExpression, names: Names) -> tuple[Section, ...]:
    """When people leave, and what becomes of their periods."""
    return (
        exit_section(expression, names),
        periods_section(expression),
        *calendar_section(expression.censor_window),
    )


def typeset_section(section: Section) -> Section:
    """The section with the spaces that the language wants."""
    return replace(
        section,
        title=typeset(section.title),
        paragraphs=tuple(map(typeset, section.paragraphs)),
        items=tuple(map(_typeset_item, section.items)),
        closing=tuple(map(typeset, section.closing)),
    )


def _typeset_item(item: Item) -> Item:
    return replace(item, text=typeset(item.text), children=tuple(map(_typeset_item, item.children)))
