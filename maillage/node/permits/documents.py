"""Permits as they lie in the store, and every change of one: a transaction with a line in the ledger."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from maillage.base.canon import sha256_hex
from maillage.base.clock import format_instant
from maillage.base.i18n import _
from maillage.base.keys import PublicKey
from maillage.disclosure.noise import has_opendp
from maillage.exchange.envelope import (
    Opened,
    open_permit,
    open_revocation,
    open_site_decision,
    seal_site_decision,
)
from maillage.exchange.errors import EnvelopeError
from maillage.exchange.permit import Decision, DifferentialPrivacy, Permit, SiteDecision
from maillage.exchange.reasons import Reason
from maillage.node import ledger
from maillage.node.errors import PermitRefusedError, PermitUnknownError
from maillage.node.folder import Node
from maillage.node.permits.committee import trusted_signers
from maillage.node.permits.states import PermitState, check_permit_move
from maillage.node.states import Event
from maillage.node.store import Store


@dataclass(frozen=True)
class Stored:
    """A permit as stored. `permit` is None when no key trusted now signed its bytes."""

    hash: str
    permit_id: str
    state: PermitState
    permit: Permit | None
    decision: bytes | None


def list_permits(store: Store) -> list[Stored]:
    """All of them, oldest first."""
    return [_to_stored(store, row) for row in store.rows("permits")]


def list_editions(store: Store, name: str) -> tuple[str, ...]:
    """The hashes of every permit that bore this name here, in whatever state, in order."""
    return tuple(sorted(row["hash"] for row in store.rows("permits_of_name", permit_id=name)))


def find_permit(store: Store, name: str) -> Stored:
    """By its hash, or by its name: the one in force, else the latest. Raises PermitUnknownError."""
    row = store.row("permit", hash=name) or store.row("permits_of_name", permit_id=name)
    if row is None:
        raise PermitUnknownError(
            _("Aucune autorisation ne s’appelle « {name} » ici.").format(name=name[:80]),
            remedy=_("Les autorisations : maillage node permits."),
        )
    return _to_stored(store, row)


def _to_stored(store: Store, row: sqlite3.Row) -> Stored:
    opened = _open_known(row["envelope"], tuple(trusted_signers(store).values()))
    # The row's hash is what was accepted; other bytes that the committee signed are another permit.
    permit = opened.message if opened is not None and opened.payload_hash == row["hash"] else None
    return Stored(row["hash"], row["permit_id"], PermitState(row["state"]), permit, row["decision"])


# A permit is looked at three times for each question: the same bytes under the same keys read the same.
@lru_cache(maxsize=16)
def _open_known(envelope: bytes, signers: tuple[PublicKey, ...]) -> Opened[Permit] | None:
    try:
        return open_permit(envelope, signers={key.fingerprint: key for key in signers})
    except EnvelopeError:
        return None


def receive(store: Store, *, node: Node, envelope: bytes) -> Opened[Permit]:
    """Keep a permit that the committee signed for this hospital; accepting it is a person's matter.

    The same permit under another trusted signature replaces the envelope and keeps the acceptance. Raises
    EnvelopeError, or PermitRefusedError for a permit of other hospitals.
    """
    with store.transaction():
        opened = open_permit(envelope, signers=trusted_signers(store))
        _check_address(opened.message, node=node)
        known = store.row("permit", hash=opened.payload_hash)
        if known is None:
            _offer(store, node=node, opened=opened, envelope=envelope)
        elif known["envelope"] != envelope:
            store.change("replace_permit_envelope", hash=opened.payload_hash, envelope=envelope)
            body = {"permit": opened.payload_hash, "signer": opened.signer.fingerprint}
            _log(store, node=node, event=Event.COMMITTEE_PERMIT_SIGNED_AGAIN, body=body)
    return opened


def _check_address(permit: Permit, *, node: Node) -> None:
    if not permit.names(node.site):
        raise PermitRefusedError(
            _("L’autorisation {name} ne concerne pas cet hôpital.").format(name=permit.permit_id),
            why=_("Elle nomme : {sites}.").format(sites=", ".join(permit.sites[:20])),
        )


def _offer(store: Store, *, node: Node, opened: Opened[Permit], envelope: bytes) -> None:
    store.change(
        "offer_permit",
        hash=opened.payload_hash,
        permit_id=opened.message.permit_id,
        envelope=envelope,
        received_at=format_instant(node.clock()),
    )
    body = {
        "permit": opened.payload_hash,
        "name": opened.message.permit_id,
        "signer": opened.signer.fingerprint,
    }
    _log(store, node=node, event=Event.COMMITTEE_PERMIT_OFFERED, body=body)


def accept(store: Store, *, node: Node, name: str, by: str) -> Stored:
    """Sign this hospital's acceptance. A permit of the same name that was in force is withdrawn.

    Raises PermitUnknownError, MoveError, or PermitRefusedError when no trusted key signed it or it is over.
    """
    with store.transaction():
        found = _newest(store, name)
        if found.permit is None:
            raise PermitRefusedError(
                _("L’autorisation {name} n’est signée d’aucune clé de confiance.").format(name=name[:80]),
                remedy=_("Comparez la clé avec le comité, puis : maillage node committee trust."),
            )
        if found.permit.expires_at <= node.clock():
            raise PermitRefusedError(_("L’autorisation {name} est échue.").format(name=name[:80]))
        if isinstance(found.permit.counts, DifferentialPrivacy) and not has_opendp():
            raise PermitRefusedError(
                _("Ce nœud ne sait pas tirer le bruit de l’autorisation {name}.").format(name=name[:80]),
                why=_("OpenDP n’est pas installé ici."),
                remedy=_('Installez-le : pip install "maillage[dp]".'),
            )
        check_permit_move(name, present=found.state, to=PermitState.ACCEPTED)
        for other in store.rows("permits_of_name", permit_id=found.permit_id):
            if other["state"] == PermitState.ACCEPTED:
                former = _to_stored(store, other)
                _decide(store, node=node, found=former, decision=Decision.WITHDRAWN, by=by)
        _decide(store, node=node, found=found, decision=Decision.ACCEPTED, by=by)
    return find_permit(store, found.hash)


def _newest(store: Store, name: str) -> Stored:
    """What a steward who gives a name alone wants to accept: the latest that is not in force yet."""
    rows = store.rows("permits_of_name", permit_id=name)
    waiting = [row for row in rows if row["state"] == PermitState.OFFERED]
    return _to_stored(store, waiting[0]) if waiting else find_permit(store, name)


def withdraw(store: Store, *, node: Node, name: str, by: str) -> Stored:
    """Take this hospital's acceptance back, at once. Raises PermitUnknownError or MoveError."""
    with store.transaction():
        found = find_permit(store, name)
        check_permit_move(name, present=found.state, to=PermitState.WITHDRAWN)
        _decide(store, node=node, found=found, decision=Decision.WITHDRAWN, by=by)
    return find_permit(store, found.hash)


