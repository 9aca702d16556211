"""The same hub on PostgreSQL, as two processes on one database: each task is lent once, the audit holds."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from secrets import token_bytes
from typing import Any

import httpx2
import psycopg
import pytest
from psycopg import sql

from maillage.base.canon import sha256_hex
from maillage.base.clock import utc_now
from maillage.base.keys import PublicKey
from maillage.disclosure.masking import Secrets
from maillage.exchange.envelope import open_head, open_task, seal_head, seal_permit
from maillage.exchange.export import open_export
from maillage.exchange.head import LedgerHead
from maillage.exchange.permit import Masked, View
from maillage.hub.writing import WAIT_FOR_LOG
from tests.integration.hub.test_hub_questions import TWO_STEPS
from tests.integration.hub.test_hub_sums import PERSONS, Part, gather, lift, send_numbers, sign_list
from tests.support.cohorts import COHORT
from tests.support.hubs import LiveHub, ProbeNode, free_port, live_hub
from tests.support.messages import COMMITTEE_KEY, example_permit
from tests.support.postgres import Cluster, postgres_cluster

pytestmark = pytest.mark.xdist_group("hub-postgres")

SITES = ("chu-clermont", "chu-grenoble", "chu-saint-etienne", "hcl")
QUESTIONS = 6

POSTGRESQL = """
threads = 32
[postgresql]
name = "postgres"
user = "maillage"
host = "127.0.0.1"
port = {port}
"""


@pytest.fixture(scope="module")
def cluster() -> Generator[Cluster]:
    with postgres_cluster() as found:
        yield found


@pytest.fixture(scope="module")
def hubs(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[LiveHub, LiveHub]]:
    """Two processes of one hub, whose connections leave room for a third's in a server of a hundred."""
    settings = POSTGRESQL.format(port=cluster.port)
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
        "UPDATE audit_body SET actor = 'mallory'",
        "DELETE FROM audit_body WHERE sequence = 1",
        "TRUNCATE audit_body",
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
    with first.client() as browser:
        fields = {"csrfmiddlewaretoken": find_secret(browser), "name": "a\x00b", "password": "x", "code": "1"}
        typed = browser.post("/entrer/mot-de-passe", data=fields)
    assert typed.status_code == 422
    assert "la base ne peut pas garder" in typed.text


def find_secret(browser: httpx2.Client) -> str:
    """What the form at the door must bring back."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get("/entrer").text)
    assert found
    return found[1]


def take_part(node: ProbeNode, question: str, *, known: dict[str, PublicKey]) -> Part:
    """A hospital's part in a masked sum, once it has that question's task; others of the queue are left."""
    while (opened := node.take(wait=5)).message.question_id != question:
        pass
    return Part(node, opened, known, Secrets(token_bytes(32), token_bytes(32)))


def test_a_masked_sum_through_two_processes_is_the_total_and_no_term_is_in_the_database(
    hubs: tuple[LiveHub, LiveHub], cluster: Cluster, tmp_path: Path
) -> None:
    first, _second = hubs
    known = {site: key.public for site, key in first.keys.items()}
    masked = Masked(keys={site: key.text for site, key in known.items()})
    permit = example_permit(
        permit_id="sommes", sites=SITES, views=(View.TOTAL,), minimum_sites=3, sums=masked
    )
    (tmp_path / "sommes.permit").write_bytes(seal_permit(permit, key=COMMITTEE_KEY))
    first.command("permit", "publish", str(tmp_path / "sommes.permit"))
    with first.client(first.tokens["alice"]) as alice:
        body = {"title": "Sommes", "cohort": COHORT, "permit": "sommes"}
        question = alice.post("/api/v1/questions", json=body).json()["id"]
    parts = {site: take_part(first.node(site), question, known=known) for site in SITES}
    # Each hospital finds another process at each step.
    for turn, step in enumerate((gather, send_numbers, sign_list, lift)):
        for at, part in enumerate(parts.values()):
            part.node.http.close()
            part.node.http = hubs[(at + turn) % 2].client()
        step(parts)
    for part in parts.values():
        part.node.http.close()
    document = read(first, question)
    assert document["masked"]["state"] == "done"
    assert document["combined"]["persons"] == {"count": sum(PERSONS.values())}
    with cluster.connect() as session:
        text = read_everything(session)
    assert str(sum(PERSONS.values())) in text, "the total is there, so the search would find a term"
    for number in PERSONS.values():
        assert str(number) not in text
        assert number.to_bytes(8, "little").hex() not in text


def read_everything(session: psycopg.Connection) -> str:
    """Every row of every table of the hub, as PostgreSQL writes it: bytes as hexadecimal digits."""
    tables = session.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    queries = [sql.SQL("SELECT t::text FROM {} AS t").format(sql.Identifier(name)) for (name,) in tables]
    return "\n".join(row[0] for query in queries for row in session.execute(query))


# Three lines of long ago, written as the hub writes.
_REMEMBER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from maillage.hub.boot import boot
boot(Path(sys.argv[1]))
from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.governance.transactions import atomic

for _line in range(3):
    with atomic():
        at = datetime(2001, 1, 1, tzinfo=UTC)
        record(EventType.LINK_CREATED, actor="operator:test", subject="zoe", at=at)
"""


