"""Tokens and links of the people who ask."""

import re
import secrets
from datetime import datetime, timedelta

from maillage.base.canon import sha256_hex
from maillage.base.i18n import _
from maillage.base.statements import load_statements
from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.governance.statements import execute
from maillage.governance.transactions import atomic
from maillage.hub.access.errors import LinkError, RequesterError, TokenError
from maillage.hub.access.models import Link, Token

LINK_LIFE = timedelta(minutes=30)
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


def revoke_tokens(requester: str, *, by: str, at: datetime) -> int:
    """Revoke every token of that person, which also ends their sessions; how many there were."""
    with atomic():
        count = Token.objects.filter(requester=requester, revoked_at=None).update(revoked_at=at)
        Link.objects.filter(requester=requester, used_at=None).delete()
        record(EventType.TOKEN_REVOKED, actor=by, subject=requester, at=at, facts={"count": count})
    return count


def find_requester(token: str) -> str:
    """Whose token it is. Raises TokenError."""
    statement = load_statements("maillage.hub.access", "sql/requests.sql")["find_requester"]
    for (requester,) in execute(statement, digest=_digest(token)):
        return requester
    raise TokenError


def may_enter(requester: str) -> bool:
    """Whether that person still has a valid token."""
    return Token.objects.filter(requester=requester, revoked_at=None).exists()


def may_stay(requester: str, *, since: datetime) -> bool:
    """The same for a session opened then: a revocation ends it, a token given afterwards opens none again."""
    revoked = Token.objects.filter(requester=requester, revoked_at__gte=since)
    return may_enter(requester) and not revoked.exists()


def create_link(requester: str, *, by: str, at: datetime) -> str:
    """The secret end of an address that opens one session. Raises RequesterError.

    A person with no token yet gets one that nobody knows, so that revoking works alike for all.
    """
    _check_name(requester)
    secret = secrets.token_urlsafe(32)
    with atomic():
        if not may_enter(requester):
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
        requester = Link.objects.get(digest=_digest(secret)).requester
        record(EventType.SESSION_OPENED, actor=requester, subject=requester, at=at, facts={"by": "link"})
    return requester


def use_token(token: str, *, at: datetime) -> str:
    """Open a session of the portal with a token; who enters. Raises TokenError."""
    requester = find_requester(token)
    with atomic():
        record(EventType.SESSION_OPENED, actor=requester, subject=requester, at=at, facts={"by": "token"})
    return requester


def _digest(secret: str) -> str:
    return sha256_hex(secret.encode())


def _check_name(requester: str) -> None:
    if not _NAME.fullmatch(requester):
        raise RequesterError(
            _("« {name} » ne peut pas nommer une personne.").format(name=requester[:40]),
            remedy=_("Lettres, chiffres et . @ : + - seulement, sans espace."),
        )
