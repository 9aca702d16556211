"""What the columns of a file seem to be: by their names first, by the shape of their values else."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from maillage.warehouse.batches.tables.suggest.dates import formats_of
from maillage.warehouse.batches.tables.suggest.names import find_role
from maillage.warehouse.batches.tables.suggest.sample import Sample


class Confidence(StrEnum):
    """How far a guess can be trusted."""

    SURE = "sure"
    LIKELY = "likely"
    GUESS = "guess"
    SHAPE = "shape"
    """The name says nothing; the values have the shape of a code, or of a date."""
    DOUBT = "doubt"
    """The name says a code system, and the values do not have its shape."""


@dataclass(frozen=True)
class Guess:
    """A column and what it seems to be; `others` are those after it in a row such as DAS1, DAS2…"""

    column: str
    role: str
    confidence: Confidence
    others: tuple[str, ...] = ()
    separators: str = ""
    """What stands between the codes of one cell; nothing where each cell has one."""


_CIM10 = re.compile(r"[A-Za-z][0-9]{2}(\.?[0-9+*-][0-9A-Za-z+*-]{0,3})?")
SHAPES: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "cim10": _CIM10,
        "dp": _CIM10,
        "dr": _CIM10,
        "das": _CIM10,
        "ccam": re.compile(r"[A-Za-z]{4}[0-9]{3}"),
        "atc": re.compile(r"[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}"),
        "loinc": re.compile(r"[0-9]{1,5}-[0-9]"),
        "ucd": re.compile(r"9[0-9]{6}|34008[0-9]{8}"),
        "cip13": re.compile(r"34009[0-9]{8}"),
        "ins": re.compile(r"[12][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{6}(?:[0-9]{2})?"),
    }
)
"""What is told by how its values look. An ATC code looks like none of the CIM-10."""

_TOLD_BY_SHAPE = ("ccam", "atc", "loinc", "ucd", "cip13", "ins", "cim10")
_IN_LISTS = frozenset({"cim10", "dp", "dr", "das", "ccam", "atc"})
"""Codes of which a cell may hold several."""
_DRUGS = frozenset({"atc", "ucd", "cip13", "drug_code", "dose", "route"})
_CODES = frozenset({*SHAPES, "lab_code", "drug_code"}) - {"ins"}
_ENOUGH, _MOST, _MOST_SEPARATORS = 5, 0.9, 5


def recognise(sample: Sample) -> dict[str, Guess]:
    """The best column for each role; of two as good, the first."""
    guesses = [guess for column, values in sample.columns.items() if (guess := _guess(column, values))]
    order = list(Confidence)
    found: dict[str, Guess] = {}
    for guess in _in_context(guesses):
        former = found.get(guess.role)
        if former is None:
            found[guess.role] = guess
        elif guess.confidence is Confidence.DOUBT:
            continue
        elif order.index(guess.confidence) < order.index(former.confidence):
            found[guess.role] = replace(guess, others=(*guess.others, former.column, *former.others))
        else:
            found[guess.role] = replace(former, others=(*former.others, guess.column))
    return found


def has_decimal_commas(values: Sequence[str]) -> bool:
    """Whether numbers are written the French way."""
    return any(re.fullmatch(r"[-+]?[0-9 \N{NO-BREAK SPACE}]*[0-9],[0-9]+", value) for value in values)


def _in_context(guesses: Sequence[Guess]) -> list[Guess]:
    """Names that mean one thing in a file and another elsewhere."""
    roles = {guess.role for guess in guesses}
    meant = {
        "stay_or_person": _whose_number(roles),
        "start": _of_what(roles, "start"),
        "end": _of_what(roles, "end"),
    }
    if "person" not in roles and "birth_date" in roles:
        meant["row"] = "person"
    if not roles & {"result", "loinc", "lab_code"}:
        meant["unit"] = "dose_unit" if roles & _DRUGS else "ward"
    return [replace(guess, role=meant.get(guess.role, guess.role)) for guess in guesses]


def _whose_number(roles: set[str]) -> str:
    """A `numéro de dossier` is the stay's beside a patient's number, and the patient's beside a stay's."""
    if "person" in roles:
        return "row" if "stay" in roles else "stay"
    return "person" if roles & {"stay", "birth_date"} else "stay"


def _of_what(roles: set[str], side: str) -> str:
    if roles & _DRUGS:
        return f"drug_{side}"
    return f"stay_{side}" if "stay" in roles and not roles & _CODES else "date" if side == "start" else side


def _guess(column: str, values: Sequence[str]) -> Guess | None:
    named = find_role(column)
    shaped = _shape_of(values)
    if named is None:
        return (
            Guess(column, shaped, Confidence.SHAPE, separators=_separators(shaped, values))
            if shaped
            else None
        )
    role, confidence = named[0], Confidence(named[1])
    if role in SHAPES and len(values) >= _ENOUGH and not _fits(role, values):
        role, confidence = (shaped, Confidence.SHAPE) if shaped in SHAPES else (role, Confidence.DOUBT)
    elif role in SHAPES and values and _fits(role, values):
        confidence = Confidence.SURE
    elif role == "label" and shaped in SHAPES:
        # A column named after what it describes may hold its codes.
        role, confidence = shaped, Confidence.SHAPE
    return Guess(column, role, confidence, separators=_separators(role, values))


def _shape_of(values: Sequence[str]) -> str:
    if len(values) < _ENOUGH:
        return ""
    shaped = next((role for role in _TOLD_BY_SHAPE if _fits(role, values)), "")
    if not shaped and len({value.upper() for value in values}) > 1 and _are_sexes(values):
        return "sex"
    return shaped or ("date" if formats_of(values) else "")


def _are_sexes(values: Sequence[str]) -> bool:
    words = {value.upper() for value in values}
    return (
        words <= {"M", "F", "I"} or words <= {"H", "F"} or words <= {"HOMME", "FEMME", "MASCULIN", "FEMININ"}
    )


def _fits(role: str, values: Sequence[str]) -> bool:
    codes = _codes_of(values, _separators(role, values))
    fitting = sum(SHAPES[role].fullmatch(code) is not None for code in codes)
    return bool(codes) and fitting >= _MOST * len(codes)


def _separators(role: str, values: Sequence[str]) -> str:
    """What stands between codes; a blank beside another mark is none."""
    if role not in _IN_LISTS:
        return ""
    marks = {mark for value in values for mark in value if not mark.isalnum() and mark not in ".+*-_"}
    for tried in (marks - {" "}, marks):
        codes = _codes_of(values, "".join(tried))
        fitting = sum(SHAPES[role].fullmatch(code) is not None for code in codes)
        if len(codes) > len(values) and fitting >= _MOST * len(codes) and len(tried) <= _MOST_SEPARATORS:
            return "".join(sorted(tried))
    return ""


def _codes_of(values: Iterable[str], separators: str) -> list[str]:
    if not separators:
        return list(values)
    cut = re.compile(f"[{re.escape(separators)}]")
    return [code.strip() for value in values for code in cut.split(value) if code.strip()]
