"""A new password or new recovery codes, for somebody who is in and proves again that it is them.

A strong way in within the last minutes is such a proof: so whoever forgot the password but has a passkey goes
on without the office.
"""

from datetime import datetime

from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.governance.transactions import atomic
from maillage.hub.access import passwords, sessions
from maillage.hub.access.proof import Claim, prove


def change_password(claim: Claim, *, new: str, at: datetime) -> str:
    """Take the new password; the new secret of this session, and every other session ends.

    Raises SecretWeakError, CredentialUnknownError or ProofError. Generator, recovery codes and tokens stay.
    """
    person = claim.person
    with atomic():
        # Undone with the rest where the password is not taken: its code is then not spent.
        by = prove(claim, at=at)
        passwords.replace_password(person, password=new, at=at)
        secret, ended = sessions.keep_one(person.name, claim.session, at=at)
        facts = {"by": by, "count": ended}
        record(EventType.PASSWORD_CHANGED, actor=person.name, subject=person.name, at=at, facts=facts)
    return secret


def renew_codes(claim: Claim, *, at: datetime) -> list[str]:
    """New recovery codes, told once; the former ones open nothing. Raises ProofError."""
    person = claim.person
    with atomic():
        by = prove(claim, at=at)
        codes = passwords.renew_recovery_codes(person)
        facts = {"by": by, "count": len(codes)}
        record(EventType.RECOVERY_RENEWED, actor=person.name, subject=person.name, at=at, facts=facts)
    return codes
