"""A person lets the node answer without its former answers."""

from maillage.base.i18n import _
from maillage.node import ledger
from maillage.node.errors import ReleasesThereError
from maillage.node.folder import Node
from maillage.node.former import FILE, Former, allow_new, find_former
from maillage.node.review import check_name, check_text
from maillage.node.states import Event
from maillage.node.store import Store


def begin_anew(store: Store, *, node: Node, by: str, why: str) -> None:
    """From the next question on; a line of the ledger says who. Nothing is deleted here.

    Raises ReleasesThereError where nothing is lost, ReviewError for an empty name or reason.
    """
    body = {"by": check_name(by), "why": check_text(why, _("la raison"))}
    with store.transaction():
        if find_former(store, folder=node.folder) is not Former.LOST:
            raise ReleasesThereError(
                _("Les réponses déjà données ne sont pas perdues."),
                remedy=_("Si {file} est abîmé, mettez-le d’abord de côté.").format(file=node.folder / FILE),
            )
        allow_new(store)
        ledger.append(store, event=Event.PERSON_RELEASES_BEGUN_ANEW, at=node.clock(), body=body)
