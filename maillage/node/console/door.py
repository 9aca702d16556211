"""Who may come in: whoever holds the one-time link that the terminal printed, in one browser, until idle."""

import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

TOKEN_BYTES = 32
Ticks = Callable[[], float]
"""Seconds that only grow."""


@dataclass(frozen=True)
class Notice:
    """What became of a form, told once: `error` with why and what to do, or what was done."""

    what: str
    why: str = ""
    remedy: str = ""
    is_error: bool = False


@dataclass
class Session:
    """The one browser that came in. `name` is the last one typed, to be offered again; it proves nothing."""

    cookie: str
    csrf: str
    language: str
    name: str = ""
    notices: list[Notice] = field(default_factory=list[Notice])

    def take_notices(self) -> list[Notice]:
        """Those that were not told yet."""
        taken, self.notices = self.notices, []
        return taken


class Door:
    """One key, one session. The key serves once; the session ends with the console."""

    def __init__(self, *, idle_seconds: float, language: str = "fr", ticks: Ticks = time.monotonic) -> None:
        self.key = secrets.token_urlsafe(TOKEN_BYTES)
        self.language = language
        self._idle_seconds = idle_seconds
        self._ticks = ticks
        self._session: Session | None = None
        self._used_at = ticks()
        self.is_closed = False

    def enter(self, key: str) -> Session | None:
        """A session for the first who shows the key; None for everybody else, for ever."""
        if self._session is not None or not _is_same(key, self.key):
            return None
        self._session = Session(
            cookie=secrets.token_urlsafe(TOKEN_BYTES),
            csrf=secrets.token_urlsafe(TOKEN_BYTES),
            language=self.language,
        )
        self.touch()
        return self._session

    def find(self, cookie: str) -> Session | None:
        """The session, for the browser that has it."""
        session = self._session
        return session if session is not None and _is_same(cookie, session.cookie) else None

    def touch(self) -> None:
        """Somebody is there."""
        self._used_at = self._ticks()

    def close(self) -> None:
        """Let nobody in any more."""
        self.is_closed = True

    @property
    def is_over(self) -> bool:
        """Closed, or nobody came for too long."""
        return self.is_closed or self._ticks() - self._used_at >= self._idle_seconds


def is_own_form(
    session: Session, *, form: Mapping[str, str], headers: Mapping[str, str], origin: str
) -> bool:
    """Whether a form was filled in on a page of this session, in this browser, at this very address."""
    comes_from_here = headers.get("origin", origin) == origin
    is_navigated_here = headers.get("sec-fetch-site", "same-origin") == "same-origin"
    return comes_from_here and is_navigated_here and _is_same(form.get("csrf", ""), session.csrf)


def _is_same(given: str, expected: str) -> bool:
    # As bytes: texts beyond ASCII are refused by the comparison in constant time.
    return hmac.compare_digest(given.encode(), expected.encode())
