"""What the hub's audit and a node's ledger may say."""

from docs.generate.markdown import code, page, table
from maillage.governance.audit.events import EventType, describe
from maillage.node.states import Event, word_event

_HEADER = ("event", "sentence")


def write_page() -> str:
    """docs/reference/events.md."""
    audited = [
        (code(event.value), describe(event, actor="ACTOR", subject="SUBJECT")) for event in sorted(EventType)
    ]
    recorded = [(code(event.value), word_event(event)) for event in sorted(Event)]
    return page(
        "Events",
        "## The hub’s audit",
        "`maillage hub audit` shows it: each line names who acted (ACTOR), on what (SUBJECT), and when.",
        table(_HEADER, audited),
        "## The node’s ledger",
        "`maillage node ledger DIR` shows it.",
        table(_HEADER, recorded),
    )
