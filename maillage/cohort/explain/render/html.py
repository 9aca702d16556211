"""HTML: an article for a page of the portal or a permit, or a page of its own."""

from collections.abc import Iterator
from html import escape

from maillage.cohort.explain.structure import Explanation, Item, Section

_STYLE = (
    "body{font:16px/1.5 Georgia,serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#111}"
    "h1,h2{line-height:1.2}li{margin:.2rem 0}"
    "li[data-sense=forbids]>span{font-weight:700}"
    "@media print{body{margin:0;max-width:none}li{break-inside:avoid-page}}"
)


def as_html(explanation: Explanation) -> str:
    """An `article` with classes and no style; `data-sense` of a line says what its words say."""
    parts = (_section(section) for section in explanation.sections)
    title = f"<h1>{escape(explanation.title)}</h1>"
    return (
        f'<article class="explanation" lang="{explanation.language}">\n{title}\n{"".join(parts)}</article>\n'
    )


def as_web_page(explanation: Explanation, *, drawing: str = "") -> str:
    """A page that needs nothing else; `drawing` is an SVG put under the text."""
    return (
        f'<!doctype html>\n<html lang="{explanation.language}">\n<head><meta charset="utf-8">'
        f"<title>{escape(explanation.title)}</title><style>{_STYLE}</style></head>\n"
        f"<body>\n{as_html(explanation)}{drawing}</body>\n</html>\n"
    )


def _section(section: Section) -> str:
    heading = f"<h2>{escape(section.title)}</h2>"
    return f'<section data-key="{section.key}">\n{heading}\n{"".join(_body(section))}</section>\n'


def _body(section: Section) -> Iterator[str]:
    yield from _paragraphs(section.paragraphs)
    if section.items:
        yield _list(section.items, "ol" if section.numbered else "ul")
    yield from _paragraphs(section.closing)


def _paragraphs(texts: tuple[str, ...]) -> Iterator[str]:
    return (f"<p>{escape(text)}</p>\n" for text in texts)


def _list(items: tuple[Item, ...], tag: str) -> str:
    return f"<{tag}>\n{''.join(map(_item, items))}</{tag}>\n"


def _item(item: Item) -> str:
    below = _list(item.children, "ul") if item.children else ""
    return f'<li data-sense="{item.sense}"><span>{escape(item.text)}</span>{below}</li>\n'
