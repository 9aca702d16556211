"""From four warehouses to a suggestion: nodes count and tell their bands, the hub shows what they have."""

import re

import httpx2
import pytest

from maillage.node.states import Event
from tests.support.breakable import Network
from tests.support.network import DemoNetwork
from tests.support.nodes import wait_until

pytestmark = pytest.mark.xdist_group("network")


def test_suggestions_say_how_many_patients_the_group_has(demo_network: DemoNetwork) -> None:
    with httpx2.Client(base_url=demo_network.url, follow_redirects=True, timeout=30) as browser:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get("/entrer").text)
        assert token is not None
        browser.post("/entrer", data={"token": demo_network.token, "csrfmiddlewaretoken": token[1]})

        def shown() -> str:
            return browser.get("/termes/suggestions", params={"q": "diabète de type 2"}).text

        wait_until(lambda: "4 hôpitaux" in shown(), seconds=60)
        assert re.search(r"≥ (?:200|500)\s+patients, 4 hôpitaux", shown())
    network = Network(demo_network.running)
    lines = {line.event: line for line in network.read_ledger("hcl")}
    assert Event.AGENT_CATALOGUE_SENT in lines
    sent = lines[Event.AGENT_CATALOGUE_SENT].body["hash"]
    taken = [
        line["facts"]["hash"] for line in network.read_audit() if line["type"] == "node:catalogue:record"
    ]
    assert sent in taken, "both ledgers name the same bytes"
