"""Numbers and dates as French people type them."""

import re
from datetime import date

LONGEST = 30
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(?:[.,][0-9]{1,12})?")
_DATES = (
    re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"),
    re.compile(r"(?P<day>[0-9]{1,2})/(?P<month>[0-9]{1,2})/(?P<year>[0-9]{4})"),
)
_YEAR = re.compile(r"[0-9]{4}")


def read_number(text: str) -> int | float | None:
    """`7,5`, `1 200`, `-3`; whole where it can be. None for what is no number."""
    plain = "".join(text[:LONGEST].replace("−", "-").split())
    if len(text) > LONGEST or not _NUMBER.fullmatch(plain):
        return None
    value = float(plain.replace(",", "."))
    return int(plain) if plain.lstrip("+-").isdecimal() else int(value) if value.is_integer() else value


def read_day(text: str, *, end: bool) -> date | None:
    """`2020-03-31`, `31/03/2020`, or `2020`: its first day, its last if `end`. None for what is no date."""
    given = text.strip()
    if _YEAR.fullmatch(given):
        return _date(int(given), 12 if end else 1, 31 if end else 1)
    for pattern in _DATES:
        if match := pattern.fullmatch(given):
            return _date(*(int(match[part]) for part in ("year", "month", "day")))
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
