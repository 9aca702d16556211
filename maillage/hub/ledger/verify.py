"""The audit beside what nodes signed: their heads that it keeps, and the export of a node's ledger."""

from dataclasses import dataclass
from pathlib import Path

from maillage.base.i18n import _
from maillage.exchange.errors import ExportError
from maillage.exchange.export import open_export
from maillage.exchange.testimony import Comparison, Witness, compare_peers
from maillage.governance.audit import chain
from maillage.governance.audit.events import EventType
from maillage.governance.group.models import Member
from maillage.hub.boot import Hub


@dataclass(frozen=True)
class Verification:
    """What was checked and holds: lines of the audit, and lines of nodes' ledgers that signed heads name."""

    lines: int
    node_lines: int


def verify_audit() -> Verification:
    """Check the chain, then the nodes' heads. Raises AuditError; ForkError where a node signed two pasts."""
    lines = chain.verify()
    witnesses = {
        member.site: Witness(member.site, {member.fingerprint: member.key}) for member in Member.objects.all()
    }
    with chain.own_faults():
        for link in chain.each_of(EventType.LEDGER_ANCHORED, EventType.LEDGER_DIFFERED):
            witness = witnesses.get(str(link.facts.get("name")))
            if witness is not None:
                witness.add(link)
    return Verification(lines, sum(len(witness.claims) for witness in witnesses.values()))


def verify_against(path: Path, *, hub: Hub) -> Comparison:
    """Compare with the export of a node's ledger, in both directions.

    Raises ExportError or ChainError when the export is not whole, ForkError when the node contradicts itself,
    RewrittenError or CutError when this audit is not the one that the node holds signed heads of.
    """
    claimed = open_export(path)
    member = Member.objects.filter(site=claimed.name).first()
    if claimed.keeper != "node" or member is None:
        raise ExportError(
            _("{path} n’est pas l’export du registre d’un hôpital de ce réseau.").format(path=path),
            remedy=_("À l’hôpital : maillage node ledger export DIR FICHIER."),
        )
    export = open_export(path, signers={member.fingerprint: member.key})
    own = {hub.key.public.fingerprint: hub.key.public}
    return compare_peers(chain.each_link, name=hub.settings.name, signers=own, export=export)
