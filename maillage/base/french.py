"""How people read numbers and durations: the French way, or the English way in an English context."""

from datetime import UTC, datetime
from math import floor, isfinite, log10

from maillage.base.i18n import current_language

NARROW_NO_BREAK_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"


def format_number(value: int) -> str:
    """Thousands set apart: `12 345` with a narrow no-break space, `12,345` in English."""
    grouped = f"{value:,}"
    return grouped.replace(",", NARROW_NO_BREAK_SPACE) if _is_french() else grouped


def format_figure(value: float, *, digits: int = 4) -> str:
    """A number to `digits` significant ones, a whole one as it is: `0,3847`, `−12 345`, `8,049×10⁻¹⁰`.

    A dash for what is no number.
    """
    if not isfinite(value):
        return "–"
    if value == int(value) and abs(value) < 10**_LONGEST:
        written = format_number(int(value))
    elif 10**-_LONGEST_FRACTION <= abs(value) < 10**_LONGEST:
        written = _mark_decimals(f"{value:,.{max(0, digits - 1 - floor(log10(abs(value))))}f}")
    else:
        mantissa, _e, exponent = f"{value:.{digits - 1}e}".partition("e")
        written = _mark_decimals(mantissa) + "×10" + str(int(exponent)).translate(_RAISED)
    return written.replace("-", "−")


def _mark_decimals(written: str) -> str:
    return written.translate({44: NARROW_NO_BREAK_SPACE, 46: ","}) if _is_french() else written


_LONGEST, _LONGEST_FRACTION = 9, 4
"""A number with more digits before the mark, or more zeros after it, is written by its power of ten."""
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def format_milliseconds(duration: float) -> str:
    """Under a second in milliseconds, then in seconds: `87 ms`, `1,4 s`, in English `1.4 s`."""
    if duration < 1000:
        return f"{round(duration)}{NO_BREAK_SPACE}ms"
    seconds = f"{duration / 1000:.1f}"
    return (seconds.replace(".", ",") if _is_french() else seconds) + f"{NO_BREAK_SPACE}s"


def format_moment(instant: datetime) -> str:
    """To the minute, in UTC as the ledgers are: `28/11/2026 21:08`, in English `2026-11-28 21:08`."""
    return instant.astimezone(UTC).strftime("%d/%m/%Y %H:%M" if _is_french() else "%Y-%m-%d %H:%M")


def _is_french() -> bool:
    return current_language() == "fr"
