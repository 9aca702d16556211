"""Bodies made to break a reader: too deep, too large, compressed, endless, absurd."""

import copy
import gzip
import json
import socket
from pathlib import Path
from typing import Any

import pytest

from maillage.cohort import ExpressionTooLargeError, parse_expression
from maillage.cohort.circe.limits import MAX_RULES
from tests.integration.hub.conftest import Network
from tests.support.cohorts import COHORT
from tests.support.hubs import live_hub


def nested(depth: int) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for _level in range(depth):
        document = {"a": document}
    return document


def cohort_with(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(COHORT) | changes


def many_rules(count: int) -> dict[str, Any]:
    return cohort_with(InclusionRules=[COHORT["InclusionRules"][0] | {"name": str(i)} for i in range(count)])


HOSTILE: dict[str, dict[str, Any]] = {
    "deep cohort": {"cohort": nested(300)},
    "deep parameters": {"parameters": nested(300)},
    "a day of a nanosecond": {"wait_hours": 1e-9},
    "no day": {"wait_hours": -1},
    "number past 2^53": {"cohort": cohort_with(CollapseSettings={"CollapseType": "ERA", "EraPad": 2**60})},
    "half a character": {"cohort": cohort_with(Title="\ud800")},
    "half a character as a key": {"cohort": cohort_with(**{"\ud800": 1})},
    "half a character as a title": {"title": "\ud800"},
    "control characters": {"title": "a\x1b[2J"},
    "too many rules": {"cohort": many_rules(MAX_RULES + 1)},
    "sites of another form": {"sites": ["../hcl", "HCL"]},
    "the same site twice": {"sites": ["hcl", "hcl"]},
    "nobody": {"sites": []},
    "an unknown field": {"requester": "bob"},
    "a minimum of one's own": {"minimum_participants": 1},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_question_is_told_what_is_wrong_and_writes_nothing(network: Network, name: str) -> None:
    from maillage.hub.questions.models import Question

    network.enrol("hcl")
    body = {"title": "x", "cohort": COHORT} | HOSTILE[name]
    response = network.call("POST", "/questions", content=json.dumps(body))
    assert 400 <= response.status_code < 500, response.text
    assert set(response.json()) == {"code", "what", "why", "remedy"}
    assert not Question.objects.exists()


@pytest.mark.parametrize("query", ["wait=nan", "wait=inf", "wait=-1", "wait=1e9", "seen=x"])
def test_a_strange_wait_is_no_defect(network: Network, query: str) -> None:
    network.enrol("hcl")
    assert network.call("GET", f"/questions/{network.ask()['id']}?{query}").status_code == 422


def test_a_compressed_body_is_not_unpacked(network: Network) -> None:
    bomb = gzip.compress(b"[" * 10_000_000)
    response = network.call("POST", "/questions", content=bomb)
    assert response.status_code == 400
    headers = {"Authorization": f"Bearer {network.token}", "Content-Encoding": "gzip"}
    assert network.http.post("/api/v1/questions", content=bomb, headers=headers).status_code == 400


def test_as_many_rules_as_a_mask_has_bits_and_no_more() -> None:
    assert len(parse_expression(many_rules(MAX_RULES)).rules) == MAX_RULES
    with pytest.raises(ExpressionTooLargeError, match="critères"):
        parse_expression(many_rules(MAX_RULES + 1))


def test_endless_and_unfinished_bodies_hold_nobody_up(tmp_path: Path) -> None:
    with live_hub(tmp_path / "hub", sites=["hcl"], requesters=["alice"]) as hub:
        start = b"POST /api/v1/questions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        unfinished = [socket.create_connection(("127.0.0.1", hub.port)) for _each in range(60)]
        for caller in unfinished:
            # More callers than the hub has threads, each of whom promises a body and never sends it.
            caller.sendall(start + b"Content-Length: 1000\r\n\r\n{")
        with hub.client(hub.tokens["alice"]) as http:
            assert http.get("/api/v1/network").status_code == 200
        with socket.create_connection(("127.0.0.1", hub.port), timeout=20) as endless:
            assert _refusal_of_chunks(endless, start) in (b"400", b"413", b"")
        with hub.client(hub.tokens["alice"]) as http:
            assert http.get("/api/v1/network").status_code == 200
        for caller in unfinished:
            caller.close()


def _refusal_of_chunks(caller: socket.socket, start: bytes) -> bytes:
    """The status that ends a body in chunks that announces no length, or nothing when it is cut."""
    chunk = b"10000\r\n" + b"[" * 0x10000 + b"\r\n"
    try:
        caller.sendall(start + b"Transfer-Encoding: chunked\r\n\r\n")
        for _each in range(200):
            caller.sendall(chunk)
        caller.sendall(b"0\r\n\r\n")
        return caller.recv(100).split(b" ")[1]
    except (OSError, IndexError):
        return b""
