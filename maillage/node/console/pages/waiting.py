"""What waits for a person: questions to accept or refuse, computed answers to check."""

from starlette.responses import Response

from maillage.node import review
from maillage.node.console.visit import View, Visit
from maillage.node.release.describe import list_waiting


def show(visit: Visit) -> Response:
    """The first page; a question's own page decides."""
    return _show(visit, "waiting.html")


def show_list(visit: Visit) -> Response:
    """The same without what is around it, for the script that looks again every few seconds."""
    return _show(visit, "_waiting.html")


def _show(visit: Visit, template: str) -> Response:
    with visit.node.open_store() as store:
        return visit.show(
            template,
            questions=review.list_pending(store, node=visit.node),
            releases=list_waiting(store, node=visit.node),
        )


VIEWS = (
    View("/", show),
    View("/attente", show_list, is_background=True),
)
