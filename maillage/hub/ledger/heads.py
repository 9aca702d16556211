"""The hub signs the head of its audit for a node, and writes the node's down."""

from datetime import datetime

from maillage.base.keys import PublicKey
from maillage.exchange import head as heads
from maillage.exchange.envelope import open_head, seal_head
from maillage.exchange.errors import ChainError, EnvelopeError
from maillage.exchange.head import ANCHOR_AT_LEAST, LedgerHead, Standing, round_numbers
from maillage.exchange.reasons import Reason
from maillage.exchange.result import Anchor
from maillage.exchange.testimony import describe_head, read_head
from maillage.governance.audit import chain
from maillage.governance.audit.events import EventType
from maillage.governance.statements import execute
from maillage.hub.access.nodes import Caller, take_nonce
from maillage.hub.boot import Hub
from maillage.hub.questions.changes import statements
from maillage.hub.writing import writing

_EVENTS = {Standing.NEWS: EventType.LEDGER_ANCHORED, Standing.DIFFERS: EventType.LEDGER_DIFFERED}


def exchange_heads(caller: Caller, data: bytes, *, hub: Hub) -> bytes:
    """Take a node's signed head, in one transaction; that of the audit, signed. Raises EnvelopeError."""
    head = open_head(data, signers={caller.key.fingerprint: caller.key}).message
    if (head.keeper, head.name) != ("node", caller.site):
        raise EnvelopeError(Reason.ENVELOPE_RETARGETED)
    with writing(hub):
        take_nonce(caller)
        _note(head, data, key=caller.key, at=hub.clock())
        return seal_head(describe_audit(hub=hub), key=hub.key)


def describe_audit(*, hub: Hub) -> LedgerHead:
    """The head of the audit now, with the lines of round numbers before it."""
    head = chain.read_head()
    rounds = chain.read_hashes(round_numbers(head.sequence))
    return LedgerHead(
        keeper="hub",
        name=hub.settings.name,
        sequence=head.sequence,
        hash=head.hash,
        moved=chain.read_moved(),
        rounds=tuple(Anchor(sequence=number, hash=rounds[number]) for number in sorted(rounds)),
        signed_at=hub.clock(),
    )


def _note(head: LedgerHead, data: bytes, *, key: PublicKey, at: datetime) -> None:
    """Keep the furthest head; write a line for one that is news or a contradiction, not too often."""
    last, last_at = _find_last(EventType.LEDGER_ANCHORED, site=head.name, key=key)
    standing = heads.compare(head, last=last)
    if standing is not Standing.DIFFERS:
        execute(statements()["see_member"], site=head.name, now=at, sequence=head.sequence, hash=head.hash)
    if standing is Standing.DIFFERS:
        last, last_at = _find_last(EventType.LEDGER_DIFFERED, site=head.name, key=key)
    event_type = _EVENTS.get(standing)
    is_told = standing is Standing.DIFFERS and last is not None and last.moved == head.moved
    is_early = last_at is not None and abs(at - last_at) < ANCHOR_AT_LEAST
    if event_type is not None and not is_told and not is_early:
        facts = describe_head(head, data)
        chain.record(event_type, actor=head.name, subject=head.name, at=at, facts=facts)


def _find_last(
    event_type: EventType, *, site: str, key: PublicKey
) -> tuple[LedgerHead | None, datetime | None]:
    """The last head of that hospital in such a line, and when it was written."""
    link = chain.find_last(event_type, actor=site)
    if link is None:
        return None, None
    at = datetime.fromisoformat(link.at)
    try:
        return read_head(link, signers={key.fingerprint: key})[0], at
    except ChainError:
        # The node has another key since: its heads begin anew under that one.
        return None, at
