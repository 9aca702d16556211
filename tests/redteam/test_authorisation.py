"""A colleague with a token of their own, and somebody else's question."""

from typing import Any

import pytest

from maillage.hub.access import errors
from tests.integration.hub.conftest import SITES, Network
from tests.integration.hub.test_hub_questions import TWO_STEPS
from tests.redteam.test_portal import enter, post

SECRET = "Projet confidentiel d’Alice"


@pytest.fixture
def asked(network: Network) -> tuple[Network, dict[str, Any], str]:
    """Alice's question, half answered, and Bob's token."""
    from maillage.hub.access import people

    nodes = network.enrol(*SITES)
    question = network.ask(title=SECRET)
    opened = nodes[0].take()
    nodes[0].answer(opened, nodes[0].partial(opened, content=TWO_STEPS))
    return network, question, people.create_token("bob", by="operator:test", at=network.clock())


@pytest.mark.parametrize(("method", "tail"), [("GET", ""), ("GET", "?wait=0&seen=0"), ("DELETE", "")])
def test_a_colleague_neither_reads_nor_cancels_my_question(
    asked: tuple[Network, dict[str, Any], str], method: str, tail: str
) -> None:
    network, question, bob = asked
    response = network.call(method, f"/questions/{question['id']}{tail}", token=bob)
    unknown = network.call(method, f"/questions/question-{'0' * 32}{tail}", token=bob)
    assert response.status_code == unknown.status_code == 404
    assert response.json() == unknown.json(), "that it exists is not told either"
    assert network.read(question)["status"] == "open"
    assert network.call("GET", "/questions", token=bob).json() == {"questions": []}


def test_what_everybody_may_read_of_the_network_names_nobodys_question(
    asked: tuple[Network, dict[str, Any], str],
) -> None:
    network, question, bob = asked
    told = network.call("GET", "/network", token=bob).text
    assert "alice" not in told
    assert question["id"] not in told
    assert SECRET not in told


@pytest.mark.parametrize("page", ["", "/suivi", "/cohorte.json"])
def test_no_page_shows_a_colleagues_question(asked: tuple[Network, dict[str, Any], str], page: str) -> None:
    network, question, bob = asked
    enter(network, bob)
    response = network.http.get(f"/questions/{question['id']}{page}")
    assert response.status_code == 404
    assert SECRET not in response.text
    assert SECRET not in network.http.get("/questions").text


def test_no_form_cancels_a_colleagues_question(asked: tuple[Network, dict[str, Any], str]) -> None:
    network, question, bob = asked
    enter(network, bob)
    assert post(network, f"/questions/{question['id']}/annuler").status_code == 404
    assert network.read(question)["status"] == "open"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer mlg_", "Basic YWxpY2U6", "Bearer %00"])
def test_nothing_but_a_whole_token_opens_the_api(network: Network, header: str) -> None:
    response = network.http.get("/api/v1/network", headers={"Authorization": header})
    assert (response.status_code, response.json()["code"]) == (401, errors.TokenError.code)


def test_a_token_of_a_person_is_nothing_to_the_nodes_api(network: Network) -> None:
    (node,) = network.enrol("hcl")
    headers = {"Authorization": f"Bearer {network.token}"}
    target = f"/api/node/v1/tasks/next?wait=0&boot={node.boot}"
    assert network.http.get(target, headers=headers).status_code == 401
    session = enter(network, network.token).headers["set-cookie"]
    assert "HttpOnly" in session
    assert network.http.get("/api/v1/network").status_code == 401, "a session opens pages, not the API"


def test_the_hub_keeps_no_token_that_opens_anything(network: Network) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM access_token")
        rows = cursor.fetchall()
    assert rows
    assert network.token not in str(rows)
    for row in rows:
        for value in row:
            assert network.call("GET", "/network", token=str(value)[:200]).status_code == 401
