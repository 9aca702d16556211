"""Lengths of time and windows of days around entry into the cohort, in words, and back."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from maillage.base.i18n import _
from maillage.hub.portal.fields.errors import UnfitError

Texts = Mapping[str, str]

UNITS = {"day": 1, "month": 30, "year": 365}
"""Days of each unit of time, as they are told beside the field."""


class Place(StrEnum):
    """Where a window lies; 0 is the day of entry, which is with what comes before."""

    BEFORE = "before"
    EVER_BEFORE = "ever_before"
    SAME_DAY = "same_day"
    AFTER = "after"
    EVER_AFTER = "ever_after"
    ANY = "any"
    CUSTOM = "custom"


def write_days(days: int | None) -> dict[str, str]:
    """A number and the largest unit that it is whole in; 0 is in days."""
    if not isinstance(days, int):
        return {"": "", ".unit": "day"}
    whole = (name for name in reversed(UNITS) if days and days % UNITS[name] == 0)
    unit = next(whole, "day")
    return {"": str(days // UNITS[unit]), ".unit": unit}


def read_days(texts: Texts, nothing: Any) -> Any:
    """The days; `nothing` of an empty field. Raises UnfitError."""
    text = texts.get("", "")
    if not text:
        return nothing
    try:
        return int(text) * UNITS.get(texts.get(".unit", ""), 1)
    except ValueError as error:
        raise UnfitError(_("Il faut un nombre entier.")) from error


def write_window(window: Mapping[str, Any] | None) -> dict[str, str]:
    """Its place, its length where it has one, its ends where they are told as days from entry."""
    start, end = (window or {}).get("start"), (window or {}).get("end")
    place = _find_place(start, end)
    length = -start if place is Place.BEFORE and start is not None else end
    days = write_days(length if place in (Place.BEFORE, Place.AFTER) else None)
    ends = (start, end) if place is Place.CUSTOM else (None, None)
    told = {name: "" if day is None else str(day) for name, day in zip((".start", ".end"), ends, strict=True)}
    return {".place": place.value, ".days": days[""], ".unit": days[".unit"], **told}


def read_window(texts: Texts) -> dict[str, Any]:
    """Raises UnfitError for a length that is none."""
    place = texts.get(".place", "")
    match place:
        case Place.EVER_BEFORE:
            return {"end": 0}
        case Place.SAME_DAY:
            return {"start": 0, "end": 0}
        case Place.EVER_AFTER:
            return {"start": 1}
        case Place.ANY:
            return {}
        case Place.BEFORE:
            return {"start": -_read_length(texts), "end": 0}
        case Place.AFTER:
            return {"start": 1, "end": _read_length(texts)}
        case Place.CUSTOM:
            return {name: _read_day(texts[f".{name}"]) for name in ("start", "end") if texts.get(f".{name}")}
        case _other:
            raise UnfitError(_("Dites quand."))


def _find_place(start: int | None, end: int | None) -> Place:
    match (start, end):
        case (None, None):
            return Place.ANY
        case (None, 0):
            return Place.EVER_BEFORE
        case (0, 0):
            return Place.SAME_DAY
        case (1, None):
            return Place.EVER_AFTER
        case (int(), 0) if start is not None and start < 0:
            return Place.BEFORE
        case (1, int()):
            return Place.AFTER
        case _other:
            return Place.CUSTOM


def _read_length(texts: Texts) -> int:
    days = read_days({"": texts.get(".days", ""), ".unit": texts.get(".unit", "")}, 0)
    if days < 1:
        raise UnfitError(_("Donnez une durée d’un jour au moins."))
    return days


def _read_day(text: str) -> int:
    try:
        return int(text.replace("−", "-"))
    except ValueError as error:
        raise UnfitError(_("Il faut un nombre entier de jours.")) from error
