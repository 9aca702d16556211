"""The demo's committee: one key, one standing permit, which every hospital of the demo accepts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from maillage.base.clock import utc_now
from maillage.base.keys import PublicKey, SigningKey
from maillage.exchange.envelope import seal_permit
from maillage.exchange.permit import AnalysisScope, Masked, Output, Permit, Plain, View
from maillage.node.folder import Node
from maillage.node.permits import committee, documents

STANDING = "feasibility"
STEWARD = "demo"
LIFE = timedelta(days=30)


@dataclass(frozen=True)
class Committee:
    """Its key lives in this process alone: the demo ends with it."""

    network: str
    floor: int
    key: SigningKey = field(default_factory=SigningKey.generate)

    def sign_standing_permit(self, masked: Mapping[str, PublicKey] | None = None) -> bytes:
        """Counts for anybody, in total and per hospital; of `masked` hospitals, by key, in total alone."""
        now = utc_now()
        permit = Permit(
            permit_id=STANDING,
            network=self.network,
            project="Comptages de faisabilité",
            purpose="Compter, avant de déposer un projet, les patients qui répondent à une définition.",
            requesters="any",
            sites=tuple(masked) if masked else "any",
            analyses=(AnalysisScope(id="count"),),
            cohorts="any",
            minimum_cell=self.floor,
            minimum_sites=3,
            views=(View.TOTAL,) if masked else (View.TOTAL, View.PER_HOSPITAL),
            sums=Masked(keys={site: key.text for site, key in masked.items()}) if masked else Plain(),
            output=Output.AUTOMATIC,
            issued_at=now,
            # A machine's clock may stand a little behind the one that made the demo.
            starts_at=now - timedelta(days=1),
            expires_at=now + LIFE,
        )
        return seal_permit(permit, key=self.key)


def accept_standing_permit(node: Node, *, committee_key: SigningKey, envelope: bytes) -> None:
    """What a steward does once: trust the committee's key, read its permit, accept it."""
    with node.open_store() as store:
        committee.trust(store, node=node, key=committee_key.public, by=STEWARD)
        documents.receive(store, node=node, envelope=envelope)
        documents.accept(store, node=node, name=STANDING, by=STEWARD)
