"""The hub as a process: long polls, restarts, the command line."""

import http.client
import json
import signal
import subprocess
import sys
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from maillage.base.keys import SigningKey
from maillage.base.settings import SettingsError, SettingsMissingError
from maillage.hub.boot import open_hub
from maillage.hub.create import HubExistsError, create_hub
from tests.integration.hub.test_hub_questions import TWO_STEPS, site_of
from tests.support.cohorts import COHORT
from tests.support.hubs import LiveHub, ProbeNode, live_hub

SITES = ("hcl", "chu-grenoble")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Generator[LiveHub]:
    with live_hub(tmp_path_factory.mktemp("live") / "hub", sites=SITES, requesters=["alice"]) as found:
        yield found


@pytest.fixture(scope="module")
def nodes(hub: LiveHub) -> Generator[dict[str, ProbeNode]]:
    found = {site: hub.node(site) for site in SITES}
    for node in found.values():
        assert node.hello().status_code == 200
    yield found
    for node in found.values():
        node.http.close()


@pytest.fixture(scope="module")
def alice(hub: LiveHub) -> Generator[httpx2.Client]:
    with hub.client(hub.tokens["alice"]) as found:
        yield found


def ask(alice: httpx2.Client) -> dict[str, object]:
    response = alice.post("/api/v1/questions", json={"title": "Diabète", "cohort": COHORT})
    assert response.status_code == 201, response.text
    return response.json()


def test_a_waiting_poll_gets_the_task_and_a_waiting_requester_the_answer(
    hub: LiveHub, alice: httpx2.Client, nodes: dict[str, ProbeNode]
) -> None:
    """Both wait up to 20 s, and each asks the hub once."""
    with ThreadPoolExecutor() as threads:
        polls = {site: threads.submit(node.take, 20) for site, node in nodes.items()}
        question = ask(alice)
        address = f"/api/v1/questions/{question['id']}?wait=20&seen="
        for site, poll in polls.items():
            opened = poll.result()
            seen = alice.get(address + "-1").json()["version"]
            waiting = threads.submit(alice.get, address + str(seen))
            answer = nodes[site].answer(opened, nodes[site].partial(opened, content=TWO_STEPS))
            assert answer.json() == {"status": "recorded"}
            assert site_of(waiting.result().json(), site)["status"] == "answered"
    assert alice.get(address + "-1").json()["status"] == "complete"


def test_a_hub_killed_while_tasks_are_out_loses_nothing(
    hub: LiveHub, alice: httpx2.Client, nodes: dict[str, ProbeNode]
) -> None:
    question = ask(alice)
    out = nodes["hcl"].take()
    hub.stop(signal.SIGKILL)
    hub.start()
    late = nodes["hcl"].answer(out, nodes["hcl"].partial(out, content=TWO_STEPS))
    assert late.json() == {"status": "recorded"}
    waiting = nodes["chu-grenoble"].take()
    nodes["chu-grenoble"].answer(waiting, nodes["chu-grenoble"].partial(waiting, content=TWO_STEPS))
    document = alice.get(f"/api/v1/questions/{question['id']}").json()
    assert document["combined"]["persons"] == {"count": 80}
    assert "intact" in hub.command("audit", "verify")


def test_a_replay_is_remembered_across_a_restart(hub: LiveHub, nodes: dict[str, ProbeNode]) -> None:
    node = nodes["hcl"]
    target = f"/api/node/v1/tasks/next?wait=0&boot={node.boot}"
    headers = node.sign("GET", target)
    assert node.http.get(target, headers=headers).status_code == 204
    hub.stop(signal.SIGKILL)
    hub.start()
    assert node.http.get(target, headers=headers).status_code == 401


def test_the_hub_stops_politely_while_polls_wait(hub: LiveHub, nodes: dict[str, ProbeNode]) -> None:
    with ThreadPoolExecutor() as threads:
        poll = threads.submit(nodes["hcl"].poll, 25)
        while not poll.running():
            pass
        assert hub.stop() == 0
        with suppress(httpx2.TransportError):
            assert poll.result().status_code == 204
    hub.start()


