"""Catalogues at the hub: whose are taken, what they give together, and when they no longer count."""

from typing import Any

import pytest

from maillage.base.canon import canonical_bytes, sha256_hex
from maillage.exchange.catalogue import BandOfConcepts, Catalogue, Years
from maillage.exchange.envelope import seal_catalogue, seal_site_decision
from maillage.exchange.permit import Decision, Permit, SiteDecision
from tests.integration.hub.conftest import SITES, Network
from tests.support.hubs import ProbeNode
from tests.support.messages import example_permit
from tests.support.prepare_hub import publish_permit

E11, RARE = 201826, 2000100160
PERMIT: Permit = example_permit(permit_id="catalogues", catalogue=True, minimum_cell=11, minimum_sites=3)
DIGEST = sha256_hex(PERMIT.to_bytes())
BANDS = (BandOfConcepts(least=11, concepts=(RARE,)), BandOfConcepts(least=500, concepts=(E11,)))


def catalogue(node: ProbeNode, **changes: Any) -> Catalogue:
    fields: dict[str, Any] = {
        "network": "houraa",
        "site": node.site,
        "day": node.clock().date().isoformat(),
        "reference": "demo@1",
        "permit": DIGEST,
        "floor": 11,
        "shown_alone": False,
        "bands": BANDS,
    }
    return Catalogue.model_validate(fields | changes)


def say(node: ProbeNode, decision: Decision = Decision.ACCEPTED) -> None:
    word = SiteDecision(
        permit=DIGEST, permit_id="catalogues", site=node.site, decision=decision, decided_at=node.clock()
    )
    target = "/api/node/v1/permits/" + DIGEST.removeprefix("sha256:")
    assert node.send("POST", target, seal_site_decision(word, key=node.key)).status_code == 200


def send(node: ProbeNode, **changes: Any) -> int:
    sealed = seal_catalogue(catalogue(node, **changes), key=node.key)
    return node.send("POST", "/api/node/v1/catalogue", sealed).status_code


@pytest.fixture
def nodes(network: Network) -> list[ProbeNode]:
    """Four hospitals that accepted a permit that asks for catalogues."""
    publish_permit(network.hub, PERMIT)
    nodes = network.enrol(*SITES)
    for node in nodes:
        say(node)
    return nodes


def bucket(network: Network, concept: int = E11) -> tuple[int, int] | None:
    from maillage.hub.terms.buckets import read_buckets

    found = read_buckets(hub=network.hub).find(concept)
    return None if found is None else (found.at_least, found.sites)


def test_bands_of_hospitals_add_up_to_a_bucket(network: Network, nodes: list[ProbeNode]) -> None:
    assert bucket(network) is None
    assert [send(node) for node in nodes] == [200] * 4
    assert bucket(network) == (2000, 4)
    assert bucket(network, RARE) == (20, 4), "44, told as the band under it"
    assert network.audit()[-1] == "node:catalogue:record"


def test_years_are_each_hospitals_own_and_of_one_that_is_shown_alone(
    network: Network, nodes: list[ProbeNode]
) -> None:
    from maillage.hub.terms.buckets import read_years

    years = Years(first=2014, last=2025)
    assert send(nodes[0], shown_alone=True, years=years) == 200
    assert send(nodes[1]) == 200
    assert read_years(hub=network.hub) == {nodes[0].site: years}
    for wrong in ({"first": 2025, "last": 2014}, {"first": 2014, "last": 2025}):
        with pytest.raises(ValueError):
            catalogue(nodes[1], years=wrong)
    say(nodes[0], Decision.WITHDRAWN)
    assert read_years(hub=network.hub) == {}


