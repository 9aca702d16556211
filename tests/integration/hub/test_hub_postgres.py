"""The same hub on PostgreSQL, as two processes on one database: each task is lent once, the audit holds."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from maillage.exchange.envelope import open_task
from tests.integration.hub.test_hub_questions import TWO_STEPS
from tests.support.cohorts import COHORT
from tests.support.hubs import LiveHub, free_port, live_hub
from tests.support.postgres import Cluster, postgres_cluster

SITES = ("chu-clermont", "chu-grenoble", "chu-saint-etienne", "hcl")
QUESTIONS = 6


@pytest.fixture(scope="module")
def cluster() -> Generator[Cluster]:
    with postgres_cluster() as found:
        yield found


@pytest.fixture(scope="module")
def hubs(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[LiveHub, LiveHub]]:
    """Two processes of one hub."""
    settings = (
        f'[postgresql]\nname = "postgres"\nuser = "maillage"\nhost = "127.0.0.1"\nport = {cluster.port}\n'
    )
    folder = tmp_path_factory.mktemp("hub") / "hub"
    with live_hub(folder, sites=SITES, requesters=["alice"], settings=settings) as first:
        second = LiveHub(first.folder, free_port(), first.key, first.keys, first.tokens)
        second.start()
        yield first, second
        second.stop()


def ask_many(hub: LiveHub) -> list[str]:
    with hub.client(hub.tokens["alice"]) as alice:
        body = {"title": "Diabète", "cohort": COHORT}
        return [alice.post("/api/v1/questions", json=body).json()["id"] for _number in range(QUESTIONS)]


def poll_and_answer(hub: LiveHub, site: str) -> list[str]:
    """One of two processes of a node, both with the same key, until nothing comes; the tasks it got."""
    node = hub.node(site)
    got: list[str] = []
    with node.http:
        while (response := node.poll(wait=2)).status_code == 200:
            got.append(response.headers["Maillage-Task"])
            opened = open_task(response.content, signers={hub.key.fingerprint: hub.key})
            answer = node.answer(opened, node.partial(opened, content=TWO_STEPS))
            assert answer.json() == {"status": "recorded"}
    assert response.status_code == 204
    return got


def read(hub: LiveHub, question: str) -> dict[str, Any]:
    with hub.client(hub.tokens["alice"]) as alice:
        return alice.get(f"/api/v1/questions/{question}").json()


def test_eight_pollers_at_two_processes_get_each_task_once(hubs: tuple[LiveHub, LiveHub]) -> None:
    first, second = hubs
    questions = ask_many(first)
    with ThreadPoolExecutor(8) as threads:
        polls = [threads.submit(poll_and_answer, hub, site) for hub in hubs for site in SITES]
        got = [task for poll in polls for task in poll.result()]
    assert len(got) == len(set(got)) == QUESTIONS * len(SITES)
    for question in questions:
        document = read(second, question)
        assert (document["status"], document["combined"]["persons"]) == ("complete", {"count": 160})
    assert "intact" in first.command("audit", "verify")


def test_a_question_asked_at_one_process_reaches_a_poll_at_the_other(hubs: tuple[LiveHub, LiveHub]) -> None:
    first, second = hubs
    node = second.node("hcl")
    with node.http, ThreadPoolExecutor() as threads:
        poll = threads.submit(node.take, 20)
        (question, *_others) = ask_many(first)
        assert poll.result().message.question_id == question


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor = 'mallory'",
        "DELETE FROM audit_event WHERE sequence = 1",
        "TRUNCATE audit_event",
    ],
)
def test_the_database_refuses_to_change_a_line(
    hubs: tuple[LiveHub, LiveHub], cluster: Cluster, statement: str
) -> None:
    done = cluster.run(statement)
    assert done.returncode != 0
    assert "never" in done.stderr


def test_a_replay_at_the_other_process_is_refused(hubs: tuple[LiveHub, LiveHub]) -> None:
    first, second = hubs
    node = first.node("chu-grenoble")
    target = f"/api/node/v1/tasks/next?wait=0&boot={node.boot}"
    headers = node.sign("GET", target)
    with node.http, second.client() as other:
        assert node.http.get(target, headers=headers).status_code in (200, 204)
        replayed = other.get(target, headers=headers)
    assert (replayed.status_code, replayed.json()["code"]) == (401, "signature_invalid")


def test_a_text_that_postgresql_cannot_hold_is_no_defect(hubs: tuple[LiveHub, LiveHub]) -> None:
    first, _second = hubs
    named = COHORT | {"ConceptSets": [COHORT["ConceptSets"][0] | {"name": "a\x00b"}]}
    with first.client(first.tokens["alice"]) as alice:
        bad = alice.post("/api/v1/questions", json={"title": "a\x00b", "cohort": COHORT})
        held = alice.post("/api/v1/questions", json={"title": "Diabète", "cohort": named})
    assert bad.status_code == 422
    assert held.status_code in (201, 422), held.text
