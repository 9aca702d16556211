"""Taking a hospital's catalogue: under a permit that it accepted; the newest day takes the former's place."""

from maillage.base.canon import sha256_hex
from maillage.base.errors import Kind
from maillage.base.i18n import _
from maillage.exchange.catalogue import Catalogue as Message
from maillage.exchange.catalogue import allows_catalogue
from maillage.exchange.envelope import open_catalogue
from maillage.exchange.errors import EnvelopeError
from maillage.exchange.permit import Decision
from maillage.exchange.reasons import Reason
from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.governance.permits.listing import read_permit
from maillage.governance.permits.models import PublishedPermit, SiteWord
from maillage.governance.permits.states import PermitState
from maillage.hub.access.nodes import Caller, take_nonce
from maillage.hub.boot import Hub
from maillage.hub.errors import HubError
from maillage.hub.terms.models import Catalogue
from maillage.hub.writing import writing


class CatalogueRefusedError(HubError):
    """No permit in force, accepted by that hospital, asks for its catalogue; or its rules are laxer."""

    kind = Kind.REFUSED
    code = "catalogue_refused"


def record_catalogue(caller: Caller, data: bytes, *, hub: Hub) -> None:
    """Keep a hospital's bands. Raises EnvelopeError, CatalogueRefusedError."""
    message = open_catalogue(data, signers={caller.key.fingerprint: caller.key}).message
    if (message.site, message.network) != (caller.site, hub.settings.name):
        raise EnvelopeError(Reason.ENVELOPE_RETARGETED)
    with writing(hub):
        take_nonce(caller)
        _check(message, hub=hub)
        _keep(message, data, hub=hub)


def _check(message: Message, *, hub: Hub) -> None:
    row = PublishedPermit.objects.filter(hash=message.permit, state=PermitState.PUBLISHED.value).first()
    permit = None if row is None else read_permit(row, signers=hub.settings.committee_signers)
    said = SiteWord.objects.filter(permit_id=message.permit, site=message.site).first()
    if (
        permit is None
        or not permit.starts_at <= hub.clock() < permit.expires_at
        or not allows_catalogue(permit, network=message.network, site=message.site)
        or said is None
        or said.decision != Decision.ACCEPTED
        or message.floor < max(permit.minimum_cell, hub.settings.floor)
    ):
        raise CatalogueRefusedError(
            _("Le catalogue de {site} n’est pas pris.").format(site=message.site),
            why=_("Aucune autorisation en vigueur, que cet hôpital a acceptée, ne le demande ainsi."),
        )


def _keep(message: Message, data: bytes, *, hub: Hub) -> None:
    digest = sha256_hex(data)
    kept = Catalogue.objects.filter(site=message.site).first()
    # A day that is older than the one here comes late; the same bytes again were a lost acknowledgement.
    if kept is not None and (kept.digest == digest or kept.day > message.day):
        return
    Catalogue.objects.update_or_create(
        site=message.site,
        defaults={
            "reference": message.reference,
            "day": message.day,
            "permit": message.permit,
            "digest": digest,
            "envelope": data.decode(),
            "received_at": hub.clock(),
        },
    )
    facts = {"permit": message.permit, "hash": digest, "reference": message.reference}
    record(EventType.CATALOGUE_RECORDED, actor=message.site, subject=message.day, at=hub.clock(), facts=facts)
