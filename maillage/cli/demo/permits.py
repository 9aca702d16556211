"""The demo's committee: one key, two permits, which every hospital of the demo accepts.

The standing permit is for feasibility: counts with noise, within a budget. The study's is for the worked
examples: exact counts. A permit has one form of counts, so that nobody subtracts one form from the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from maillage.analysis.registry import is_additive, list_analyses
from maillage.base.clock import utc_now
from maillage.base.keys import PublicKey, SigningKey
from maillage.client.hub import STANDING_PERMIT
from maillage.disclosure.noise import NoiseRules
from maillage.exchange.envelope import seal_permit
from maillage.exchange.parts import SEVERAL
from maillage.exchange.permit import (
    AnalysisScope,
    Budget,
    Budgets,
    CellKey,
    Counts,
    Exact,
    Masked,
    Output,
    Permit,
    Plain,
    View,
)
from maillage.node.folder import Node
from maillage.node.permits import committee, documents

STANDING = STANDING_PERMIT
STUDY = "etude"
STEWARD = "demo"
LIFE = timedelta(days=30)
# A cohort that is written with live counts asks some twenty questions. More than these a day, two by two,
# would average the noise out and count a group of a few persons: docs/disclosure.md has the arithmetic.
BUDGETS = Budgets(
    total=Budget(hours=24, slow_after=240, pause_seconds=10, hold_after=360),
    per_hospital=Budget(hours=24, slow_after=80, pause_seconds=10, hold_after=120),
    contact="le comité de la démonstration",
)


@dataclass(frozen=True)
class Committee:
    """Its key lives in this process alone: the demo ends with it.

    `budgets` are the standing permit's, and so is `catalogue`: whether hospitals tell daily what they have.
    `requesters` may ask under the study's.
    """

    network: str
    floor: int
    budgets: Budgets | None = BUDGETS
    catalogue: bool = False
    requesters: Literal["any"] | tuple[str, ...] = "any"
    key: SigningKey = field(default_factory=SigningKey.generate)

    def sign_permits(self, *, masked: Mapping[str, PublicKey] | None = None) -> list[bytes]:
        """Counts for anybody, in total and per hospital: with noise for feasibility, exact for the study.

        Of `masked` hospitals, by key, in total alone.
        """
        now = utc_now()
        standing = self._write(
            STANDING,
            project="Comptages de faisabilité",
            purpose="Compter, avant de déposer un projet, les patients qui répondent à une définition.",
            requesters="any",
            analyses=("count", "pyramid"),
            counts=_noisy(self.floor),
            budgets=self.budgets,
            catalogue=self.catalogue and not masked,
            masked=masked,
            now=now,
        )
        study = self._write(
            STUDY,
            project="Étude de démonstration",
            purpose="Compter et décrire exactement les cohortes d’exemple, sur des patients synthétiques.",
            requesters=self.requesters,
            analyses=[
                name for name in list_analyses() if is_additive(name) or not (masked or name == SEVERAL)
            ],
            counts=Exact(),
            budgets=None,
            masked=masked,
            now=now,
        )
        return [seal_permit(permit, key=self.key) for permit in (standing, study)]

    def _write(
        self,
        name: str,
        *,
        analyses: Sequence[str],
        counts: Counts,
        masked: Mapping[str, PublicKey] | None,
        now: datetime,
        **words: Any,
    ) -> Permit:
        return Permit(
            permit_id=name,
            network=self.network,
            sites=tuple(masked) if masked else "any",
            analyses=tuple(AnalysisScope(id=analysis) for analysis in analyses),
            cohorts="any",
            minimum_cell=self.floor,
            minimum_sites=3,
            counts=counts,
            views=(View.TOTAL,) if masked else (View.TOTAL, View.PER_HOSPITAL),
            sums=Masked(keys={site: key.text for site, key in masked.items()}) if masked else Plain(),
            output=Output.AUTOMATIC,
            issued_at=now,
            # A machine's clock may stand a little behind the one that made the demo.
            starts_at=now - timedelta(days=1),
            expires_at=now + LIFE,
            **words,
        )


def _noisy(floor: int) -> CellKey:
    # scipy, which builds the table, is not needed for anything else here.
    from maillage.disclosure.entropy import build_table

    return CellKey(table=build_table(NoiseRules(floor=floor)).to_json())


def accept_permits(node: Node, *, committee_key: SigningKey, envelopes: Sequence[bytes]) -> None:
    """What a steward does once: trust the committee's key, read its permits, accept them."""
    with node.open_store() as store:
        committee.trust(store, node=node, key=committee_key.public, by=STEWARD)
        for envelope in envelopes:
            found = documents.receive(store, node=node, envelope=envelope)
            documents.accept(store, node=node, name=found.message.permit_id, by=STEWARD)
