"""Invitations: an address that lets its person set up a way in, once, within three days.

Opening it spends nothing, as filters of mail open addresses; setting up a way in does.
"""

import secrets
from datetime import datetime, timedelta

from maillage.base.canon import sha256_hex
from maillage.base.i18n import _
from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.governance.people.actions import find_person, join
from maillage.governance.people.errors import OwnAccountError, PersonStateError
from maillage.governance.people.models import Person
from maillage.governance.people.states import PersonState
from maillage.governance.transactions import atomic
from maillage.hub.access import passkeys, passwords
from maillage.hub.access.errors import InvitationError
from maillage.hub.access.models import Invitation, PscIdentity
from maillage.hub.access.passkeys import NewPasskey
from maillage.national.psc import Identity

LIFE = timedelta(days=3)
_MAY_SET_UP = (PersonState.INVITED, PersonState.ACTIVE)
_EVENTS = {
    "passkey": EventType.PASSKEY_ADDED,
    "password": EventType.PASSWORD_SET,
    "psc": EventType.ACCOUNT_LINKED,
}


def create_invitation(name: str, *, by: str, at: datetime) -> str:
    """The secret end of the address; a former one opens nothing any more.

    For an account that is open it adds a way in: for who lost theirs. Raises PersonUnknownError,
    PersonStateError, or OwnAccountError: whoever took an office's session over must not keep its account.
    """
    secret = secrets.token_urlsafe(32)
    with atomic():
        person = find_person(name)
        if by == name:
            raise OwnAccountError
        if person.state not in _MAY_SET_UP:
            raise PersonStateError(_("Ce compte est suspendu ou clos : personne n’y entre."))
        Invitation.objects.filter(person=person, used_at=None).delete()
        Invitation.objects.create(digest=_digest(secret), person=person, expires_at=at + LIFE)
        record(EventType.INVITATION_CREATED, actor=by, subject=name, at=at)
    return secret


def find_invited(secret: str, *, at: datetime) -> Person:
    """Whom the address invites. Raises InvitationError."""
    found = (
        Invitation.objects.filter(digest=_digest(secret), used_at=None, expires_at__gt=at)
        .select_related("person")
        .first()
    )
    if found is None or found.person.state not in _MAY_SET_UP:
        raise InvitationError
    return found.person


def accept_with_passkey(secret: str, new: NewPasskey, *, label: str, at: datetime) -> Person:
    """Spend the invitation on a passkey. Raises InvitationError or EntryError."""
    with atomic():
        person = _spend(secret, at=at)
        passkeys.add_passkey(person, new, label=label, at=at)
        _welcome(person, way="passkey", at=at)
    return person


def accept_with_password(secret: str, *, password: str, code: str, at: datetime) -> tuple[Person, list[str]]:
    """Spend it on a password and the generator that it offered; the recovery codes.

    Raises InvitationError or SecretWeakError; the invitation then serves again.
    """
    with atomic():
        person = _spend(secret, at=at)
        totp = passwords.offer_generator(secret, name=person.name, network="").secret
        codes = passwords.set_password(person, password=password, secret=totp, code=code, at=at)
        _welcome(person, way="password", at=at)
    return person, codes


def accept_with_psc(digest: str, identity: Identity, *, at: datetime) -> Person:
    """Spend the invitation of that digest on a Pro Santé Connect identity. Raises InvitationError."""
    with atomic():
        person = _spend_digest(digest, at=at)
        link_psc(person, identity, at=at)
        _welcome(person, way="psc", at=at)
    return person


def link_psc(person: Person, identity: Identity, *, at: datetime) -> None:
    """Keep whose identity it is, inside the caller's transaction. Raises InvitationError for another's."""
    same = PscIdentity.objects.filter(issuer=identity.issuer, subject=identity.subject)
    if same.exclude(person=person).exists():
        raise InvitationError
    values = {"issuer": identity.issuer, "subject": identity.subject, "linked_at": at}
    PscIdentity.objects.update_or_create(person=person, defaults=values)


def digest_of(secret: str) -> str:
    """Under what an invitation is remembered while its person is at the identity provider."""
    return _digest(secret)


def _spend(secret: str, *, at: datetime) -> Person:
    return _spend_digest(_digest(secret), at=at)


def _spend_digest(digest: str, *, at: datetime) -> Person:
    unused = Invitation.objects.filter(digest=digest, used_at=None, expires_at__gt=at)
    found = unused.select_related("person").first()
    if found is None or found.person.state not in _MAY_SET_UP or not unused.update(used_at=at):
        raise InvitationError
    return found.person


def _welcome(person: Person, *, way: str, at: datetime) -> None:
    """One event: the account opens, or gets a further way in."""
    if person.state == PersonState.INVITED:
        join(person, way=way, at=at)
    else:
        record(_EVENTS[way], actor=person.name, subject=person.name, at=at)


def _digest(secret: str) -> str:
    return sha256_hex(secret.encode())
