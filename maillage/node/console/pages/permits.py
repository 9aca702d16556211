"""The committee's permits, and this hospital's signed word on each."""

from starlette.responses import Response

from maillage.base.clock import format_instant
from maillage.base.i18n import _
from maillage.node.console.visit import View, Visit
from maillage.node.errors import PermitUnknownError
from maillage.node.permits import committee, documents
from maillage.node.permits.states import MOVES, PermitState
from maillage.node.permits.words import list_facts, word_permit_state
from maillage.node.store import Store


def show(visit: Visit) -> Response:
    """Every permit that came here, the latest first, and the keys that sign them."""
    with visit.node.open_store() as store:
        found = documents.list_permits(store)[::-1]
        keys = committee.list_keys(store)
    now = format_instant(visit.node.clock())
    rows = [
        {
            "stored": one,
            "state": word_permit_state(one.state),
            "expires_at": format_instant(one.permit.expires_at) if one.permit else "",
        }
        for one in found
    ]
    return visit.show("permits.html", rows=rows, keys=keys, now=now)


def show_one(visit: Visit) -> Response:
    """What it covers, and the form of what may be said of it."""
    with visit.node.open_store() as store:
        found = _find(store, visit.path["hash"])
    return visit.show(
        "permit.html",
        found=found,
        state=word_permit_state(found.state),
        facts=list_facts(found.permit) if found.permit else (),
        can_accept=PermitState.ACCEPTED in MOVES[found.state],
        can_withdraw=PermitState.WITHDRAWN in MOVES[found.state],
    )


def _find(store: Store, name: str) -> documents.Stored:
    """By its hash alone: a page of a permit never changes into that of another of the same name."""
    found = next((one for one in documents.list_permits(store) if one.hash == name), None)
    if found is None:
        raise PermitUnknownError(_("Cette autorisation n’est pas connue ici."))
    return found


def accept(visit: Visit) -> Response:
    """Sign this hospital's acceptance."""
    by = visit.by
    with visit.node.open_store() as store:
        documents.accept(store, node=visit.node, name=visit.path["hash"], by=by)
    told = _("Autorisation acceptée ; elle vaut dès la prochaine question.")
    return visit.go(_PAGE.format_map(visit.path), told=told)


def withdraw(visit: Visit) -> Response:
    """Take it back, at once."""
    by = visit.by
    with visit.node.open_store() as store:
        documents.withdraw(store, node=visit.node, name=visit.path["hash"], by=by)
    told = _("Autorisation retirée ; plus aucune réponse ne part sous ce nom.")
    return visit.go(_PAGE.format_map(visit.path), told=told)


_PAGE = "/autorisations/{hash}"
VIEWS = (
    View("/autorisations", show),
    View(_PAGE, show_one),
    View(_PAGE + "/accepter", accept, "POST", back=_PAGE),
    View(_PAGE + "/retirer", withdraw, "POST", back=_PAGE),
)
