"""Handing the catalogue to the hub, once it is on the disk, as long as its permit stands."""

from maillage.node import ledger
from maillage.node.catalogue.make import find_permit
from maillage.node.client import HubClient
from maillage.node.folder import Node
from maillage.node.states import Event
from maillage.node.store import Store


def send_catalogue(store: Store, client: HubClient, *, node: Node) -> bool:
    """Send the one that waits; whether there was one. Raises HubAnswerError, HubUnreachableError."""
    row = store.row("catalogue")
    if row is None or row["sent"]:
        return False
    found = find_permit(store, node=node)
    if found is None or found.hash != row["permit"]:
        return False
    ledger.flush(store)
    client.post_catalogue(row["envelope"])
    with store.transaction():
        store.change("catalogue_sent", hash=row["hash"])
        body = {"hash": row["hash"]}
        ledger.append(store, event=Event.AGENT_CATALOGUE_SENT, at=node.clock(), body=body)
    return True
