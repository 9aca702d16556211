"""Markdown (CommonMark), with every sign of a name escaped that could be read as markup."""

import re
from collections.abc import Iterator

from maillage.cohort.explain.structure import Explanation, Item, Section

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&])")
_NUMBERED = re.compile(r"^(\d+)([.)])")
_BULLET = re.compile(r"^([-+])")


def as_markdown(explanation: Explanation) -> str:
    """A document whose title is a first-level heading."""
    lines = [f"# {_escape(explanation.title)}", ""]
    for section in explanation.sections:
        lines += [f"## {_escape(section.title)}", "", *_body(section)]
    return "\n".join(lines).rstrip() + "\n"


def _body(section: Section) -> Iterator[str]:
    for paragraph in section.paragraphs:
        yield from (_escape(paragraph), "")
    for rank, item in enumerate(section.items, start=1):
        yield from _item(item, "", f"{rank}." if section.numbered else "-")
    if section.items:
        yield ""
    for paragraph in section.closing:
        yield from (_escape(paragraph), "")


def _item(item: Item, indent: str, bullet: str) -> Iterator[str]:
    text = _escape(item.text)
    yield f"{indent}{bullet} {text}" if bullet == "-" else f"{indent}{bullet} **{text}**"
    for child in item.children:
        yield from _item(child, indent + " " * (len(bullet) + 1), "-")


def _escape(text: str) -> str:
    escaped = _MARKUP.sub(r"\\\1", text)
    return _BULLET.sub(r"\\\1", _NUMBERED.sub(r"\1\\\2", escaped))
