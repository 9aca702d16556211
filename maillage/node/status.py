"""How a node is, read from its folder alone: the agent need not run, the hub need not answer."""

from typing import Any

from maillage.base.i18n import _
from maillage.node import ledger
from maillage.node.folder import Node, is_agent_running
from maillage.node.former import Former, find_former, word_former
from maillage.node.hello import read_hello
from maillage.node.states import State, word_state
from maillage.node.store import Store
from maillage.warehouse.place import FilePlace, PostgresPlace, SparkPlace


def read_status(store: Store, *, node: Node) -> dict[str, Any]:
    """Agent, hub, questions by state, answers not sent yet, ledger, warehouse, former answers."""
    head = ledger.read_head(store)
    return {
        "site": node.site,
        "fingerprint": node.key.public.fingerprint,
        "hub": node.settings.hub.url,
        "agent": is_agent_running(node),
        "health": read_hello(store)["health"],
        "warehouse": _name_warehouse(node),
        "warehouse_present": not node.missing,
        "former": find_former(store, folder=node.folder).value,
        "tasks": {row["state"]: row["tasks"] for row in store.rows("count_states")},
        "due": len(store.rows("due_answers")),
        "ledger": {"sequence": head.sequence, "hash": head.hash},
    }


def word_status(found: dict[str, Any]) -> list[tuple[str, str]]:
    """The same for people."""
    tasks = ", ".join(f"{word_state(State(state))} : {count}" for state, count in found["tasks"].items())
    missing = "" if found["warehouse_present"] else _(" (absent)")
    return [
        (_("Hôpital"), found["site"]),
        (_("Empreinte de la clé"), found["fingerprint"]),
        (_("Hub"), found["hub"]),
        (_("Agent"), _("en marche") if found["agent"] else _("arrêté")),
        (_("Santé déclarée au hub"), found["health"]),
        (_("Entrepôt"), found["warehouse"] + missing),
        (_("Questions"), tasks or _("aucune")),
        (_("Réponses déjà données"), word_former(Former(found["former"]))),
        (_("Réponses à envoyer"), str(found["due"])),
        (_("Lignes du registre"), str(found["ledger"]["sequence"])),
    ]


def _name_warehouse(node: Node) -> str:
    match node.place:
        case FilePlace(path=path):
            return str(path)
        case PostgresPlace(dsn=dsn, cdm_schema=schema):
            return f"postgres {dsn} ({schema})"
        case SparkPlace(data=data, catalog=catalog, master=master):
            return f"spark {master} {data or catalog}"
