"""Sessions of the portal: opened by a proof, ended by a gesture, by idleness, by age, or by the office.

The browser's cookie holds a random secret; the row here says whether it still opens anything.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from maillage.base.canon import sha256_hex
from maillage.base.clock import format_instant
from maillage.base.statements import load_statements
from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.governance.statements import execute, to_instant
from maillage.governance.transactions import atomic
from maillage.hub.access.errors import AccountClosedError, CredentialUnknownError
from maillage.hub.access.models import Session
from maillage.hub.access.who import Who, find_who, with_roles
from maillage.hub.boot import Hub
from maillage.hub.writing import writing

TOUCH_EVERY = timedelta(minutes=1)
"""How exactly it is known when somebody last did something."""

KEEP_ENDED = timedelta(days=30)


@dataclass(frozen=True)
class Present:
    """Somebody in a session: who they are now, and the session's public name."""

    who: Who
    digest: str


def open_session(requester: str, *, way: str, browser: str, hub: Hub) -> str:
    """A new session; its secret, which only the browser keeps. Raises AccountClosedError.

    `way` is how the person proved who they are, and goes to the audit.
    """
    now, secret = hub.clock(), secrets.token_urlsafe(32)
    find_who(requester, now=now)
    with writing(hub):
        Session.objects.filter(opened_at__lt=now - KEEP_ENDED).delete()
        Session.objects.create(
            digest=_digest(secret),
            requester=requester,
            way=way,
            browser=browser[:80],
            opened_at=now,
            seen_at=now,
        )
        record(EventType.SESSION_OPENED, actor=requester, subject=requester, at=now, facts={"by": way})
    return secret


def find_present(secret: str, *, acts: bool, hub: Hub) -> Present | None:
    """Who is in the session of that secret; None when it ended, was left alone too long, or is too old.

    `acts` False for what a page does by itself: it does not keep a session open.
    """
    now, digest = hub.clock(), _digest(secret)
    found = execute(_statements()["find_session"], digest=digest, now=now)
    for requester, opened_at, seen_at, person_id, state, has_token in found:
        if not _is_fresh(to_instant(opened_at), to_instant(seen_at), now=now, hub=hub):
            return None
        try:
            who = with_roles(requester, account=(person_id, state) if person_id else None, now=now)
        except AccountClosedError:
            return None
        if not who.person_id and not has_token:
            return None
        if acts and now - to_instant(seen_at) > TOUCH_EVERY:
            with writing(hub, waits=True):
                execute(_statements()["touch_session"], digest=digest, now=now)
        return Present(who, digest)
    return None


def end_session(requester: str, digest: str, *, at: datetime) -> None:
    """End one of one's own. Raises CredentialUnknownError."""
    with atomic():
        ended = Session.objects.filter(requester=requester, digest=digest, ended_at=None).update(ended_at=at)
        if not ended:
            raise CredentialUnknownError
        facts = {"count": ended}
        record(EventType.SESSION_ENDED, actor=requester, subject=requester, at=at, facts=facts)


def end_sessions(requester: str, *, by: str, at: datetime, but: str = "") -> int:
    """End every session of that person, save one; how many there were. No event where there was none."""
    with atomic():
        open_ones = Session.objects.filter(requester=requester, ended_at=None).exclude(digest=but)
        ended = open_ones.update(ended_at=at)
        if ended:
            facts = {"count": ended}
            record(EventType.SESSION_ENDED, actor=by, subject=requester, at=at, facts=facts)
    return ended


def keep_one(requester: str, digest: str, *, at: datetime) -> tuple[str, int]:
    """Give that session a new secret and end the others, inside the caller's transaction.

    The secret, and how many ended. Raises CredentialUnknownError when the session is not theirs, or over.
    """
    open_ones, secret = Session.objects.filter(requester=requester, ended_at=None), secrets.token_urlsafe(32)
    ended = open_ones.exclude(digest=digest).update(ended_at=at)
    # A copy of its cookie ends with the former secret.
    if not open_ones.filter(digest=digest).update(digest=_digest(secret)):
        raise CredentialUnknownError
    return secret, ended


def list_sessions(requester: str, *, present: str, hub: Hub) -> list[dict[str, Any]]:
    """The sessions that open something now, newest first; `present` is the reader's own."""
    rows = Session.objects.filter(requester=requester, ended_at=None).order_by("-opened_at")
    return [
        {
            "id": row.digest,
            "way": row.way,
            "browser": row.browser,
            "opened_at": format_instant(row.opened_at),
            "seen_at": format_instant(row.seen_at),
            "is_this": row.digest == present,
        }
        for row in rows
        if _is_fresh(row.opened_at, row.seen_at, now=hub.clock(), hub=hub)
    ]


def _is_fresh(opened_at: datetime, seen_at: datetime, *, now: datetime, hub: Hub) -> bool:
    young = now - opened_at < timedelta(hours=hub.settings.session_hours)
    return young and now - seen_at < timedelta(minutes=hub.settings.session_idle_minutes)


def _digest(secret: str) -> str:
    return sha256_hex(secret.encode())


def _statements() -> Mapping[str, str]:
    return load_statements("maillage.hub.access", "sql/requests.sql")
