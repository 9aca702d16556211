"""What a node says of itself to the hub."""

import json
from typing import Any

from maillage import __version__
from maillage.analysis.registry import installed_analyses
from maillage.base.ids import new_id
from maillage.exchange.version import CURRENT
from maillage.node.store import Store

HELLO_FACT = "hello"


def make_hello(*, boot: str, reference: str, health: str) -> dict[str, Any]:
    """The document: which protocol, software, analyses and vocabulary, and how the node is.

    `boot` names one continuous stretch of listening; a new one frees what the hub had leased to the former.
    """
    analyses = {
        name: {"version": found.version, "code": found.code} for name, found in installed_analyses().items()
    }
    return {
        "protocol": CURRENT,
        "software": __version__,
        "boot": boot,
        "analyses": analyses,
        "reference": reference,
        "health": health,
    }


def read_hello(store: Store) -> dict[str, Any]:
    """What the agent last said; before it ever spoke, what it would say.

    Another process that greets must say the same, boot included, or it would free the agent's leases.
    """
    row = store.row("fact", name=HELLO_FACT)
    return json.loads(row["value"]) if row else make_hello(boot=new_id("boot"), reference="", health="ok")
