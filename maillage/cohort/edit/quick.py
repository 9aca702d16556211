"""What may be typed in the search field besides a term: `HbA1c > 8 %`, `sans insuline`, `2 fois scanner`."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from maillage.cohort.edit.model import Sense, Times, Unit, Value
from maillage.cohort.edit.numbers import read_number
from maillage.cohort.edit.units import find_unit
from maillage.cohort.expression.values import Comparison

LONGEST = 200
_NUMBER = r"[0-9][0-9  ]{0,12}(?:[.,][0-9]{1,6})?"
_ENDS = r"\s*(?P<unit>[^\s0-9>≥<≤=][^>≥<≤=]{0,24})?\s*$"


@dataclass(frozen=True)
class Quick:
    """The text to search for, and what was said besides. An age is the text `âge` with its value.

    `age` is that of the persons of whom the text says something else: `hommes de plus de 50 ans`. A value
    of a stay is how many days it lasts.
    """

    text: str
    value: Value | None = None
    age: Value | None = None
    times: Times | None = None
    count: int | None = None
    sense: Sense | None = None


def read_quick(text: str) -> Quick:
    """Never fails: what is not understood stays in `text`."""
    found = Quick(" ".join(text[:LONGEST].split()))
    for read in (_sense, _times, _age, _value):
        found = read(found)
    return found


_WITHOUT = re.compile(
    r"(?:(?:sans|aucune?|(?:pas|absence) de)\s|(?:pas|absence) d[’'])\s*(?P<rest>.+)", re.IGNORECASE
)
_SPELLED = ("une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix")
_TIMES = re.compile(
    r"(?P<how>au moins|≥|>=|au plus|≤|<=|exactement|=)?\s*"
    rf"(?P<count>[0-9]{{1,3}}|{'|'.join(_SPELLED)})\s*(?:fois|×|x)\s+(?:(?:une|un|des|le|la)\s+)?"
    r"(?P<rest>.+)",
    re.IGNORECASE,
)
_HOW = {
    "au plus": Times.AT_MOST,
    "≤": Times.AT_MOST,
    "<=": Times.AT_MOST,
    "exactement": Times.EXACTLY,
    "=": Times.EXACTLY,
}


def _sense(found: Quick) -> Quick:
    match = _WITHOUT.fullmatch(found.text)
    return replace(found, text=match["rest"], sense=Sense.EXCLUDE) if match else found


def _times(found: Quick) -> Quick:
    match = _TIMES.fullmatch(found.text)
    count = 0 if match is None else _read_count(match["count"].lower())
    if match is None or count == 0:
        return found
    times = _HOW.get((match["how"] or "").lower(), Times.AT_LEAST)
    return replace(found, text=match["rest"], times=times, count=count)


def _read_count(text: str) -> int:
    return _SPELLED.index(text) + 1 if text in _SPELLED else int(text)


_YEARS = r"(?P<low>[0-9]{1,3})\s*ans"
_AGES: tuple[tuple[re.Pattern[str], Comparison], ...] = (
    (re.compile(rf"(?:âge |age )?(?:de )?plus de {_YEARS}", re.IGNORECASE), Comparison.GT),
    (re.compile(rf"(?:âge |age )?(?:de )?moins de {_YEARS}", re.IGNORECASE), Comparison.LT),
    (re.compile(rf"{_YEARS} (?:et|ou) plus", re.IGNORECASE), Comparison.GTE),
    (
        re.compile(
            r"(?:âge |age )?(?:de|entre) (?P<low>[0-9]{1,3}) (?:à|et) (?P<high>[0-9]{1,3})\s*ans", re.I
        ),
        Comparison.BETWEEN,
    ),
)


def _age(found: Quick) -> Quick:
    for pattern, op in _AGES:
        if match := pattern.fullmatch(found.text):
            high = match.groupdict().get("high")
            value = Value(op, int(match["low"]), None if high is None else int(high))
            return replace(found, text="âge", value=value) if _in_order(value) else found
    return found


_SIGNS = {
    ">": Comparison.GT,
    "≥": Comparison.GTE,
    ">=": Comparison.GTE,
    "=>": Comparison.GTE,
    "<": Comparison.LT,
    "≤": Comparison.LTE,
    "<=": Comparison.LTE,
    "=<": Comparison.LTE,
    "=": Comparison.EQ,
    "plus de": Comparison.GT,
    "de plus de": Comparison.GT,
    "moins de": Comparison.LT,
    "de moins de": Comparison.LT,
    "d’au moins": Comparison.GTE,
    "d'au moins": Comparison.GTE,
    "d’au plus": Comparison.LTE,
    "d'au plus": Comparison.LTE,
    "supérieur à": Comparison.GT,
    "supérieure à": Comparison.GT,
    "inférieur à": Comparison.LT,
    "inférieure à": Comparison.LT,
    "au moins": Comparison.GTE,
    "au plus": Comparison.LTE,
}
_SIGN = "|".join(map(re.escape, sorted(_SIGNS, key=len, reverse=True)))
_ONE_BOUND = re.compile(rf"(?P<rest>.+?)\s*(?P<sign>{_SIGN})\s*(?P<low>{_NUMBER}){_ENDS}", re.IGNORECASE)
_TWO_BOUNDS = re.compile(
    rf"(?P<rest>.+?)\s+(?:entre|de)\s+(?P<low>{_NUMBER})\s*(?:et|à)\s+(?P<high>{_NUMBER}){_ENDS}",
    re.IGNORECASE,
)


def _value(found: Quick) -> Quick:
    if found.value is not None:
        return found
    return _read(found, _TWO_BOUNDS, lambda _sign: Comparison.BETWEEN) or (
        _read(found, _ONE_BOUND, lambda sign: _SIGNS[sign.lower()]) or found
    )


def _read(found: Quick, pattern: re.Pattern[str], op: Callable[[str], Comparison]) -> Quick | None:
    match = pattern.fullmatch(found.text)
    if match is None:
        return None
    parts = match.groupdict()
    rest, unit = parts["rest"], (parts["unit"] or "").strip().lower()
    low, high = read_number(parts["low"]), read_number(parts.get("high") or "")
    units = _units(parts["unit"] or "", of=rest)
    if low is None or units is None or ("high" in parts and high is None):
        return None
    value = Value(op(parts.get("sign", "")), low, high, units)
    if not _in_order(value):
        return None
    if unit == _YEARS_UNIT and not _AGE.match(rest):
        return replace(found, text=_AGED.sub("", rest), age=value)
    return replace(found, text=rest, value=value)


_YEARS_UNIT = "ans"
_DAYS_UNITS = ("j", "jour", "jours", "nuit", "nuits")
_AGE = re.compile(r"[âa]ge", re.IGNORECASE)
_AGED = re.compile(r"\s+[âa]gée?s?$", re.IGNORECASE)
_LASTS = re.compile(r"\b(?:séjour|sejour|hospitalis|durée|duree|réa|urgences)", re.IGNORECASE)


def _units(text: str, *, of: str) -> tuple[Unit, ...] | None:
    """The unit named, none where none is; None for one that is not understood.

    Years are of an age and days of a stay, which have no other unit.
    """
    named = text.strip().lower()
    if named in ("", _YEARS_UNIT) or (named in _DAYS_UNITS and _LASTS.search(of)):
        return ()
    unit = find_unit(text)
    return (unit,) if unit else None


def _in_order(value: Value) -> bool:
    return value.high is None or value.low <= value.high
