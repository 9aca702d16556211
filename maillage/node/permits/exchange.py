"""Permits between hub and node: take what the committee publishes, tell what this hospital says to it."""

from maillage.exchange.errors import EnvelopeError
from maillage.node import ledger
from maillage.node.client import HubClient
from maillage.node.errors import HubAnswerError, PermitRefusedError
from maillage.node.folder import Node
from maillage.node.log import Log
from maillage.node.permits.documents import receive, revoke
from maillage.node.store import Store

NOT_FOUND = 404
_SEEN = "permits"


def take_permits(store: Store, client: HubClient, *, node: Node, edition: str, log: Log) -> None:
    """Read what the hub publishes, when it changed since the last time. `edition` is the hub's mark of it.

    A document that does not verify is passed over: the hub may hold permits of keys not trusted here yet.
    They are read again once the trusted keys change, since the mark that is kept names these too.
    """
    row = store.row("fact", name=_SEEN)
    mark = _mark(store, edition)
    if not edition or (row is not None and row["value"] == mark):
        return
    published = client.read_permits()
    for take, envelopes in ((receive, published.permits), (revoke, published.revocations)):
        for envelope in envelopes:
            try:
                take(store, node=node, envelope=envelope.encode())
            except (EnvelopeError, PermitRefusedError) as error:
                log.warning("permit_passed_over", what=error.what, why=error.why)
    with store.transaction():
        store.change("set_fact", name=_SEEN, value=mark)
    # A permit taken back stays so after a power cut.
    ledger.flush(store)


def known_edition(store: Store) -> str:
    """The hub's mark of what was last taken from it."""
    row = store.row("fact", name=_SEEN)
    return str(row["value"]).partition(" ")[0] if row else ""


def _mark(store: Store, edition: str) -> str:
    keys = [row["fingerprint"] + row["revoked_at"] for row in store.rows("committee_keys")]
    return " ".join([edition, *keys])


def tell_decisions(store: Store, client: HubClient) -> None:
    """Hand over the words that the hub was not told yet."""
    for row in store.rows("untold_decisions"):
        try:
            client.post_site_decision(row["hash"], row["decision"])
        except HubAnswerError as error:
            # A permit that came here as a file and is not published: the hub has nothing to note it on.
            if error.status != NOT_FOUND:
                raise
        with store.transaction():
            store.change("decision_told", hash=row["hash"], decision=row["decision"])
