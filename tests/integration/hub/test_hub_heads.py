"""Hub and node write each other's signed heads down: what moved, not too often, and at rest nothing."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from maillage.base.canon import canonical_bytes
from maillage.exchange import head as heads
from maillage.exchange.envelope import open_head, seal_head
from maillage.exchange.head import LedgerHead, Standing
from maillage.node import ledger
from maillage.node.anchors import sign_head
from maillage.node.errors import LedgerBrokenError
from maillage.node.folder import Node
from maillage.node.states import Event
from maillage.node.verify import verify
from tests.integration.hub.conftest import Network
from tests.support.ledgers import exchange, join, meet, rewrite_ledger, tell


@pytest.fixture
def node(network: Network, tmp_path: Path) -> Node:
    return join(network, tmp_path / "hcl")


def lengths(network: Network, *nodes: Node) -> list[int]:
    found = [len(network.audit())]
    for node in nodes:
        with node.open_store() as store:
            found.append(ledger.read_head(store).sequence)
    return found


def settle(network: Network, *nodes: Node, rounds: int = 6) -> list[list[int]]:
    found: list[list[int]] = []
    for _round in range(rounds):
        for node in nodes:
            meet(network, node)
        found.append(lengths(network, *nodes))
    return found


def test_each_writes_the_other_s_head_whole(network: Network, node: Node) -> None:
    assert meet(network, node) is Standing.NEWS
    assert network.audit()[-1] == "node:ledger:anchor"
    with node.open_store() as store:
        line = ledger.find_last(store, event=Event.HUB_AUDIT_ANCHORED)
    assert line is not None
    opened = open_head(line.body["signed_head"].encode(), signers=node.signers).message
    assert (opened.keeper, opened.name) == ("hub", network.hub.settings.name)
    assert (opened.sequence, opened.hash) == (line.body["sequence"], line.body["hash"])
    assert len(opened.hash) == len("sha256:") + 64


def test_two_chains_that_anchor_each_other_come_to_rest(network: Network, node: Node, tmp_path: Path) -> None:
    other = join(network, tmp_path / "chu-grenoble", site="chu-grenoble")
    tell(node)
    seen = settle(network, node, other)
    assert seen[2] == seen[3] == seen[4] == seen[5]
    # One event more at one node: one line at the hub, none at the other node; then rest again.
    tell(node)
    after = settle(network, node, other)
    assert after[-1] == [seen[-1][0] + 1, seen[-1][1] + 1, seen[-1][2]]


def test_if_every_head_were_news_they_would_grow_without_end(
    network: Network, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heads, "compare", lambda *_head, last: Standing.NEWS)
    seen = settle(network, node)
    assert all(later > earlier for earlier, later in pairwise(seen))


def test_a_contradiction_has_one_line_and_then_rest_too(network: Network, node: Node) -> None:
    for _line in range(12):
        tell(node)
    meet(network, node)
    rewrite_ledger(node, sequence=2)
    seen = settle(network, node)
    assert network.audit().count("node:ledger:differ") == 1
    assert seen[2] == seen[-1]


def test_the_hub_writes_no_more_than_one_head_in_five_minutes(network: Network, node: Node) -> None:
    meet(network, node)
    for _second in range(20):
        tell(node)
        network.clock.advance(seconds=1)
        exchange(network, node)
    assert network.audit().count("node:ledger:anchor") == 1
    meet(network, node)
    assert network.audit().count("node:ledger:anchor") == 2


def test_the_furthest_head_is_kept_also_of_an_idle_node(network: Network, node: Node) -> None:
    meet(network, node)
    tell(node)
    exchange(network, node)
    anchor: Any = network.nodes["hcl"].hello().json()["anchor"]
    assert anchor is not None
    with node.open_store() as store:
        assert ledger.holds(store, **anchor)
        assert anchor["sequence"] >= ledger.read_moved(store)
        assert verify(store, node=node, anchor=heads.Anchor(**anchor)).hub


def test_a_cut_tail_of_an_idle_node_shows_at_the_hub(network: Network, node: Node) -> None:
    tell(node)
    meet(network, node)
    anchor = heads.Anchor(**network.nodes["hcl"].hello().json()["anchor"])
    rewrite_ledger(node, sequence=0, cut=2)
    with node.open_store() as store:
        verify(store, node=node)
        with pytest.raises(LedgerBrokenError, match="fin du registre"):
            verify(store, node=node, anchor=anchor)


@pytest.mark.parametrize("change", [{"name": "chu-grenoble"}, {"keeper": "hub"}])
def test_a_head_of_somebody_else_is_refused(network: Network, node: Node, change: dict[str, str]) -> None:
    with node.open_store() as store:
        opened = open_head(
            sign_head(store, node=node), signers={node.key.public.fingerprint: node.key.public}
        )
    forged = LedgerHead.model_validate(opened.message.model_dump() | change)
    before = network.audit()
    response = network.nodes["hcl"].send("POST", "/api/node/v1/head", seal_head(forged, key=node.key))
    assert (response.status_code, response.json()["code"]) == (422, "envelope_retargeted")
    assert network.audit() == before


def test_what_is_no_head_is_refused(network: Network, node: Node) -> None:
    with node.open_store() as store:
        good = sign_head(store, node=node)
    before = network.audit()
    bodies = (
        b"",
        b"{}",
        canonical_bytes({"payload": "", "payloadType": "x", "signatures": []}),
        # Signed all right, and in another form than the one that a line is to keep.
        good.decode().encode("utf-16-le"),
        good.replace(b'":', b'": '),
        good[:-1] + b',"more":"' + b"x" * 9_000 + b'"}',
    )
    for body in bodies:
        assert network.nodes["hcl"].send("POST", "/api/node/v1/head", body).status_code == 422
    assert network.audit() == before
