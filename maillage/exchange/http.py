"""Requests of a node are signed (RFC 9421, Ed25519), body included (RFC 9530).

The host name is left out of the signature: a hospital's proxy or the hub's own may rewrite it. TLS client
certificates are not used, for a proxy that inspects TLS breaks them.
"""

# The library's public names are re-exported without a mark and partly untyped.
# pyright: reportPrivateImportUsage=false, reportUnknownMemberType=false

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
)
from http_message_signatures.algorithms import ED25519

from maillage.base.i18n import _
from maillage.base.keys import PublicKey, SigningKey
from maillage.exchange.errors import ClockSkewError, SignatureError

LABEL = "pyhms"
TAG = "maillage-node"
ALLOWED_SKEW = timedelta(minutes=5)
COVERED = ("@method", "@path", "@query", "content-digest")
# The library wants an absolute address; the host in it is never covered by the signature.
PLACEHOLDER_ORIGIN = "https://hub.invalid"


@dataclass(frozen=True)
class SignedRequest:
    """Who signed, when, and the nonce that makes this request unlike any other."""

    signer: PublicKey
    created: datetime
    nonce: str


_PARAMETERS = (
    '("@method" "@path" "@query" "content-digest");created={created};keyid="{keyid}";'
    f'alg="{ED25519.algorithm_id}";nonce="{{nonce}}";tag="{TAG}"'
)
_OWN_FORM = re.compile(
    f"{LABEL}=(?P<all>"
    + re.escape(_PARAMETERS)
    .replace(re.escape("{created}"), "(?P<created>[0-9]{1,12})")
    .replace(re.escape("{keyid}"), "(?P<keyid>[A-Za-z0-9:+/]{1,80})")
    .replace(re.escape("{nonce}"), "(?P<nonce>[0-9a-f]{32})")
    + ")"
)
_OWN_SIGNATURE = re.compile(f"{LABEL}=:(?P<bytes>[A-Za-z0-9+/]{{86}}==):")


@dataclass
class _Carrier:
    """A request as the library wants it."""

    method: str
    target: str
    headers: dict[str, str]

    @property
    def url(self) -> str:
        return PLACEHOLDER_ORIGIN + self.target


class _Directory(HTTPSignatureKeyResolver):
    def __init__(self, find: Callable[[str], PublicKey | None]) -> None:
        self.find = find

    def resolve_public_key(self, key_id: str) -> Any:
        found = self.find(key_id)
        if found is None:
            raise InvalidSignature("unknown key")
        return Ed25519PublicKey.from_public_bytes(found.raw)


class _Verifier(HTTPMessageVerifier):
    # Our own clock judges the age, so that a wrong clock gets its own error: the library's is opened wide.
    max_clock_skew = timedelta(days=3650)


def sign_request(*, method: str, target: str, body: bytes, key: SigningKey, now: datetime) -> dict[str, str]:
    """The headers to add. `target` is the path with its query, as it will be sent.

    Written here, in the one form that a node needs: the library, which can write any, took longer than the
    request that it signs. Byte for byte what the library writes, and read by it at the hub.
    """
    digest = _write_digest(body)
    parameters = _PARAMETERS.format(
        created=int(now.timestamp()), keyid=key.public.fingerprint, nonce=secrets.token_hex(16)
    )
    base = _write_base(_Carrier(method, target, {}), digest=digest, parameters=parameters)
    return {
        "Content-Digest": digest,
        "Signature-Input": f"{LABEL}={parameters}",
        "Signature": f"{LABEL}=:{_base64(key.sign(base))}:",
    }


def verify_request(
    *,
    method: str,
    target: str,
    body: bytes,
    headers: Mapping[str, str],
    find_key: Callable[[str], PublicKey | None],
    now: datetime,
) -> SignedRequest:
    """Who sent this request. Raises SignatureError or, when only the time is wrong, ClockSkewError.

    The caller refuses a nonce that it has seen within twice `ALLOWED_SKEW`.
    """
    carrier = _Carrier(method, target, dict(headers))
    try:
        parameters = _verify_own_form(carrier, body=body, find_key=find_key) or _verify_any_form(
            carrier, body=body, find_key=find_key
        )
        created = datetime.fromtimestamp(int(parameters["created"]), UTC)
        signer = find_key(parameters["keyid"])
        nonce = parameters["nonce"]
    except (HTTPMessageSignaturesException, KeyError, ValueError) as error:
        raise SignatureError(
            _("La signature de la requête n’est pas valable."),
            remedy=_("Vérifiez que la clé du nœud est celle qui est enregistrée auprès du hub."),
        ) from error
    if signer is None:  # pragma: no cover - the verifier has just found it
        raise SignatureError(_("La signature de la requête n’est pas valable."))
    skew = (now - created).total_seconds()
    if abs(skew) > ALLOWED_SKEW.total_seconds():
        raise ClockSkewError(seconds=skew)
    return SignedRequest(signer, created, nonce)


def _verify_own_form(
    carrier: _Carrier, *, body: bytes, find_key: Callable[[str], PublicKey | None]
) -> Mapping[str, str] | None:
    """What a request says that is signed as `sign_request` does it; None for any other, wrong ones too.

    What is not of this one form, to the letter, the library reads: a tenth as fast, and with its own errors.
    """
    headers, target = carrier.headers, carrier.target
    found = _OWN_FORM.fullmatch(headers.get("Signature-Input", ""))
    signed = _OWN_SIGNATURE.fullmatch(headers.get("Signature", ""))
    plain = f"{carrier.method}{target}"
    if found is None or signed is None or not (plain.isascii() and plain.isprintable() and " " not in plain):
        return None
    if headers.get("Content-Digest") != (digest := _write_digest(body)):
        return None
    key, base = find_key(found["keyid"]), _write_base(carrier, digest=digest, parameters=found["all"])
    verifies = key is not None and key.verifies(base64.b64decode(signed["bytes"]), base)
    return found.groupdict() if verifies else None


def _verify_any_form(
    carrier: _Carrier, *, body: bytes, find_key: Callable[[str], PublicKey | None]
) -> Mapping[str, Any]:
    verifier = _Verifier(signature_algorithm=ED25519, key_resolver=_Directory(find_key))
    results = verifier.verify(carrier, max_age=None, expect_tag=TAG, body=body, require_components=COVERED)
    (result,) = results
    return result.parameters


def _write_base(carrier: _Carrier, *, digest: str, parameters: str) -> bytes:
    """The text that is signed (RFC 9421, 2.5)."""
    path, _mark, query = carrier.target.partition("?")
    values = zip(COVERED, (carrier.method, path, f"?{query}", digest), strict=True)
    lines = [f"{_quote(name)}: {value}" for name, value in values]
    return "\n".join([*lines, f'"@signature-params": {parameters}']).encode("ascii")


def _write_digest(body: bytes) -> str:
    return f"sha-256=:{_base64(hashlib.sha256(body).digest())}:"


def _quote(text: str) -> str:
    return f'"{text}"'


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
