"""One question: who asks what under which permit, what is decided, what was sent."""

from starlette.responses import Response

from maillage.base.i18n import _
from maillage.exchange.evidence_words import word_evidence
from maillage.node import review
from maillage.node.console.visit import View, Visit
from maillage.node.dossier import open_dossier
from maillage.node.errors import EvidenceMissingError
from maillage.node.folder import Node
from maillage.node.release.evidence import Kept, find_evidence
from maillage.node.states import State
from maillage.node.store import Store


def show(visit: Visit) -> Response:
    """Everything that is known of it; the two forms of a decision while it waits."""
    task_id = visit.path["task_id"]
    with visit.node.open_store() as store:
        found = open_dossier(store, node=visit.node, task_id=task_id)
        kept = _find_evidence(store, node=visit.node, task_id=task_id)
    return visit.show(
        "question.html",
        found=found,
        is_held=found.row.state is State.HELD,
        is_computed=found.row.state is State.COMPUTED,
        record=kept.record if kept else None,
        proof=word_evidence(kept.record.evidence, with_cells=True) if kept else (),
    )


def _find_evidence(store: Store, *, node: Node, task_id: str) -> Kept | None:
    try:
        return find_evidence(store, node=node, name=task_id)
    except EvidenceMissingError:
        return None


def accept(visit: Visit) -> Response:
    """A person's yes."""
    by = visit.by
    with visit.node.open_store() as store:
        review.release(store, node=visit.node, task_id=visit.path["task_id"], by=by)
    return visit.go("/", told=_("Question autorisée ; la réponse part dès qu’elle est calculée."))


def refuse(visit: Visit) -> Response:
    """A person's no, and why."""
    by, why = visit.by, visit.form.get("why", "")
    with visit.node.open_store() as store:
        review.refuse(store, node=visit.node, task_id=visit.path["task_id"], by=by, why=why)
    return visit.go("/", told=_("Question refusée."))


def download_evidence(visit: Visit) -> Response:
    """The signed record of what left."""
    with visit.node.open_store() as store:
        kept = find_evidence(store, node=visit.node, name=visit.path["task_id"])
    name = f"preuve-{kept.record.evidence.task_id}.json"
    return Response(
        kept.envelope,
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


_PAGE = "/questions/{task_id}"
VIEWS = (
    View(_PAGE, show),
    View(_PAGE + "/accepter", accept, "POST", back=_PAGE),
    View(_PAGE + "/refuser", refuse, "POST", back=_PAGE),
    View(_PAGE + "/preuve", download_evidence),
)
