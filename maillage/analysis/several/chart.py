"""What several looks like: a section an analysis, each with that analysis's own drawings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from maillage.analysis.base import Asked, ChartSpec, Words
from maillage.analysis.registry import load_chart, load_words
from maillage.base.i18n import say

_NOTHING = Asked()


@dataclass(frozen=True)
class Section:
    """A part of the group's document with its drawings; none while nobody is in it."""

    words: Words
    document: Mapping[str, Any]
    charts: Sequence[ChartSpec]


def charts(document: Mapping[str, Any], *, asked: Asked = _NOTHING) -> list[ChartSpec]:
    """All drawings, in order, each under the name of its analysis too."""
    return [
        replace(chart, title=f"{say(section.words.title)} · {chart.title}")
        for section in list_sections(document, asked=asked)
        for chart in section.charts
    ]


def list_sections(document: Mapping[str, Any], *, asked: Asked = _NOTHING) -> list[Section]:
    """The parts in the order in which they were asked."""
    told = asked.parameters.get("parts", ())
    parameters = [*(part.get("parameters", {}) for part in told), *({} for _part in document["parts"])]
    return [
        _make_section(part["analysis"], part["document"], asked=replace(asked, parameters=own))
        for part, own in zip(document["parts"], parameters, strict=False)
    ]


def _make_section(name: str, document: Mapping[str, Any], *, asked: Asked) -> Section:
    drawn = load_chart(name).charts(document, asked=asked) if document["contributing"] else []
    return Section(load_words(name), document, drawn)
