"""How people read numbers and durations: the French way, or the English way in an English context."""

from datetime import UTC, datetime

from maillage.base.i18n import current_language

NARROW_NO_BREAK_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"


def format_number(value: int) -> str:
    """Thousands set apart: `12 345` with a narrow no-break space, `12,345` in English."""
    grouped = f"{value:,}"
    return grouped.replace(",", NARROW_NO_BREAK_SPACE) if _is_french() else grouped


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
