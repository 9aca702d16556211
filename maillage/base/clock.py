"""Time, always aware, always UTC; who needs the time is handed a `Clock`."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present instant in UTC, to the millisecond that `format_instant` keeps."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def format_instant(instant: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, the one form that crosses the wire: `2026-11-22T03:00:00.000Z`."""
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone has no meaning")
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


def parse_instant(text: str) -> datetime:
    """The reverse of `format_instant`; any RFC 3339 instant with a zone is read. Raises ValueError."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone has no meaning")
    return instant.astimezone(UTC)
