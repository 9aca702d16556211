"""What of an old line may go: its body, never the line. The act is itself a line, and comes first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from maillage.base.clock import format_instant
from maillage.base.i18n import _
from maillage.node import ledger
from maillage.node.errors import RetentionError
from maillage.node.folder import Node
from maillage.node.permits.committee import trusted_signers
from maillage.node.permits.documents import list_permits
from maillage.node.permits.states import PermitState
from maillage.node.review import check_name
from maillage.node.states import Event
from maillage.node.store import Store

_YEAR = timedelta(days=365)
_LIVE_PERMITS = frozenset({PermitState.OFFERED, PermitState.ACCEPTED})


@dataclass(frozen=True)
class Retained:
    """How many bodies went, and how many as old stayed: something still lives by them."""

    removed: int
    kept: int


def retain(store: Store, *, node: Node, before: datetime, by: str) -> Retained:
    """Remove the bodies of lines before that date, with their salts; the chain stays verifiable.

    Those of open questions, of permits in force, of trusted keys, of the present register of objections, of
    the hub's heads stay. Raises RetentionError for a date that the settings do not allow yet.
    """
    _check_date(before, node=node)
    by = check_name(by)
    # What is deleted is written over, in the file too; copies elsewhere are their keepers' to remove.
    store.connection.execute("PRAGMA secure_delete = ON")
    with store.transaction():
        gone, kept = _choose(store, before=before, node=node)
        if gone:
            body = {"by": by, "removed_before": format_instant(before), "bodies": len(gone)}
            ledger.append(store, event=Event.PERSON_LEDGER_RETAINED, at=node.clock(), body=body)
        for sequence in gone:
            store.change("remove_body", sequence=sequence)
    store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Retained(len(gone), kept)


def _check_date(before: datetime, *, node: Node) -> None:
    latest = node.clock() - node.settings.ledger.keep_years * _YEAR
    if before > latest:
        raise RetentionError(
            _("Le détail des lignes est gardé {years} ans.").format(years=node.settings.ledger.keep_years),
            remedy=_("Une date jusqu’au {date} ; la durée est dans node.toml, ledger.keep_years.").format(
                date=latest.date().isoformat()
            ),
        )


def _choose(store: Store, *, before: datetime, node: Node) -> tuple[list[int], int]:
    """The lines whose bodies go, and how many stay."""
    live, register = _live_names(store, now=node.clock()), store.row("register_line")
    gone, kept = list[int](), 0
    for link in ledger.each_old(store, before=before):
        is_register = register is not None and link.sequence == register["sequence"]
        if is_register or _names(link.facts) & live:
            kept += 1
        else:
            gone.append(link.sequence)
    return gone, kept


def _names(facts: Any) -> set[str]:
    return {str(facts[name]) for name in ("permit", "fingerprint") if name in facts}


def _live_names(store: Store, *, now: datetime) -> set[str]:
    """Permits offered or in force, and the committee's keys that are trusted."""
    permits = {
        found.hash
        for found in list_permits(store)
        if found.state in _LIVE_PERMITS and (found.permit is None or found.permit.expires_at > now)
    }
    return permits | set(trusted_signers(store))
