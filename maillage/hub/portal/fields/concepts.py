"""A concept set as one line: `201826+ -4193704*`. A sign before an id excludes; after it, `+` is with what is
below it, `*` with the codes of origin that lead to it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

_WRITTEN = re.compile(r"(-?)(\d{1,16})(\+?)(\*?)")


@dataclass(frozen=True)
class Item:
    """One concept of a set."""

    concept_id: int
    below: bool = False
    excluded: bool = False
    mapped: bool = False

    def __str__(self) -> str:
        return f"{'-' * self.excluded}{self.concept_id}{'+' * self.below}{'*' * self.mapped}"


def list_items(text: str) -> list[Item]:
    """The concepts of a line; what is none is passed over."""
    found = (_WRITTEN.fullmatch(word) for word in text.split())
    return [Item(int(one[2]), bool(one[3]), bool(one[1]), bool(one[4])) for one in found if one]


def write_concepts(concepts: Mapping[str, Any] | None) -> str:
    """The line of a set as ATLAS writes it."""
    return " ".join(str(_read_item(item)) for item in _list_of(concepts))


def read_concepts(text: str, *, was: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    """The set of a line, with what ATLAS had written of the concepts that `was` has; None of an empty one."""
    known = {_read_item(one).concept_id: one for one in _list_of(was)}
    items = [_write_item(item, known.get(item.concept_id, {})) for item in list_items(text)]
    return {"items": items} if items else None


def add(text: str, concept_id: int, *, below: bool) -> str:
    """The line with one concept more, at its end; it is not there twice."""
    others = [item for item in list_items(text) if item.concept_id != concept_id]
    return " ".join(map(str, [*others, Item(concept_id, below)]))


def remove(text: str, concept_id: int) -> str:
    """The line without that concept."""
    return " ".join(str(item) for item in list_items(text) if item.concept_id != concept_id)


def turn(text: str, concept_id: int) -> str:
    """The line, that concept with what is below it, or again without."""
    return " ".join(str(_turn(one) if one.concept_id == concept_id else one) for one in list_items(text))


def _turn(item: Item) -> Item:
    return replace(item, below=not item.below)


def _list_of(concepts: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    items = (concepts or {}).get("items", ())
    return [items] if isinstance(items, Mapping) else list(items)


def _read_item(item: Mapping[str, Any]) -> Item:
    return Item(
        item["concept"]["CONCEPT_ID"],
        item.get("includeDescendants", False),
        item.get("isExcluded", False),
        item.get("includeMapped", False),
    )


def _write_item(item: Item, was: Mapping[str, Any]) -> dict[str, Any]:
    told = {
        "isExcluded": item.excluded,
        "includeDescendants": item.below,
        "includeMapped": item.mapped,
    }
    concept = was.get("concept", {"CONCEPT_ID": item.concept_id})
    kept = {name: value for name, value in was.items() if name not in told}
    written = {name: value for name, value in told.items() if value or name in was}
    return {**kept, "concept": concept, **written}
