"""How the dates of a file are written, and the words that stand where nothing was entered."""

import re
from collections.abc import Iterable, Mapping, Sequence

_ZONE = r"(Z|[-+]\d{2}:?\d{2})"
_FORMATS: Sequence[tuple[str, str]] = (
    (r"\d{4}-\d{2}-\d{2}", "%Y-%m-%d"),
    (r"(18|19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", "%Y%m%d"),
    (r"(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])(18|19|20)\d{2}", "%d%m%Y"),
    (r"(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])[0-5]\d", "%Y%m%d%H%M"),
    (r"(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])[0-5]\d[0-5]\d", "%Y%m%d%H%M%S"),
    (r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}", "%Y-%m-%d %H:%M"),
    (r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}", "%Y-%m-%d %H:%M:%S"),
    (r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d+", "%Y-%m-%d %H:%M:%S.%f"),
    (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}", "%Y-%m-%dT%H:%M"),
    (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}", "%Y-%m-%dT%H:%M:%S"),
    (rf"\d{{4}}-\d{{2}}-\d{{2}}T\d{{2}}:\d{{2}}:\d{{2}}{_ZONE}", "%Y-%m-%dT%H:%M:%S%z"),
    (rf"\d{{4}}-\d{{2}}-\d{{2}}T\d{{2}}:\d{{2}}:\d{{2}}\.\d+{_ZONE}", "%Y-%m-%dT%H:%M:%S.%f%z"),
    (r"\d{1,2}/\d{1,2}/\d{4}", "%d/%m/%Y"),
    (r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}", "%d/%m/%Y %H:%M"),
    (r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}:\d{2}", "%d/%m/%Y %H:%M:%S"),
    (r"\d{1,2}-\d{1,2}-\d{4}", "%d-%m-%Y"),
    (r"\d{1,2}-\d{1,2}-\d{4} \d{1,2}:\d{2}", "%d-%m-%Y %H:%M"),
    (r"\d{1,2}\.\d{1,2}\.\d{4}", "%d.%m.%Y"),
)
_SHORT_YEAR = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2}( .*)?")
_MONTH_FIRST = re.compile(r"\d{1,2}/(\d{1,2})/\d{4}.*")
_WORDS = (
    "NR NC ND NA N/A NULL (NULL) NONE INCONNU INCONNUE NON_RENSEIGNE NON_RENSEIGNÉ SANS_OBJET "
    "- -- ? . / // 00/00/0000 0000-00-00 00000000"
)
_NOTHING = frozenset(word.replace("_", " ") for word in _WORDS.split())
_MOST = 0.9


def formats_of(values: Sequence[str]) -> list[str]:
    """The formats of a column of dates; none of another column."""
    said = [value for value in values if not _is_nothing(value)]
    if not said:
        return []
    matched = [next((name for shape, name in _FORMATS if re.fullmatch(shape, one)), None) for one in said]
    known = [name for name in matched if name]
    return list(dict.fromkeys(known)) if len(known) >= _MOST * len(said) else []


def list_formats(columns: Mapping[str, Sequence[str]]) -> list[str]:
    """The formats of all columns of dates, when any is not what is read anyway."""
    wanted = list(dict.fromkeys(name for values in columns.values() for name in formats_of(values)))
    read_anyway = all(name.startswith("%Y-") or name == "%Y%m%d" for name in wanted)
    if read_anyway:
        return []
    if month_comes_first(value for values in columns.values() for value in values):
        return [name.replace("%d/%m/", "%m/%d/") for name in wanted]
    return wanted


def month_comes_first(values: Iterable[str]) -> bool:
    """Whether a date written with strokes has a second number that no month has."""
    return any((found := _MONTH_FIRST.fullmatch(value)) and int(found[1]) > 12 for value in values)


def has_short_years(values: Sequence[str]) -> bool:
    """Whether most dates have a year of two digits, whose century nobody knows."""
    return bool(values) and sum(map(bool, map(_SHORT_YEAR.fullmatch, values))) >= _MOST * len(values)


def has_clock(values: Sequence[str]) -> bool:
    """Whether a column of dates tells the hour."""
    return any("%H" in name for name in formats_of(values))


def find_nothing(values: Iterable[str]) -> set[str]:
    """The words of some cells that mean nothing was entered."""
    return {value for value in values if _is_nothing(value)}


def _is_nothing(value: str) -> bool:
    return value.upper() in _NOTHING
