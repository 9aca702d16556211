"""The committee's keys that this hospital trusts. They come by hand, never from the hub."""

from dataclasses import dataclass

from maillage.base.clock import format_instant
from maillage.base.i18n import _
from maillage.base.keys import PublicKey
from maillage.exchange.envelope import Signers
from maillage.node import ledger
from maillage.node.errors import CommitteeKeyError
from maillage.node.folder import Node
from maillage.node.states import Event
from maillage.node.store import Store


@dataclass(frozen=True)
class CommitteeKey:
    """A key, when it was trusted and revoked (RFC 3339); `revoked_at` is empty while it is trusted."""

    key: PublicKey
    trusted_at: str
    revoked_at: str


def list_keys(store: Store) -> list[CommitteeKey]:
    """Every key that was ever trusted, oldest first."""
    return [
        CommitteeKey(PublicKey.parse(row["public_key"]), row["trusted_at"], row["revoked_at"])
        for row in store.rows("committee_keys")
    ]


def trusted_signers(store: Store) -> Signers:
    """Whose permits are taken now."""
    return {found.key.fingerprint: found.key for found in list_keys(store) if not found.revoked_at}


def trust(store: Store, *, node: Node, key: PublicKey, by: str) -> None:
    """Take permits that this key signed. Raises CommitteeKeyError for a key that was trusted before."""
    with store.transaction():
        if any(found.key == key for found in list_keys(store)):
            raise CommitteeKeyError(
                _("Ce nœud connaît déjà cette clé du comité."),
                remedy=_("Une clé révoquée ne sert plus : le comité en fait une nouvelle."),
            )
        at = node.clock()
        store.change("trust_key", fingerprint=key.fingerprint, public_key=key.text, at=format_instant(at))
        body = {"by": by, "fingerprint": key.fingerprint}
        ledger.append(store, event=Event.PERSON_COMMITTEE_TRUSTED, at=at, body=body)


def revoke(store: Store, *, node: Node, fingerprint: str, by: str) -> None:
    """Take nothing more that this key signed, from the next question on. Raises CommitteeKeyError."""
    with store.transaction():
        if fingerprint not in trusted_signers(store):
            raise CommitteeKeyError(
                _("Aucune clé de confiance n’a l’empreinte {print}.").format(print=fingerprint[:60]),
                remedy=_("Les clés : maillage node committee list."),
            )
        at = node.clock()
        store.change("revoke_key", fingerprint=fingerprint, at=format_instant(at))
        body = {"by": by, "fingerprint": fingerprint}
        ledger.append(store, event=Event.PERSON_COMMITTEE_REVOKED, at=at, body=body)
