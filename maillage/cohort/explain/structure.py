"""An explanation as a reader meets it: sections of paragraphs and nested lists, in one language."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Sense(StrEnum):
    """What a line does to the cohort; its words say it too, so that a renderer may only underline it."""

    REQUIRES = "requires"
    FORBIDS = "forbids"
    LIMITS = "limits"
    STATES = "states"


@dataclass(frozen=True)
class Item:
    """One line of a list, and the lines below it. `fold` marks a list that may be cut in a short form."""

    text: str
    children: "tuple[Item, ...]" = ()
    sense: Sense = Sense.STATES
    fold: bool = False


@dataclass(frozen=True)
class Section:
    """A part of the definition. `key` names it in every language; `numbered` lists are in a given order."""

    key: str
    title: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    closing: tuple[str, ...] = ()
    numbered: bool = False


@dataclass(frozen=True)
class Explanation:
    """A whole cohort expression in sentences of `language`, `fr` or `en`."""

    language: str
    title: str
    sections: tuple[Section, ...]

    def texts(self) -> Iterator[str]:
        """Every sentence, in reading order."""
        yield self.title
        for section in self.sections:
            yield section.title
            yield from section.paragraphs
            yield from _item_texts(section.items)
            yield from section.closing


def _item_texts(items: tuple[Item, ...]) -> Iterator[str]:
    for item in items:
        yield item.text
        yield from _item_texts(item.children)
