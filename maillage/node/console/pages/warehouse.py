"""The warehouse and the agent: versions, loads, health."""

from dataclasses import dataclass

from starlette.responses import Response

from maillage.base.errors import MaillageError
from maillage.base.i18n import _
from maillage.node import referentiel, status
from maillage.node.console.visit import View, Visit
from maillage.node.folder import Node
from maillage.warehouse.batches.shelf import Batch, list_batches
from maillage.warehouse.info import WarehouseInfo, read_info
from maillage.warehouse.place import FilePlace


@dataclass(frozen=True)
class _Stock:
    """What a warehouse file says of itself; `trouble` says why it says nothing."""

    info: WarehouseInfo | None = None
    batches: tuple[Batch, ...] = ()
    trouble: str = ""


def show(visit: Visit) -> Response:
    """Read here alone; the hub is asked only when a person wants to compare."""
    with visit.node.open_store() as store:
        found = status.read_status(store, node=visit.node)
    offered, trouble = _ask_hub(visit.node) if visit.query.get("hub") == "oui" else ("", "")
    return visit.show(
        "warehouse.html",
        health=found,
        facts=status.word_status(found),
        stock=_read_stock(visit.node),
        known=_read_known(visit.node),
        offered=offered,
        trouble=trouble,
        folder=visit.node.folder,
    )


def _read_stock(node: Node) -> _Stock:
    if not isinstance(node.place, FilePlace):
        return _Stock(trouble=_("L’entrepôt est lu sur place : ses chargements sont l’affaire de sa base."))
    try:
        return _Stock(read_info(node.warehouse), list_batches(node.warehouse)[::-1])
    except MaillageError as error:
        return _Stock(trouble=str(error))


def _read_known(node: Node) -> str:
    found = referentiel.read_known(node)
    return found.manifest.reference if found else ""


def _ask_hub(node: Node) -> tuple[str, str]:
    """The version that the hub publishes, and why it could not be asked."""
    try:
        with node.call_hub() as client:
            return referentiel.read_offer(node, client).manifest.reference, ""
    except MaillageError as error:
        return "", str(error)


VIEWS = (View("/entrepot", show),)
