"""The ledger as a file for an auditor: whole, or the lines of some dates."""

from datetime import datetime
from pathlib import Path

from maillage import __version__
from maillage.base.clock import format_instant
from maillage.base.i18n import _
from maillage.exchange.chain import GENESIS, Head
from maillage.exchange.export import Keeping, Span, export_span
from maillage.exchange.manifest import Manifest
from maillage.node import ledger
from maillage.node.errors import RangeEmptyError
from maillage.node.folder import Node
from maillage.node.store import Store
from maillage.node.verify import own_faults

_ALWAYS = ("", "~")
"""Before and after every instant, as texts."""


def export_ledger(
    store: Store, *, node: Node, path: Path, since: datetime | None = None, until: datetime | None = None
) -> Manifest:
    """Write the file. Raises RangeEmptyError, ExportFileError; LedgerBrokenError for a broken ledger."""
    keeping = Keeping("node", node.site, node.key, __version__, node.clock())
    with store.snapshot(), own_faults():
        span = _measure(store, since=since, until=until)
        links = ledger.each_link(store, first=span.first, last=span.last.sequence)
        return export_span(path, keeping=keeping, span=span, links=links)


def _measure(store: Store, *, since: datetime | None, until: datetime | None) -> Span:
    ends = store.row(
        "ends",
        since=format_instant(since) if since else _ALWAYS[0],
        until=format_instant(until) if until else _ALWAYS[1],
    )
    if ends is None or ends["first"] is None:
        raise RangeEmptyError(_("Le registre n’a aucune ligne entre ces dates."))
    first, last = ends["first"], ends["last"]
    bodies = store.row("count_bodies", first=first, last=last)
    return Span(
        first=first,
        previous=_hash_of(store, first - 1),
        last=Head(last, _hash_of(store, last)),
        bodies=bodies["bodies"] if bodies else 0,
        head=ledger.read_head(store),
        removed_before=ledger.read_removed_before(store),
        since=since,
        until=until,
    )


def _hash_of(store: Store, sequence: int) -> str:
    row = store.row("line_hash", sequence=sequence)
    return row["hash"] if row else GENESIS
