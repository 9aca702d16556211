"""A cohort expression in sentences that a committee reads, in French or English, and drawn in time."""

from maillage.cohort.explain.cohort import explain_cohort
from maillage.cohort.explain.entry import word_rule_name
from maillage.cohort.explain.render import as_html, as_json, as_markdown, as_text, as_web_page, shorten
from maillage.cohort.explain.structure import Explanation, Item, Section, Sense
from maillage.cohort.explain.timeline import draw_timeline

__all__ = [
    "Explanation",
    "Item",
    "Section",
    "Sense",
    "as_html",
    "as_json",
    "as_markdown",
    "as_text",
    "as_web_page",
    "draw_timeline",
    "explain_cohort",
    "shorten",
    "word_rule_name",
]