_STATE_AFTER: Mapping[Decision, PermitState] = {
    Decision.ACCEPTED: PermitState.ACCEPTED,
    Decision.WITHDRAWN: PermitState.WITHDRAWN,
}
_EVENT_OF: Mapping[Decision, Event] = {
    Decision.ACCEPTED: Event.PERSON_PERMIT_ACCEPTED,
    Decision.WITHDRAWN: Event.PERSON_PERMIT_WITHDRAWN,
}


def _decide(store: Store, *, node: Node, found: Stored, decision: Decision, by: str) -> None:
    word = SiteDecision(
        permit=found.hash,
        permit_id=found.permit_id,
        site=node.site,
        decision=decision,
        decided_at=node.clock(),
    )
    sealed = seal_site_decision(word, key=node.key)
    store.change("decide_permit", hash=found.hash, state=_STATE_AFTER[decision], decision=sealed)
    body = {"by": by, "permit": found.hash, "name": found.permit_id, "decision": sha256_hex(sealed)}
    _log(store, node=node, event=_EVENT_OF[decision], body=body)


def revoke(store: Store, *, node: Node, envelope: bytes) -> None:
    """The committee took a permit back; one that never came here is passed over. Raises EnvelopeError."""
    with store.transaction():
        opened = open_revocation(envelope, signers=trusted_signers(store))
        row = store.row("permit", hash=opened.message.permit)
        if row is None or row["state"] == PermitState.REVOKED:
            return
        store.change("move_permit", hash=row["hash"], state=PermitState.REVOKED)
        body = {"permit": row["hash"], "name": row["permit_id"], "signer": opened.signer.fingerprint}
        _log(store, node=node, event=Event.COMMITTEE_PERMIT_REVOKED, body=body)


def is_accepted(found: Stored, *, node: Node) -> bool:
    """Whether this hospital's own signature says so; a state written into the file is not enough."""
    if found.state is not PermitState.ACCEPTED or found.decision is None:
        return False
    word = _open_word(found.decision, node.key.public)
    facts = (found.hash, node.site, Decision.ACCEPTED)
    return word is not None and (word.permit, word.site, word.decision) == facts


@lru_cache(maxsize=16)
def _open_word(decision: bytes, own: PublicKey) -> SiteDecision | None:
    try:
        return open_site_decision(decision, signers={own.fingerprint: own}).message
    except EnvelopeError:
        return None


def permit_in_force(store: Store, *, node: Node, name: str) -> Stored | Reason:
    """The permit under which a question may be answered now, or why there is none."""
    row = store.row("permits_of_name", permit_id=name)
    if row is None:
        return Reason.PERMIT_MISSING
    found = _to_stored(store, row)
    if found.state in (PermitState.WITHDRAWN, PermitState.REVOKED):
        return Reason.PERMIT_WITHDRAWN
    if found.permit is None or not is_accepted(found, node=node):
        return Reason.PERMIT_MISSING
    if not found.permit.starts_at <= node.clock() < found.permit.expires_at:
        return Reason.PERMIT_EXPIRED
    return found


def _log(store: Store, *, node: Node, event: Event, body: Mapping[str, Any]) -> None:
    ledger.append(store, event=event, at=node.clock(), body=body)
