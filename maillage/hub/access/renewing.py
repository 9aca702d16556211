"""A new password or new recovery codes, for somebody who is in and proves again that it is them.

A session alone is not enough: it may have been left open, or its cookie copied, and what is made here lets
in for good. Either the door's own proof is asked, password and code, or the session was opened by a strong
way in within the last minutes: so whoever forgot the password but has a passkey goes on without the office.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.governance.people.models import Person
from maillage.governance.transactions import atomic
from maillage.hub.access import passwords, sessions
from maillage.hub.access.errors import EntryError, ProofError
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


def change_password(claim: Claim, *, new: str, at: datetime) -> str:
    """Take the new password; the new secret of this session, and every other session ends.

    Raises SecretWeakError, CredentialUnknownError or ProofError. Generator, recovery codes and tokens stay.
    """
    person = claim.person
    with atomic():
        # Undone with the rest where the password is not taken: its code is then not spent.
        by = _prove(claim, at=at)
        passwords.replace_password(person, password=new, at=at)
        secret, ended = sessions.keep_one(person.name, claim.session, at=at)
        facts = {"by": by, "count": ended}
        record(EventType.PASSWORD_CHANGED, actor=person.name, subject=person.name, at=at, facts=facts)
    return secret


def renew_codes(claim: Claim, *, at: datetime) -> list[str]:
    """New recovery codes, told once; the former ones open nothing. Raises ProofError."""
    person = claim.person
    with atomic():
        by = _prove(claim, at=at)
        codes = passwords.renew_recovery_codes(person)
        facts = {"by": by, "count": len(codes)}
        record(EventType.RECOVERY_RENEWED, actor=person.name, subject=person.name, at=at, facts=facts)
    return codes


def _prove(claim: Claim, *, at: datetime) -> str:
    """By what it is still them, as the audit tells it."""
    if is_fresh(claim.session, at=at):
        return "session"
    try:
        passwords.enter_with(claim.person.name, password=claim.password, code=claim.code, at=at)
    except EntryError as error:
        raise ProofError from error
    return "password"
