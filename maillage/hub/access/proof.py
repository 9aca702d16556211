"""Somebody who is in proves again that it is them, before anything that lets in for longer than a session.

A session alone is not enough: it may have been left open, or its cookie copied. Either the door's own proof
is asked, password and code, or the session was opened by a strong way in within the last minutes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from maillage.governance.people.models import Person
from maillage.hub.access import passwords
from maillage.hub.access.errors import EntryError, ProofError, ProofNeededError
from maillage.hub.access.models import Session

FRESH = timedelta(minutes=10)
"""So long after a strong way in nothing more is to be proved."""

_STRONG = frozenset({"passkey", "password", "psc"})


@dataclass(frozen=True)
class Claim:
    """Somebody in a session; `password` and `code`, the present ones, are empty where none is asked."""

    person: Person
    session: str
    password: str = ""
    code: str = ""


def is_fresh(session: str, *, at: datetime) -> bool:
    """Whether that session was opened just now, by a way in that a stolen token or link is not."""
    opened = Session.objects.filter(digest=session, way__in=_STRONG, ended_at=None)
    return opened.filter(opened_at__gt=at - FRESH).exists()


def require_fresh(session: str, *, at: datetime) -> None:
    """Raises ProofNeededError for a session that was opened longer ago, or by a token or link."""
    if not is_fresh(session, at=at):
        raise ProofNeededError


def prove(claim: Claim, *, at: datetime) -> str:
    """By what it is still them, as the audit tells it. Raises ProofError; a right code is spent."""
    if is_fresh(claim.session, at=at):
        return "session"
    try:
        passwords.enter_with(claim.person.name, password=claim.password, code=claim.code, at=at)
    except EntryError as error:
        raise ProofError from error
    return "password"
