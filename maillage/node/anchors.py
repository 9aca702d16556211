"""The node hands the hub the signed head of its ledger, takes that of the hub's audit, and writes it down.

Only what moved is written: a head that differs from the last one by lines about heads alone is not news, so
that two chains that anchor each other come to rest.
"""

from maillage.exchange import head as heads
from maillage.exchange.envelope import open_head, seal_head
from maillage.exchange.errors import ChainError, EnvelopeError
from maillage.exchange.head import LedgerHead, Standing, round_numbers
from maillage.exchange.reasons import Reason
from maillage.exchange.result import Anchor
from maillage.exchange.testimony import describe_head, read_head
from maillage.node import ledger
from maillage.node.client import HubClient
from maillage.node.folder import Node
from maillage.node.hello import read_hello
from maillage.node.states import Event
from maillage.node.store import Store

_EVENTS = {Standing.NEWS: Event.HUB_AUDIT_ANCHORED, Standing.DIFFERS: Event.HUB_AUDIT_DIFFERED}


def exchange_heads(store: Store, client: HubClient, *, node: Node) -> Standing:
    """One exchange; what the hub's head is beside its last one.

    Raises HubAnswerError, HubUnreachableError, and EnvelopeError for a head that the hub did not sign.
    """
    return take_head(store, client.exchange_heads(sign_head(store, node=node)), node=node)


def ask_anchor(store: Store, *, node: Node) -> Anchor | None:
    """What the hub keeps of this ledger; None when it keeps nothing yet.

    Raises HubAnswerError, HubUnreachableError.
    """
    with node.call_hub() as client:
        return client.hello(read_hello(store)).anchor


def sign_head(store: Store, *, node: Node) -> bytes:
    """The head of the ledger now, under the node's signature."""
    with store.snapshot():
        head, moved = ledger.read_head(store), ledger.read_moved(store)
        rounds = ledger.read_hashes(store, sorted(round_numbers(head.sequence)))
    message = LedgerHead(
        keeper="node",
        name=node.site,
        sequence=head.sequence,
        hash=head.hash,
        moved=moved,
        rounds=tuple(Anchor(sequence=number, hash=value) for number, value in rounds.items()),
        signed_at=node.clock(),
    )
    return seal_head(message, key=node.key)


def take_head(store: Store, envelope: bytes, *, node: Node) -> Standing:
    """Write the hub's head down where it is news, or where it contradicts the last one."""
    head = open_head(envelope, signers=node.signers).message
    if head.keeper != "hub":
        raise EnvelopeError(Reason.ENVELOPE_RETARGETED)
    with store.transaction():
        standing = heads.compare(head, last=_last(store, Event.HUB_AUDIT_ANCHORED, node=node))
        event = _EVENTS.get(standing)
        if event is not None and not _is_told(store, head, event=event, node=node):
            ledger.append(store, event=event, at=node.clock(), body=describe_head(head, envelope))
    return standing


def _is_told(store: Store, head: LedgerHead, *, event: Event, node: Node) -> bool:
    """Whether the same contradiction has its line already."""
    last = _last(store, event, node=node)
    return event is Event.HUB_AUDIT_DIFFERED and last is not None and last.moved == head.moved


def _last(store: Store, event: Event, *, node: Node) -> LedgerHead | None:
    line = ledger.find_last(store, event=event)
    if line is None:
        return None
    try:
        return read_head(line.link, signers=node.signers)[0]
    except ChainError:
        # The hub has another key since: its heads begin anew under that one.
        return None
