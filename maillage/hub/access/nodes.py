"""Which node sends this request: its signature checked, its nonce taken once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError, OperationalError

from maillage.base.keys import PublicKey
from maillage.base.statements import load_statements
from maillage.exchange.errors import ClockSkewError, SignatureError
from maillage.exchange.http import ALLOWED_SKEW, verify_request
from maillage.exchange.version import CURRENT, is_accepted
from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.governance.group.models import Member
from maillage.governance.group.states import MemberState
from maillage.governance.statements import execute
from maillage.governance.transactions import atomic
from maillage.hub.access.errors import NodeSuspendedError, NodeUnknownError, ProtocolError, ReplayError
from maillage.hub.access.models import SeenNonce

NONCE_LIFE = 2 * ALLOWED_SKEW


@dataclass(frozen=True)
class Signer:
    """What of a member is needed to judge its request."""

    site: str
    public_key: str
    state: str
    clock_skew_s: float
    anchor_sequence: int | None
    anchor_hash: str


@dataclass(frozen=True)
class Caller:
    """A node whose request was verified. Its nonce is taken by `take_nonce`, in the caller's transaction."""

    signer: Signer
    key: PublicKey
    nonce: str
    at: datetime
    skew: timedelta

    @property
    def site(self) -> str:
        """The hospital's id."""
        return self.signer.site


def identify(*, method: str, target: str, body: bytes, headers: Mapping[str, str], now: datetime) -> Caller:
    """The member who signed. Raises AccessError or exchange's SignatureError."""
    looked_up = _LookedUp()
    found = looked_up.signers
    try:
        signed = verify_request(
            method=method, target=target, body=body, headers=headers, find_key=looked_up.find_key, now=now
        )
    except SignatureError as error:
        # The library tells whatever stops a look-up as a signature that is not valid.
        if looked_up.trouble is not None:
            raise looked_up.trouble from error
        (signer,) = found.values() or (None,)
        if found and signer is None:
            raise NodeUnknownError from error
        if isinstance(error, ClockSkewError) and signer is not None:
            _note_skew(signer, seconds=error.seconds, now=now)
        raise
    signer = found[signed.signer.fingerprint]
    if signer is None:  # pragma: no cover - its key has just verified
        raise NodeUnknownError
    if signer.state == MemberState.SUSPENDED:
        raise NodeSuspendedError
    _check_protocol(headers)
    return Caller(signer, signed.signer, signed.nonce, now, now - signed.created)


def take_nonce(caller: Caller) -> None:
    """Remember the request. Raises ReplayError when it was taken before.

    Called inside the transaction of what the request does, so that it costs no commit of its own.
    """
    try:
        execute(_statements()["take_nonce"], nonce=caller.nonce, now=caller.at)
    except IntegrityError as error:
        raise ReplayError from error


def forget_old_nonces(*, now: datetime) -> None:
    """Drop those whose requests would be refused for their age anyway."""
    SeenNonce.objects.filter(at__lt=now - NONCE_LIFE).delete()


@dataclass
class _LookedUp:
    """Members by the fingerprints that one request names: asked twice, and looked up once."""

    signers: dict[str, Signer | None] = field(default_factory=dict[str, Signer | None])
    trouble: OperationalError | None = None

    def find_key(self, fingerprint: str) -> PublicKey | None:
        """The member's key; the database's trouble is kept as it is."""
        if fingerprint not in self.signers:
            try:
                self.signers[fingerprint] = _find_signer(fingerprint)
            except OperationalError as error:
                self.trouble = error
                raise
        signer = self.signers[fingerprint]
        return None if signer is None else PublicKey.parse(signer.public_key)


def _find_signer(fingerprint: str) -> Signer | None:
    signer = next(
        (Signer(*row) for row in execute(_statements()["find_member"], fingerprint=fingerprint)), None
    )
    return None if signer is None or signer.state == MemberState.DEPARTED else signer


def _check_protocol(headers: Mapping[str, str]) -> None:
    text = next(
        (value for name, value in headers.items() if name.lower() == "maillage-protocol"), str(CURRENT)
    )
    if not text.isascii() or not text.isdigit() or not is_accepted(int(text[:6])):
        raise ProtocolError(text)


def _note_skew(signer: Signer, *, seconds: float, now: datetime) -> None:
    """Once per spell of wrong time: the audit tells it, and the network's page shows it."""
    if abs(signer.clock_skew_s) > ALLOWED_SKEW.total_seconds():
        return
    with atomic():
        Member.objects.filter(site=signer.site).update(clock_skew_s=seconds)
        facts = {"seconds": round(seconds)}
        record(EventType.CLOCK_REFUSED, actor=signer.site, subject=signer.site, at=now, facts=facts)


def _statements() -> Mapping[str, str]:
    return load_statements("maillage.hub.access", "sql/requests.sql")
