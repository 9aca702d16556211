"""Tokens and links of the people who ask, with an account or, as programs do, without."""

import re
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from maillage.base.canon import sha256_hex
from maillage.base.clock import format_instant
from maillage.base.i18n import _
from maillage.base.statements import load_statements
from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.governance.statements import execute
from maillage.governance.transactions import atomic
from maillage.hub.access.errors import CredentialUnknownError, LinkError, RequesterError, TokenError
from maillage.hub.access.models import Link, Session, Token

LINK_LIFE = timedelta(minutes=30)
TOKEN_LONGEST = timedelta(days=366)
MOST_TOKENS = 20
"""Of one person's own making, at one time."""
TOKEN_PREFIX = "mlg_"  # noqa: S105 - what every token starts with, so that a leaked one is recognised
_NAME = re.compile(r"[\w.@:+-]{1,120}")


def create_token(requester: str, *, by: str, at: datetime) -> str:
    """A new token, told once: only its hash is kept. Raises RequesterError."""
    _check_name(requester)
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with atomic():
        Token.objects.create(requester=requester, digest=_digest(token), created_at=at)
        record(EventType.TOKEN_CREATED, actor=by, subject=requester, at=at)
    return token


def create_own_token(requester: str, *, label: str, lasts: timedelta, at: datetime) -> str:
    """A token that a person makes for a program of theirs, told once. Raises RequesterError."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with atomic():
        _check_own(requester, label=label, lasts=lasts, at=at)
        Token.objects.create(
            requester=requester, digest=_digest(token), label=label, created_at=at, expires_at=at + lasts
        )
        record(EventType.TOKEN_CREATED, actor=requester, subject=requester, at=at)
    return token


def revoke_own_token(requester: str, token_id: int, *, at: datetime) -> None:
    """Revoke one of one's own. Raises CredentialUnknownError."""
    with atomic():
        mine = Token.objects.filter(requester=requester, id=token_id, revoked_at=None)
        if not mine.update(revoked_at=at):
            raise CredentialUnknownError
        record(EventType.TOKEN_REVOKED, actor=requester, subject=requester, at=at, facts={"count": 1})


def list_tokens(requester: str, *, at: datetime) -> list[dict[str, Any]]:
    """One's tokens that open something now, newest first; what opens it is not known here."""
    return [
        {
            "id": row.pk,
            "label": row.label or _("fait par la personne qui tient le hub"),
            "created_at": format_instant(row.created_at),
            "expires_at": None if row.expires_at is None else format_instant(row.expires_at),
        }
        for row in _valid(requester, at=at).order_by("-created_at")
    ]


def revoke_tokens(requester: str, *, by: str, at: datetime) -> int:
    """Revoke every token of that person, which also ends their sessions; how many there were."""
    with atomic():
        count = Token.objects.filter(requester=requester, revoked_at=None).update(revoked_at=at)
        Link.objects.filter(requester=requester, used_at=None).delete()
        Session.objects.filter(requester=requester, ended_at=None).update(ended_at=at)
        record(EventType.TOKEN_REVOKED, actor=by, subject=requester, at=at, facts={"count": count})
    return count


def find_requester(token: str, *, at: datetime) -> str:
    """Whose token it is. Raises TokenError."""
    statement = load_statements("maillage.hub.access", "sql/requests.sql")["find_requester"]
    for (requester,) in execute(statement, digest=_digest(token), now=at):
        return requester
    raise TokenError


def may_enter(requester: str, *, at: datetime) -> bool:
    """Whether that person has a valid token now."""
    return _valid(requester, at=at).exists()


def create_link(requester: str, *, by: str, at: datetime) -> str:
    """The secret end of an address that opens one session. Raises RequesterError.

    A person with no token yet gets one that nobody knows, so that revoking works alike for all.
    """
    _check_name(requester)
    secret = secrets.token_urlsafe(32)
    with atomic():
        if not may_enter(requester, at=at):
            hidden = TOKEN_PREFIX + secrets.token_urlsafe(32)
            Token.objects.create(requester=requester, digest=_digest(hidden), created_at=at)
        Link.objects.create(digest=_digest(secret), requester=requester, expires_at=at + LINK_LIFE)
        record(EventType.LINK_CREATED, actor=by, subject=requester, at=at)
    return secret


def use_link(secret: str, *, at: datetime) -> str:
    """Spend the link; who enters. Raises LinkError."""
    with atomic():
        spent = Link.objects.filter(digest=_digest(secret), used_at=None, expires_at__gt=at).update(
            used_at=at
        )
        if not spent:
            raise LinkError
        return Link.objects.get(digest=_digest(secret)).requester


def _digest(secret: str) -> str:
    return sha256_hex(secret.encode())


def _check_name(requester: str) -> None:
    if not _NAME.fullmatch(requester):
        raise RequesterError(
            _("« {name} » ne peut pas nommer une personne.").format(name=requester[:40]),
            remedy=_("Lettres, chiffres et . @ : + - seulement, sans espace."),
        )


def _check_own(requester: str, *, label: str, lasts: timedelta, at: datetime) -> None:
    if not label.strip() or len(label) > 80 or not label.isprintable():
        raise RequesterError(_("Un jeton porte un nom de 1 à 80 caractères : le programme qui s’en sert."))
    if not timedelta(0) < lasts <= TOKEN_LONGEST:
        raise RequesterError(_("Un jeton dure de 1 à {days} jours.").format(days=TOKEN_LONGEST.days))
    if _valid(requester, at=at).count() >= MOST_TOKENS:
        raise RequesterError(_("Vous avez déjà {most} jetons.").format(most=MOST_TOKENS))


def _valid(requester: str, *, at: datetime) -> Any:
    unended = Token.objects.filter(requester=requester, revoked_at=None)
    return unended.filter(Q(expires_at=None) | Q(expires_at__gt=at))