def test_a_body_beyond_every_limit_is_refused_on_the_wire(alice: httpx2.Client) -> None:
    with suppress(httpx2.TransportError):
        assert alice.post("/api/v1/questions", content=b" " * 6_000_000).status_code == 413


def test_the_command_line_keeps_a_hub(tmp_path: Path) -> None:
    """Each command once, in the order in which somebody who opens a hub would type them."""
    key = SigningKey.generate().public
    folder = tmp_path / "hub"
    hub = LiveHub(folder, 8400, key, {})
    assert "ed25519:" in hub.command("init", str(folder), "--name", "houraa")
    for name in ("hub.key", "hub.secret"):
        assert (folder / name).stat().st_mode & 0o077 == 0
    hub.command("register", "hcl", "--name", "Hospices Civils de Lyon", "--key", key.text)
    assert hub.command("token", "create", "alice").startswith("mlg_")
    assert hub.command("link", "alice").startswith("http://127.0.0.1:8400/entrer/")
    assert "dans le 69" in hub.command("place", "hcl", "69")
    hub.command("suspend", "hcl")
    (member,) = json.loads(hub.command("members", "--json"))["sites"]
    assert (member["state"], member["fingerprint"]) == ("suspended", key.fingerprint)
    lines = [json.loads(line) for line in hub.command("audit", "--json").splitlines()]
    assert [line["type"] for line in lines] == [
        "operator:member:register",
        "operator:token:create",
        "operator:link:create",
        "office:member:place",
        "operator:member:suspend",
    ]
    assert lines[-1]["hash"] in hub.command("audit", "verify")


def mistake(*arguments: str) -> tuple[int, str]:
    """The exit code and what was told, of a command that must fail without a traceback."""
    command = [sys.executable, "-m", "maillage.cli.main", "hub", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "défaut de Maillage" not in done.stderr
    return done.returncode, done.stderr


def test_an_unmigrated_database_stops_the_start(tmp_path: Path) -> None:
    create_hub(tmp_path / "hub", name="houraa", address="http://127.0.0.1:8400")
    code, told = mistake("run", str(tmp_path / "hub"))
    assert code == 5
    assert "maillage hub migrate" in told


def test_without_django_the_command_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['django'] = None\n"
        "from maillage.cli.main import run; sys.exit(run(['hub', 'members']))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 5
    assert "maillage[hub]" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "line", ["floor = 5", "minimum_sites = 2", "colour = 'blue'", "address = 'ftp://x'", "threads = 0", "x"]
)
def test_a_setting_that_is_none_stops_the_start(tmp_path: Path, line: str) -> None:
    create_hub(tmp_path, name="houraa", address="http://127.0.0.1:8400")
    path = tmp_path / "hub.toml"
    kept = [kept for kept in path.read_text().splitlines() if not kept.startswith(line.split(" ")[0])]
    path.write_text("\n".join([*kept, line]))
    with pytest.raises(SettingsError) as caught:
        open_hub(tmp_path)
    assert "hub.toml" in caught.value.what


def test_a_hub_is_never_made_over_another_nor_with_a_wrong_address(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        create_hub(tmp_path, name="houraa", address="ftp://x")
    assert list(tmp_path.iterdir()) == []
    first = create_hub(tmp_path, name="houraa", address="http://127.0.0.1:8400")
    with pytest.raises(HubExistsError):
        create_hub(tmp_path, name="houraa", address="http://127.0.0.1:8400")
    assert open_hub(tmp_path).key.public == first


def test_without_a_hub_the_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsMissingError) as caught:
        open_hub(tmp_path)
    assert str(tmp_path) in caught.value.what


def test_a_connection_serves_more_than_one_request(hub: LiveHub) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", hub.port)
    try:
        for path in ("/entrer", "/api/v1/network", "/static/maillage/maillage.css"):
            connection.request("GET", path)
            response = connection.getresponse()
            assert response.read()
            assert not response.will_close, path
    finally:
        connection.close()
