"""Plain text, for a terminal or a letter."""

from collections.abc import Iterator
from textwrap import wrap

from maillage.cohort.explain.structure import Explanation, Item, Section

WIDTH = 96
_BULLETS = ("•", "–", "◦")


def as_text(explanation: Explanation) -> str:
    """Lines of at most 96 signs, but for a word that is longer."""
    lines = [*_heading(explanation.title, "="), ""]
    for section in explanation.sections:
        lines += [*_heading(section.title, "-"), "", *_body(section)]
    return "\n".join(lines).rstrip() + "\n"


def _heading(title: str, rule: str) -> Iterator[str]:
    lines = _wrapped(title, "", "")
    yield from lines
    yield rule * max(len(line) for line in lines)


def _body(section: Section) -> Iterator[str]:
    for paragraph in section.paragraphs:
        yield from _wrapped(paragraph, "", "")
        yield ""
    for rank, item in enumerate(section.items, start=1):
        yield from _item(item, 0, f"{rank}." if section.numbered else _BULLETS[0])
    if section.items:
        yield ""
    for paragraph in section.closing:
        yield from _wrapped(paragraph, "", "")
    if section.closing:
        yield ""


def _item(item: Item, depth: int, bullet: str) -> Iterator[str]:
    indent = "    " * depth
    yield from _wrapped(item.text, f"{indent}{bullet} ", indent + " " * (len(bullet) + 1))
    for child in item.children:
        yield from _item(child, depth + 1, _BULLETS[min(depth + 1, len(_BULLETS) - 1)])


def _wrapped(text: str, first: str, then: str) -> list[str]:
    width = max(WIDTH, len(then) + 40)
    lines = wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=then,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return lines or [first.rstrip()]
