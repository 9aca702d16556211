"""Any body, truly signed by a member: the hub names what is wrong with it; it never breaks."""

import json
import random
from typing import Any

import pytest

from maillage.base.canon import canonical_bytes
from maillage.exchange.envelope import seal_answer
from tests.integration.hub.conftest import Network

SEEDS = range(12)
ODD: list[Any] = [None, True, -1, 2**70, 1e308, "", "\u0000", "é" * 300, [], {}, [[[[]]]], {"a": {"a": {}}}]


def spoil(data: bytes, *, chance: random.Random) -> bytes:
    """The bytes with pieces cut out, doubled, turned round or replaced."""
    found = bytearray(data)
    for _change in range(chance.randint(1, 5)):
        start = chance.randrange(len(found) + 1)
        piece = bytes(found[start : start + chance.randint(0, 60)])
        others = [b"", piece * 2, piece[::-1], chance.randbytes(5)]
        found[start : start + len(piece)] = chance.choice(others)
    return bytes(found)


def twist(document: dict[str, Any], *, chance: random.Random) -> bytes:
    """The document with an odd value in one place."""
    return json.dumps(document | {chance.choice(sorted(document)): chance.choice(ODD)}).encode()


@pytest.mark.parametrize("seed", SEEDS)
def test_no_signed_body_breaks_the_hub(network: Network, seed: int) -> None:
    chance = random.Random(seed)
    (node,) = network.enrol("hcl")
    network.ask()
    opened = node.take()
    sealed = seal_answer(node.partial(opened), key=node.key).rstrip()
    hello = {
        "protocol": 2,
        "software": "0.1.0",
        "boot": node.boot,
        "analyses": {"count": {"version": 1, "code": "sha256:" + "ab" * 32}},
        "reference": "2026-11",
        "health": "ok",
    }
    answer, permit = f"tasks/{opened.message.task_id}/answer", "permits/" + "ab" * 32
    bodies = [
        (answer, spoil(sealed, chance=chance)),
        (answer, twist(json.loads(sealed), chance=chance)),
        (answer, chance.randbytes(chance.randrange(400))),
        ("hello", spoil(canonical_bytes(hello), chance=chance)),
        ("hello", twist(hello, chance=chance)),
        (permit, spoil(sealed, chance=chance)),
        (permit, twist(json.loads(sealed), chance=chance)),
    ]
    for path, body in bodies:
        response = node.send("POST", f"/api/node/v1/{path}", body)
        assert response.status_code < 500, (path, body, response.text)
        assert response.json(), "a reason in words, or what was recorded"
