"""What the columns of a file seem to be: by their names first, by the shape of their values else."""

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType

from maillage.warehouse.batches.tables.suggest.sample import Sample


class Confidence(StrEnum):
    """How far a guess can be trusted."""

    SURE = "sure"
    LIKELY = "likely"
    GUESS = "guess"
    SHAPE = "shape"
    """The name says nothing; the values have the shape of a code."""
    DOUBT = "doubt"
    """The name says a code system, and the values do not have its shape."""


@dataclass(frozen=True)
class Guess:
    """A column and what it seems to be."""

    column: str
    role: str
    confidence: Confidence


SHAPES: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "cim10": re.compile(r"[A-Za-z][0-9]{2}(\.?[0-9A-Za-z+*-]{1,4})?"),
        "ccam": re.compile(r"[A-Z]{4}[0-9]{3}"),
        "atc": re.compile(r"[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}"),
        "loinc": re.compile(r"[0-9]{1,5}-[0-9]"),
        "ucd": re.compile(r"9[0-9]{6}|34008[0-9]{8}"),
    }
)
"""The code systems that are told by how their codes look. An ATC code looks like none of the CIM-10."""

_FORMATS: Sequence[tuple[str, str]] = (
    (r"\d{4}-\d{2}-\d{2}", "%Y-%m-%d"),
    (r"\d{8}", "%Y%m%d"),
    (r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}", "%Y-%m-%d %H:%M"),
    (r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}", "%Y-%m-%d %H:%M:%S"),
    (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}", "%Y-%m-%dT%H:%M:%S"),
    (r"\d{1,2}/\d{1,2}/\d{4}", "%d/%m/%Y"),
    (r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}", "%d/%m/%Y %H:%M"),
    (r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}:\d{2}", "%d/%m/%Y %H:%M:%S"),
    (r"\d{1,2}-\d{1,2}-\d{4}", "%d-%m-%Y"),
    (r"\d{1,2}\.\d{1,2}\.\d{4}", "%d.%m.%Y"),
)
_DEFAULTS = frozenset({"%Y-%m-%d", "%Y%m%d"})
_ENOUGH, _MOST = 5, 0.9


def recognise(sample: Sample) -> dict[str, Guess]:
    """The best column for each role; of two as good, the first."""
    order = list(Confidence)
    found: dict[str, Guess] = {}
    for column, values in sample.columns.items():
        guess = _guess(column, values)
        if guess is None:
            continue
        former = found.get(guess.role)
        if former is None or order.index(guess.confidence) < order.index(former.confidence):
            found[guess.role] = guess
    return found


def date_formats(sample: Sample) -> list[str]:
    """The formats of every column of dates, when any is not what is read anyway."""
    found = [name for values in sample.columns.values() for name in _formats_of(values)]
    wanted = list(dict.fromkeys(found))
    return [] if set(wanted) <= _DEFAULTS or _all_iso(wanted) else wanted


def month_comes_first(sample: Sample) -> bool:
    """Whether a column written with strokes has a second number that no month has."""
    pattern = re.compile(r"\d{1,2}/(\d{1,2})/\d{4}.*")
    return any(
        (found := pattern.fullmatch(value)) and int(found[1]) > 12
        for values in sample.columns.values()
        for value in values
    )


def has_decimal_commas(values: Sequence[str]) -> bool:
    """Whether numbers are written the French way."""
    return any(re.fullmatch(r"-?\d+,\d+", value) for value in values)


def _all_iso(formats: Sequence[str]) -> bool:
    return all(one.startswith("%Y-") for one in formats)


def _formats_of(values: Sequence[str]) -> list[str]:
    if len(values) == 0:
        return []
    matched = [next((name for shape, name in _FORMATS if re.fullmatch(shape, one)), None) for one in values]
    known = [name for name in matched if name]
    # A column of eight digits may hold numbers of anything: its format alone calls for nothing.
    return list(dict.fromkeys(known)) if len(known) >= _MOST * len(values) else []


def _guess(column: str, values: Sequence[str]) -> Guess | None:
    named = _names().get(fold_name(column))
    shaped = _shape_of(values)
    if named is None:
        return Guess(column, shaped, Confidence.SHAPE) if shaped else None
    role, confidence = named
    if role in SHAPES and len(values) >= _ENOUGH and not _fits(role, values):
        return Guess(column, shaped or role, Confidence.SHAPE if shaped else Confidence.DOUBT)
    if role in SHAPES and confidence is not Confidence.SURE and _fits(role, values):
        confidence = Confidence.SURE
    return Guess(column, role, confidence)


def _shape_of(values: Sequence[str]) -> str | None:
    if len(values) < _ENOUGH:
        return None
    return next((role for role in ("ccam", "atc", "loinc", "ucd", "cim10") if _fits(role, values)), None)


def _fits(role: str, values: Sequence[str]) -> bool:
    fitting = sum(SHAPES[role].fullmatch(value) is not None for value in values)
    return bool(values) and fitting >= _MOST * len(values)


def fold_name(name: str) -> str:
    """`Date de Naissance` and `DATE_DE_NAISSANCE` are one name."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


@cache
def _names() -> Mapping[str, tuple[str, Confidence]]:
    file = resources.files("maillage.warehouse.batches.tables.suggest").joinpath("names.csv")
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return {row["name"]: (row["role"], Confidence(row["confidence"])) for row in rows}
