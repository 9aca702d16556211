"""What the network's page shows: the map, and each hospital's health and figures."""

from collections.abc import Mapping, Sequence
from typing import Any

from maillage.hub.boot import Hub
from maillage.hub.network import describe_network
from maillage.hub.portal.network.map import draw_map

_TONES: Mapping[str, str] = {"ok": "good", "silent": "off", "never_seen": "off"}


def describe_page(*, hub: Hub) -> dict[str, Any]:
    """The list, the map where somebody has a place, and what all of them did together."""
    page = describe_nodes(hub=hub)
    sites = page["state"]["sites"]
    return page | {
        "map": draw_map(sites),
        "unplaced": [site for site in sites if not site["department"]],
        "connected": sum(site["tone"] == "good" for site in sites),
        "totals": _add_up(sites),
    }


def describe_nodes(*, hub: Hub) -> dict[str, Any]:
    """The network's document, each hospital with its place and figures: what the list shows."""
    state = describe_network(hub=hub)
    sites = [
        site | {"rank": rank, "tone": tone_of(site)} for rank, site in enumerate(state["sites"], start=1)
    ]
    return {"state": state | {"sites": sites}}


def tone_of(site: Mapping[str, Any]) -> str:
    """The state's tone: good, off or warn, as the component `state` has them."""
    return "off" if site["state"] == "suspended" else _TONES.get(site["health"], "warn")


def _add_up(sites: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    states = {state for site in sites for state in site["counts"]}
    return {state: sum(site["counts"].get(state, 0) for site in sites) for state in states}
