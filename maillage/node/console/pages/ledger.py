"""The ledger: its lines, whether it is whole, what the hub knows of it, and the file for an auditor."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from starlette.responses import Response

from maillage.base.i18n import _
from maillage.node import ledger
from maillage.node.console.errors import FormError
from maillage.node.console.visit import View, Visit
from maillage.node.export import export_ledger
from maillage.node.states import Event, word_event

_ON_A_PAGE = 100
_LONGEST = 18


def show(visit: Visit) -> Response:
    """A page of lines, the latest first, and the two ledgers' word on each other."""
    asked = {name: visit.query.get(name, "") for name in ("evenement", "tache")}
    last = visit.query.get("jusque", "")
    with visit.node.open_store() as store:
        head = ledger.read_head(store)
        lines = ledger.read_back(
            store,
            last=int(last) if last.isdecimal() and len(last) <= _LONGEST else head.sequence,
            most=_ON_A_PAGE + 1,
            event=asked["evenement"],
            task_id=asked["tache"],
        )
        anchored = ledger.find_last(store, event=Event.HUB_AUDIT_ANCHORED)
        differed = ledger.find_last(store, event=Event.HUB_AUDIT_DIFFERED)
    more = f"/registre?{urlencode(asked | {'jusque': lines[-1].sequence})}" if lines[_ON_A_PAGE:] else ""
    return visit.show(
        "ledger.html",
        head=head,
        lines=lines[:_ON_A_PAGE],
        more=more,
        asked=asked,
        events=sorted(((event.value, word_event(event)) for event in Event), key=lambda pair: pair[1]),
        anchored=anchored,
        differed=differed,
        keep_years=visit.node.settings.ledger.keep_years,
    )


def verify(visit: Visit) -> Response:
    """Begin a verification; the next page follows it."""
    visit.desk.verifying.start(with_hub=visit.form.get("with_hub") == "true")
    return visit.go("/registre/verification")


def show_verification(visit: Visit) -> Response:
    """How far it is, then what it found. The page asks again by itself while it goes on."""
    progress = visit.desk.verifying.progress
    response = visit.show("verification.html", progress=progress)
    if progress is not None and progress.is_running:
        response.headers["Refresh"] = "1"
    return response


def export(visit: Visit) -> Response:
    """The signed file of the whole ledger, or of some days."""
    since, until = (_read_day(visit.form.get(name, "")) for name in ("since", "until"))
    with tempfile.TemporaryDirectory(prefix=".export-", dir=visit.node.folder) as folder:
        path = Path(folder) / "export"
        with visit.node.open_store() as store:
            export_ledger(store, node=visit.node, path=path, since=since, until=until)
        data = path.read_bytes()
    name = f"registre-{visit.node.site}-{visit.node.clock():%Y-%m-%d}.maillage-ledger"
    return Response(
        data,
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _read_day(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) if text else None
    except ValueError:
        raise FormError(_("Une date s’écrit 2026-11-28.")) from None


VIEWS = (
    View("/registre", show),
    View("/registre/verification", show_verification),
    View("/registre/verifier", verify, "POST", back="/registre"),
    View("/registre/export", export, "POST", back="/registre"),
)