def test_a_newer_day_takes_the_place_of_the_former(network: Network, nodes: list[ProbeNode]) -> None:
    for node in nodes[:3]:
        send(node)
    old = catalogue(nodes[0])
    network.clock.advance(days=1)
    assert send(nodes[0], bands=(BandOfConcepts(least=100, concepts=(E11,)),)) == 200
    assert bucket(network) == (1000, 3)
    sealed = seal_catalogue(old, key=nodes[0].key)
    assert nodes[0].send("POST", "/api/node/v1/catalogue", sealed).status_code == 200
    assert bucket(network) == (1000, 3), "one that comes late changes nothing"


def test_of_too_few_hospitals_no_number_is_shown(network: Network, nodes: list[ProbeNode]) -> None:
    for node in nodes[:2]:
        send(node)
    assert bucket(network) == (0, 2)
    for node in nodes[:2]:
        network.clock.advance(days=1)
        send(node, shown_alone=True)
    assert bucket(network) == (1000, 2), "unless each agrees to be shown alone"


@pytest.mark.parametrize(
    "changes",
    [
        {"site": "hcl"},
        {"network": "autre"},
        {"floor": 10, "bands": ()},
        {"permit": "sha256:" + "0" * 64},
    ],
)
def test_a_catalogue_that_is_not_allowed_is_not_taken(
    network: Network, nodes: list[ProbeNode], changes: dict[str, Any]
) -> None:
    assert send(nodes[0], **changes) in (400, 403, 422)
    assert bucket(network) is None
    assert "node:catalogue:record" not in network.audit()


def test_only_the_hospitals_own_key_signs_it(network: Network, nodes: list[ProbeNode]) -> None:
    forged = seal_catalogue(catalogue(nodes[0]), key=nodes[1].key)
    assert nodes[0].send("POST", "/api/node/v1/catalogue", forged).status_code == 422


def test_a_hospital_that_said_nothing_of_the_permit_is_not_counted(network: Network) -> None:
    publish_permit(network.hub, PERMIT)
    (node,) = network.enrol("hcl")
    assert send(node) == 403


def test_what_was_told_goes_with_the_word_the_membership_and_time(
    network: Network, nodes: list[ProbeNode]
) -> None:
    from maillage.governance.group import actions

    for node in nodes:
        send(node)
    assert bucket(network) == (2000, 4)
    say(nodes[0], Decision.WITHDRAWN)
    assert bucket(network) == (1000, 3), "a hospital that withdraws is out at once"
    actions.suspend(nodes[1].site, by="operator:test", at=network.clock())
    assert bucket(network) == (0, 2)
    network.clock.advance(days=16)
    assert bucket(network) is None


@pytest.mark.parametrize(
    "bands",
    [
        [{"least": 12, "concepts": [1]}],
        [{"least": 11, "concepts": [2, 1]}],
        [{"least": 11, "concepts": [1, 1]}],
        [{"least": 11, "concepts": [0]}],
        [{"least": 11, "concepts": []}],
        [{"least": 50, "concepts": [1]}, {"least": 11, "concepts": [2]}],
        [{"least": 11, "concepts": [1]}, {"least": 50, "concepts": [1]}],
        [{"least": 11, "concepts": [1], "persons": 15}],
    ],
)
def test_a_message_that_says_more_or_otherwise_cannot_exist(bands: list[Any]) -> None:
    document = {
        "network": "houraa",
        "site": "hcl",
        "day": "2026-11-22",
        "reference": "",
        "permit": DIGEST,
        "floor": 11,
        "shown_alone": True,
        "bands": bands,
    }
    with pytest.raises(ValueError):
        Catalogue.model_validate_json(canonical_bytes(document))


def test_a_full_catalogue_fits_in_an_envelope(nodes: list[ProbeNode]) -> None:
    from maillage.exchange.catalogue import MAX_CONCEPTS
    from maillage.exchange.message import MAX_ENVELOPE_BYTES

    concepts = tuple(range(2_000_000_000, 2_000_000_000 + MAX_CONCEPTS))
    full = catalogue(nodes[0], bands=(BandOfConcepts(least=11, concepts=concepts),))
    assert len(seal_catalogue(full, key=nodes[0].key)) < MAX_ENVELOPE_BYTES
