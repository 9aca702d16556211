"""Lines of YAML, and what a file seems to hold, from which they are written."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from maillage.base.i18n import _, mark
from maillage.warehouse.batches.tables.suggest.recognise import Confidence, Guess
from maillage.warehouse.batches.tables.suggest.sample import Sample

_DOUBTS: Mapping[Confidence, str] = {
    Confidence.LIKELY: mark("probable"),
    Confidence.GUESS: mark("à vérifier : le nom dit peu"),
    Confidence.SHAPE: mark("à vérifier : reconnu à la forme des valeurs"),
    Confidence.DOUBT: mark("à vérifier : les valeurs n’ont pas la forme de ces codes"),
}


@dataclass(frozen=True)
class Described:
    """A file, the name of its source in the mapping, and what its columns seem to be."""

    name: str
    sample: Sample
    roles: Mapping[str, Guess]

    def has(self, *roles: str) -> bool:
        """Whether a column was found for each role."""
        return all(role in self.roles for role in roles)

    def is_full(self, guess: Guess) -> bool:
        """Whether no sampled cell of a column is empty."""
        return self.sample.is_full(guess.column)


@dataclass
class Lines:
    """Lines of YAML. `missing` says why they cannot be used as they are: they are then all comments."""

    texts: list[str] = field(default_factory=list[str])
    used: list[str] = field(default_factory=list[str])
    missing: str = ""

    def add(self, depth: int, text: str, comment: str = "") -> None:
        """One line."""
        self.texts.append("  " * depth + text + (f"  # {comment}" if comment else ""))

    def value(self, name: str, guess: Guess, *, more: str = "", comment: str = "") -> None:
        """A column of the table from a column of the file."""
        notes = " ; ".join(filter(None, (doubt(guess), comment)))
        self.add(3, f"{name}: {{column: {self.name(guess)}{more}}}", notes)

    def refer(self, name: str, table: str, guess: Guess) -> None:
        """A column of the table that names a row of another."""
        self.add(3, f"{name}: {{ref: {table}, by: [{self.name(guess)}]}}", doubt(guess))

    def name(self, guess: Guess) -> str:
        """The column of a guess, as YAML writes it; it is used from here on."""
        self.used.append(guess.column)
        return quote_name(guess.column)


def quote_name(name: str) -> str:
    """A text that YAML reads as the same text."""
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) and name not in ("null", "true", "false")
    return name if plain else json.dumps(name, ensure_ascii=False)


def doubt(guess: Guess) -> str:
    """What a comment says of a guess; nothing when it is sure."""
    return _(_DOUBTS[guess.confidence]) if guess.confidence in _DOUBTS else ""
