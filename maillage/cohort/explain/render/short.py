"""The short form: code lists are cut, and say by how much."""

from dataclasses import replace

from maillage.base.i18n import in_language, ngettext
from maillage.cohort.explain.structure import Explanation, Item

KEPT = 10


def shorten(explanation: Explanation, *, kept: int = KEPT) -> Explanation:
    """The explanation with at most `kept` lines in each list of codes. It no longer says everything."""
    with in_language(explanation.language):
        sections = tuple(
            replace(section, items=tuple(_cut(item, kept) for item in section.items))
            for section in explanation.sections
        )
    return replace(explanation, sections=sections)


def _cut(item: Item, kept: int) -> Item:
    children = tuple(_cut(child, kept) for child in item.children)
    more = len(children) - kept
    if item.fold and more > 0:
        told = ngettext("… et {count} autre.", "… et {count} autres.", more).format(count=more)
        children = (*children[:kept], Item(told))
    return replace(item, children=children)
