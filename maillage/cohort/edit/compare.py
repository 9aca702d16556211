"""What changed between two versions of a cohort, in sentences."""

from dataclasses import dataclass
from enum import StrEnum

from maillage.cohort.edit.draft import Document


class Verb(StrEnum):
    """What happened to a part."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True)
class Change:
    """One part that changed. `text` says it whole; `before` and `after` are what the part said."""

    verb: Verb
    text: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def compare(old: Document, new: Document) -> list[Change]:
    """The changes in the order of the new one, in the language in force; empty when both say the same."""
    raise NotImplementedError