def test_old_bodies_go_and_the_export_is_whole(hubs: tuple[LiveHub, LiveHub], tmp_path: Path) -> None:
    first, _second = hubs
    subprocess.run([sys.executable, "-c", _REMEMBER, str(first.folder)], check=True)
    assert "3" in first.command("audit", "retain", "--before", "2002-01-01")
    assert "intact" in first.command("audit", "verify")
    first.command("audit", "export", str(tmp_path / "audit.jsonl"))
    export = open_export(tmp_path / "audit.jsonl", signers={first.key.fingerprint: first.key})
    links = list(export.links())
    assert [link.at[:4] for link in links if link.is_removed] == ["2001"] * 3
    assert b"zoe" not in (tmp_path / "audit.jsonl").read_bytes()
    assert export.manifest.is_whole


def test_heads_are_exchanged_and_written_whole(hubs: tuple[LiveHub, LiveHub]) -> None:
    first, second = hubs
    node = first.node("hcl")
    head = LedgerHead(
        keeper="node", name="hcl", sequence=7, hash=sha256_hex(b"x"), moved=7, signed_at=utc_now()
    )
    with node.http:
        response = node.send("POST", "/api/node/v1/head", seal_head(head, key=node.key))
    assert response.status_code == 200
    opened = open_head(response.content, signers={first.key.fingerprint: first.key}).message
    lines = [json.loads(line) for line in second.command("audit", "--json").splitlines()]
    assert lines[opened.sequence - 1]["hash"] == opened.hash
    anchored = [line for line in lines if line["type"] == "node:ledger:anchor"]
    assert [line["facts"]["hash"] for line in anchored] == [head.hash]


