"""Pro Santé Connect: what is asked of it, and what of its answers may be believed. Nothing is sent from here.

OpenID Connect Core 1.0, authorization code flow, with PKCE (RFC 7636) and the issuer named in the answer
(RFC 9207). Source for the realm, its claims and `acr`: ansforge/keycloak-prosanteconnect. Its traps:

- `acr` is compared with what was asked; a token without one is of the lowest level, `eidas1`;
- the address of its configuration does not end like others' (`wallet-openid-configuration`), and people
  are sent to another host than programs;
- its national number (`SubjectNameID`) is in `userinfo`, which is believed only for the same `sub`;
- somebody with several *exercices* chose one situation of work: `SubjectOrganizationID` names that one.
"""

import hashlib
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any
from urllib.parse import urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from maillage.base.i18n import _
from maillage.national.errors import PscError

LEVELS = ("eidas1", "eidas2", "eidas3")
"""From the least to the most certain."""

# Asymmetric ones only: with a shared secret, whoever has it could write a token.
ALGORITHMS = ("RS256", "PS256", "ES256")
SKEW = timedelta(seconds=60)
OLDEST = timedelta(minutes=10)
"""A token that was issued longer ago is of another entry."""

_IDNPS = re.compile(r"8[0-9]{11}")


@dataclass(frozen=True)
class Provider:
    """Where its parts are, from its configuration (OpenID Connect Discovery 1.0, 3)."""

    issuer: str
    authorize: str
    token: str
    userinfo: str
    keys: str


@dataclass(frozen=True)
class Client:
    """What this hub is to the provider: `back` is where people return, `level` the least that is taken."""

    id: str
    back: str
    level: str = "eidas1"
    scope: str = "openid scope_all"


@dataclass(frozen=True, repr=False)
class Attempt:
    """Random values of one entry: `state` ties it to a browser, `nonce` to a token, `verifier` to a code."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        """What the provider compares the verifier with (S256)."""
        return _halve(self.verifier, length=32)


@dataclass(frozen=True, repr=False)
class Identity:
    """Who somebody is there. `issuer` and `subject` name them for ever; the rest may change.

    `national_id` is the IDNPS (`8` and the RPPS), `organisation` the structure of the situation chosen at
    entry (`1` and the FINESS); empty where the provider does not say.
    """

    issuer: str
    subject: str
    national_id: str = ""
    organisation: str = ""


def read_provider(document: Mapping[str, Any], *, discovery: str) -> Provider:
    """The provider that describes itself at that address. Raises PscError for another's description."""
    issuer = str(document.get("issuer", ""))
    if not issuer or not discovery.startswith(issuer.rstrip("/") + "/.well-known/"):
        raise _refuse("issuer")
    names = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
    addresses = [str(document.get(name, "")) for name in names]
    if not all(_is_safe(address) for address in addresses):
        raise _refuse("endpoint")
    return Provider(issuer, *addresses)


def write_address(provider: Provider, *, client: Client, attempt: Attempt) -> str:
    """Where the browser is sent."""
    asked = {
        "response_type": "code",
        "client_id": client.id,
        "redirect_uri": client.back,
        "scope": client.scope,
        "acr_values": client.level,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": attempt.challenge,
        "code_challenge_method": "S256",
    }
    return f"{provider.authorize}{'&' if '?' in provider.authorize else '?'}{urlencode(asked)}"


def check_return(answer: Mapping[str, str], *, attempt: Attempt, issuer: str | None = None) -> str:
    """The code that the browser brings back. Raises PscError for another entry's, and for a refusal."""
    if not compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
        raise _refuse("state")
    if issuer is not None and answer.get("iss", issuer) != issuer:
        raise _refuse("iss")
    if "error" in answer or not answer.get("code"):
        raise _refuse("code")
    return answer["code"]


def write_token_form(code: str, *, client: Client, attempt: Attempt) -> dict[str, str]:
    """What the code is exchanged with."""
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.back,
        "code_verifier": attempt.verifier,
    }


def check_id_token(
    token: str,
    *,
    access_token: str,
    keys: Mapping[str, Any],
    provider: Provider,
    client: Client,
    attempt: Attempt,
    now: datetime,
) -> str:
    """The subject of a token issued for this entry (OpenID Connect Core, 3.1.3.7). Raises PscError."""
    claims = _verify(token, keys=keys)
    audience = claims.get("aud")
    everyone = [audience] if isinstance(audience, str) else audience
    checks: tuple[tuple[str, bool], ...] = (
        ("iss", claims.get("iss") == provider.issuer),
        ("aud", isinstance(everyone, list) and client.id in everyone),
        # Several audiences, or a party named: it must be us.
        ("azp", claims.get("azp", client.id) == client.id and (not _is_long(everyone) or "azp" in claims)),
        ("exp", _is_between(claims.get("exp"), least=now - SKEW)),
        ("iat", _is_between(claims.get("iat"), least=now - OLDEST, most=now + SKEW)),
        ("nonce", compare_digest(str(claims.get("nonce", "")).encode(), attempt.nonce.encode())),
        ("at_hash", claims.get("at_hash") in (None, _halve(access_token, length=16))),
        ("acr", _is_enough(claims.get("acr", LEVELS[0]), level=client.level)),
        ("sub", bool(claims.get("sub")) and isinstance(claims["sub"], str) and len(claims["sub"]) <= 255),
    )
    for name, holds in checks:
        if not holds:
            raise _refuse(name)
    return str(claims["sub"])


def check_identity(told: Mapping[str, Any], *, subject: str, issuer: str) -> Identity:
    """Who it is, from `userinfo`. Raises PscError unless it speaks of the token's subject."""
    if told.get("sub") != subject:
        raise _refuse("sub")
    national = str(told.get("SubjectNameID", ""))
    return Identity(
        issuer=issuer,
        subject=subject,
        national_id=national if _IDNPS.fullmatch(national) else "",
        organisation=str(told.get("SubjectOrganizationID", ""))[:40],
    )


def _verify(token: str, *, keys: Mapping[str, Any]) -> dict[str, Any]:
    try:
        known = KeySet.import_key_set({"keys": list(keys.get("keys", []))})
        return dict(jwt.decode(token, known, algorithms=list(ALGORITHMS)).claims)
    # A document that is no set of keys fails in ways of its own.
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise _refuse("signature") from error


def _is_enough(found: Any, *, level: str) -> bool:
    return found in LEVELS and LEVELS.index(found) >= LEVELS.index(level)


def _is_long(audience: Any) -> bool:
    return isinstance(audience, list) and len(audience) > 1  # pyright: ignore[reportUnknownArgumentType]


def _is_between(found: Any, *, least: datetime, most: datetime | None = None) -> bool:
    if not isinstance(found, int | float) or isinstance(found, bool):
        return False
    return least.timestamp() < found and (most is None or found <= most.timestamp())


def _halve(text: str, *, length: int) -> str:
    """The first bytes of a text's SHA-256, base64url: all 32 for PKCE, half for `at_hash`."""
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:length]).rstrip(b"=").decode()


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
    )


def _refuse(rule: str) -> PscError:
    return PscError(
        _("La réponse de Pro Santé Connect n’est pas recevable."),
        why=_("Règle qui n’est pas tenue : {rule}.").format(rule=rule),
        remedy=_("Recommencez l’entrée depuis le début."),
    )
