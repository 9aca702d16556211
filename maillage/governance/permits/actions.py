"""Every change of a permit at the hub: one transaction, one audit event."""

from dataclasses import dataclass
from datetime import datetime

from maillage.base.i18n import _
from maillage.base.keys import PublicKey
from maillage.exchange.envelope import Opened, Signers, open_permit, open_revocation, open_site_decision
from maillage.exchange.permit import Permit
from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.governance.permits.errors import (
    PermitMismatchError,
    PermitOverError,
    PermitStateError,
    PermitUnknownError,
)
from maillage.governance.permits.listing import open_published
from maillage.governance.permits.models import PublishedPermit, SiteWord
from maillage.governance.permits.states import PermitState, check_move
from maillage.governance.statements import execute
from maillage.governance.transactions import atomic


@dataclass(frozen=True)
class Publisher:
    """Who publishes: the network's name, the committee's keys that it knows, the operator, the instant."""

    network: str
    signers: Signers
    by: str
    at: datetime


def publish(envelope: bytes, *, publisher: Publisher) -> Opened[Permit]:
    """Offer a permit to the hospitals that it names; one of the same name is replaced.

    The committee's signature is checked for the operator's sake: each hospital checks it for itself. The
    same permit signed again with another key takes the place of its former envelope. Raises EnvelopeError
    or PermitStateError.
    """
    opened = open_permit(envelope, signers=publisher.signers)
    _check_network(opened.message, publisher=publisher)
    with atomic():
        known = PublishedPermit.objects.select_for_update().filter(hash=opened.payload_hash).first()
        if known is None:
            _replace_former(opened.message.permit_id, at=publisher.at)
            PublishedPermit.objects.create(
                hash=opened.payload_hash,
                permit_id=opened.message.permit_id,
                envelope=envelope.decode(),
                published_at=publisher.at,
                changed_at=publisher.at,
            )
        else:
            _sign_again(known, envelope=envelope, at=publisher.at)
        facts = {"permit": opened.payload_hash, "signer": opened.signer.fingerprint}
        subject = opened.message.permit_id
        record(EventType.PERMIT_PUBLISHED, actor=publisher.by, subject=subject, at=publisher.at, facts=facts)
    return opened


def _check_network(permit: Permit, *, publisher: Publisher) -> None:
    if permit.network != publisher.network:
        raise PermitStateError(
            _("Cette autorisation est d’un autre réseau : {network}.").format(network=permit.network),
            why=_("Ce hub est celui de {network}.").format(network=publisher.network),
        )


def _replace_former(permit_id: str, *, at: datetime) -> None:
    former = PublishedPermit.objects.filter(permit_id=permit_id, state=PermitState.PUBLISHED.value)
    former.update(state=PermitState.REPLACED.value, changed_at=at)


def _sign_again(known: PublishedPermit, *, envelope: bytes, at: datetime) -> None:
    if known.state != PermitState.PUBLISHED or known.envelope == envelope.decode():
        raise PermitStateError(
            _("L’autorisation « {permit} » a déjà été publiée.").format(permit=known.permit_id[:40])
        )
    known.envelope, known.changed_at = envelope.decode(), at
    known.save(update_fields=["envelope", "changed_at"])


def revoke(envelope: bytes, *, publisher: Publisher) -> str:
    """The committee takes a permit back; its name.

    Raises EnvelopeError, PermitUnknownError or PermitStateError.
    """
    opened = open_revocation(envelope, signers=publisher.signers)
    with atomic():
        known = PublishedPermit.objects.select_for_update().filter(hash=opened.message.permit).first()
        if known is None:
            raise PermitUnknownError(opened.message.permit)
        check_move(name=known.permit_id, current=known.state, to=PermitState.REVOKED)
        known.state, known.revocation = PermitState.REVOKED.value, envelope.decode()
        known.changed_at = publisher.at
        known.save(update_fields=["state", "revocation", "changed_at"])
        facts = {"permit": known.hash, "signer": opened.signer.fingerprint}
        subject = known.permit_id
        record(EventType.PERMIT_REVOKED, actor=publisher.by, subject=subject, at=publisher.at, facts=facts)
    return known.permit_id


def note_word(envelope: bytes, *, permit_hash: str, site: str, key: PublicKey, at: datetime) -> None:
    """Keep what a hospital says to a permit, inside the caller's transaction.

    Raises EnvelopeError, PermitUnknownError or PermitMismatchError.
    """
    word = open_site_decision(envelope, signers={key.fingerprint: key}).message
    if (word.permit, word.site) != (permit_hash, site):
        raise PermitMismatchError(_("Ce document parle d’une autre autorisation ou d’un autre hôpital."))
    permit = PublishedPermit.objects.filter(hash=permit_hash).first()
    if permit is None:
        raise PermitUnknownError(permit_hash)
    values = {
        "decision": word.decision.value,
        "envelope": envelope.decode(),
        "decided_at": word.decided_at,
    }
    # A node that did not hear the hub's word tells it again: that is no second event.
    if SiteWord.objects.filter(permit=permit, site=site, envelope=values["envelope"]).exists():
        return
    SiteWord.objects.update_or_create(permit=permit, site=site, defaults=values)
    facts = {"permit": permit_hash, "decision": word.decision.value}
    record(EventType.PERMIT_ANSWERED, actor=site, subject=permit.permit_id, at=at, facts=facts)


@dataclass(frozen=True)
class InForce:
    """A permit under which questions are asked now."""

    hash: str
    permit: Permit


_IN_FORCE = """
SELECT hash, envelope FROM permits_publishedpermit WHERE permit_id = %(permit)s AND state = %(state)s
"""


def find_in_force(permit_id: str, *, signers: Signers, at: datetime) -> InForce:
    """The published permit of that name. Raises PermitUnknownError, PermitOverError or EnvelopeError."""
    rows = execute(_IN_FORCE, permit=permit_id, state=PermitState.PUBLISHED.value)
    if not rows:
        raise PermitUnknownError(permit_id)
    ((permit_hash, envelope),) = rows
    permit = open_published(envelope, signers=signers)
    if not permit.starts_at <= at < permit.expires_at:
        raise PermitOverError(
            _("L’autorisation « {permit} » n’est pas encore valable, ou ne l’est plus.").format(
                permit=permit_id[:40]
            )
        )
    return InForce(permit_hash, permit)
