"""What the hub's audit and a node's ledger may say, and all that their lines may hold."""

from collections.abc import Sequence

from docs.generate.ledger_fields import AUDIT, LEDGER, MEANINGS
from docs.generate.markdown import code, page, table
from maillage.governance.audit.events import EventType, describe
from maillage.node.states import Event, word_event

_HEADER = ("event", "sentence", "holds")


def write_page() -> str:
    """docs/reference/events.md."""
    audited = [
        (code(event.value), describe(event, actor="ACTOR", subject="SUBJECT"), _name(AUDIT[event]))
        for event in sorted(EventType)
    ]
    recorded = [(code(event.value), word_event(event), _name(LEDGER[event])) for event in sorted(Event)]
    return page(
        "Events",
        "Lines hold the fields named here and no other; what they mean is below. How they are chained, "
        "verified and kept: [ledgers.md](../ledgers.md).",
        "## The hub’s audit",
        "`maillage hub audit` shows it: each line names who acted (ACTOR), on what (SUBJECT), and when.",
        table(_HEADER, audited),
        "## The node’s ledger",
        "`maillage node ledger DIR` shows it.",
        table(_HEADER, recorded),
        "## The fields",
        table(("field", "meaning"), [(code(name), meaning) for name, meaning in sorted(MEANINGS.items())]),
    )


def _name(fields: Sequence[str]) -> str:
    return ", ".join(map(code, fields)) or "–"