@pytest.fixture(scope="module")
def narrow(
    hubs: tuple[LiveHub, LiveHub], cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Generator[LiveHub]:
    """A third process of that hub, under an ordinary role whose connections can be counted and limited."""
    first, _second = hubs
    with cluster.connect() as owner:
        owner.execute("CREATE ROLE narrow LOGIN")
        owner.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO narrow")
        owner.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO narrow")
    folder = tmp_path_factory.mktemp("narrow") / "hub"
    shutil.copytree(first.folder, folder)
    settings = folder / "hub.toml"
    text = settings.read_text(encoding="utf-8").replace('user = "maillage"', 'user = "narrow"')
    settings.write_text(text.replace("threads = 32", "threads = 4"), encoding="utf-8")
    hub = LiveHub(folder, free_port(), first.key, first.keys, first.tokens)
    hub.start()
    yield hub
    hub.stop()
    with cluster.connect() as owner:
        owner.execute("DROP OWNED BY narrow")
        owner.execute("DROP ROLE narrow")


def limit(cluster: Cluster, connections: int) -> None:
    """From now on; who is connected is cut off."""
    with cluster.connect() as owner:
        owner.execute(sql.SQL("ALTER ROLE narrow CONNECTION LIMIT {}").format(connections))
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'narrow'")


def count_connections(cluster: Cluster) -> int:
    with cluster.connect() as owner:
        query = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'narrow'"
        return int(owner.execute(query).fetchall()[0][0])


def test_a_database_that_takes_no_connection_is_told_in_words_and_found_again(
    narrow: LiveHub, cluster: Cluster
) -> None:
    node = narrow.node("hcl")
    with narrow.client(narrow.tokens["alice"]) as alice, narrow.client() as browser, node.http:
        fields = {"csrfmiddlewaretoken": find_secret(browser), "token": narrow.tokens["alice"]}
        assert browser.post("/entrer", data=fields).status_code == 302
        assert browser.get("/compte").status_code == 200
        limit(cluster, 0)
        refused = alice.get("/api/v1/questions")
        assert (refused.status_code, refused.json()["code"]) == (503, "database_unavailable")
        assert refused.headers["retry-after"] == "5"
        assert "narrow" not in refused.text, "the database's own words are for the log"
        assert node.poll(wait=0).status_code == 503
        page = browser.get("/compte")
        assert page.status_code == 503
        assert "La base du hub ne répond pas." in page.text
        limit(cluster, -1)
        assert alice.get("/api/v1/questions").status_code == 200
        assert node.poll(wait=0).status_code in (200, 204)
        assert browser.get("/compte").status_code == 200


def test_a_process_holds_one_connection_a_thread_and_no_more(narrow: LiveHub, cluster: Cluster) -> None:
    """As docs/hub.md says, for `max_connections`."""
    with ExitStack() as stack:
        nodes = [narrow.node(site) for site in SITES]
        for node in nodes:
            stack.enter_context(node.http)
        for _round in range(3):
            with ThreadPoolExecutor(len(nodes)) as threads:
                polls = [threads.submit(node.poll, wait=1) for node in nodes]
            assert {poll.result().status_code for poll in polls} <= {200, 204}
    assert count_connections(cluster) == 4


def test_a_hub_without_its_database_does_not_start_and_says_why(narrow: LiveHub, cluster: Cluster) -> None:
    limit(cluster, 0)
    command = [sys.executable, "-m", "maillage.cli.main", "hub", "members", "--hub", str(narrow.folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    limit(cluster, -1)
    assert done.returncode not in (0, 1)
    assert "La base du hub ne répond pas." in done.stderr
    assert "too many connections" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_wait_for_the_disk_covers_transactions_that_did_not_wait(cluster: Cluster) -> None:
    """As an ordinary role of the database."""
    with psycopg.connect(cluster.dsn(), autocommit=True) as owner:
        owner.execute("CREATE ROLE ordinary LOGIN")
        owner.execute("CREATE TABLE kept AS SELECT 1 AS x")
        owner.execute("GRANT ALL ON kept TO ordinary")
        with psycopg.connect(cluster.dsn(), autocommit=True) as hub:
            hub.execute("SET SESSION AUTHORIZATION ordinary")
            with hub.transaction():
                hub.execute("SET LOCAL synchronous_commit TO OFF")
                hub.execute("INSERT INTO kept VALUES (2)")
            ((written,),) = owner.execute("SELECT pg_current_wal_insert_lsn()").fetchall()
            hub.execute(WAIT_FOR_LOG)
        on_disk = "SELECT pg_current_wal_flush_lsn() >= %s::pg_lsn"
        assert owner.execute(on_disk, [written]).fetchone() == (True,)
