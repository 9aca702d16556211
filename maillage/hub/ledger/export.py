"""The audit as a file for an auditor: whole, or the lines of some dates."""

from datetime import datetime
from pathlib import Path

from django.db.models import Max, Min

from maillage import __version__
from maillage.base.i18n import _
from maillage.exchange.chain import GENESIS, Head
from maillage.exchange.export import Keeping, Span, export_span
from maillage.exchange.manifest import Manifest
from maillage.governance.audit import chain
from maillage.governance.audit.events import EventType
from maillage.governance.audit.models import Body, Event
from maillage.governance.transactions import one_moment
from maillage.hub.boot import Hub
from maillage.hub.ledger.errors import RangeEmptyError


def export_audit(
    path: Path, *, hub: Hub, since: datetime | None = None, until: datetime | None = None
) -> Manifest:
    """Write the file. Raises RangeEmptyError, ExportFileError, and AuditError where the audit is broken."""
    keeping = Keeping("hub", hub.settings.name, hub.key, __version__, hub.clock())
    with one_moment(), chain.own_faults():
        span = _measure(since=since, until=until)
        links = chain.each_link(sequence__gte=span.first, sequence__lte=span.last.sequence)
        return export_span(path, keeping=keeping, span=span, links=links)


def _measure(*, since: datetime | None, until: datetime | None) -> Span:
    found = Event.objects.all()
    if since is not None:
        found = found.filter(at__gte=since)
    if until is not None:
        found = found.filter(at__lt=until)
    ends = found.aggregate(first=Min("sequence"), last=Max("sequence"))
    if ends["first"] is None:
        raise RangeEmptyError(_("L’audit n’a aucune ligne entre ces dates."))
    first, last = int(ends["first"]), int(ends["last"])
    hashes = chain.read_hashes([first - 1, last])
    return Span(
        first=first,
        previous=hashes.get(first - 1, GENESIS),
        last=Head(last, hashes[last]),
        bodies=Body.objects.filter(event_id__gte=first, event_id__lte=last).count(),
        head=chain.read_head(),
        removed_before=_read_removed_before(),
        since=since,
        until=until,
    )


def _read_removed_before() -> str:
    removed = [str(link.facts["removed_before"]) for link in chain.each_of(EventType.AUDIT_RETAINED)]
    return max(removed, default="")
