"""`maillage node …` as an engineer types it: what is printed, which exit code, what is never overwritten."""

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from maillage.base.keys import SigningKey
from maillage.cli.main import run
from maillage.exchange.envelope import seal_task
from maillage.exchange.export import open_export
from maillage.node import tasks
from maillage.node.decide import decide_task
from maillage.node.folder import Node, is_agent_running, open_node
from maillage.node.log import Log
from tests.support.messages import HUB_KEY
from tests.support.nodes import HOLD, make_node, node_task, wait_until

Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(["node", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def held(tmp_path: Path) -> tuple[Node, str]:
    """A node with one question that waits for a person."""
    node = make_node(tmp_path / "hcl", policy=HOLD)
    task = node_task()
    with node.open_store() as store:
        tasks.receive(store, node=node, task_id=task.task_id, data=seal_task(task, key=HUB_KEY))
        decide_task(store, node=node, row=tasks.find_task(store, task.task_id), log=Log())
    return node, task.task_id


def _init(cli: Cli, folder: Path, *, hub: str = "https://hub.example.fr") -> tuple[int, str, str]:
    key = SigningKey.generate().public.text
    return cli("init", str(folder), "--site", "hcl", "--hub", hub, "--hub-key", key)


def test_init_says_the_key_and_what_to_do_with_it(cli: Cli, tmp_path: Path) -> None:
    code, out, _ = _init(cli, tmp_path / "hcl")
    key = open_node(tmp_path / "hcl").key.public
    assert code == 0
    assert key.fingerprint in out
    assert f'maillage hub register hcl --name "…" --key "{key.text}"' in out
    assert "PRIVATE" not in out


def test_a_second_init_changes_nothing(cli: Cli, tmp_path: Path) -> None:
    _init(cli, tmp_path / "hcl")
    before = (tmp_path / "hcl" / "node.key").read_bytes()
    code, _, err = _init(cli, tmp_path / "hcl")
    assert code == 8
    assert "Traceback" not in err
    assert (tmp_path / "hcl" / "node.key").read_bytes() == before


def test_an_address_without_tls_makes_no_node(cli: Cli, tmp_path: Path) -> None:
    code, _, err = _init(cli, tmp_path / "hcl", hub="http://hub.example.fr")
    assert code == 2
    assert "https://" in err
    assert not (tmp_path / "hcl").exists()


@pytest.mark.parametrize("command", ["run", "status", "pending", "ledger", "verify", "policy"])
def test_a_folder_without_a_node_is_named(cli: Cli, tmp_path: Path, command: str) -> None:
    code, _, err = cli(command, str(tmp_path))
    assert code == 3
    assert "maillage node init" in " ".join(err.split())


def test_a_held_question_is_listed_and_released(cli: Cli, held: tuple[Node, str]) -> None:
    node, task_id = held
    (listed,) = json.loads(cli("pending", str(node.folder), "--json")[1])
    assert (listed["task_id"], listed["task"]["requester"]) == (task_id, "alice")
    assert cli("release", str(node.folder), task_id, "--by", "Dr Faure")[0] == 0
    assert json.loads(cli("pending", str(node.folder), "--json")[1]) == []
    assert cli("release", str(node.folder), task_id, "--by", "Dr Faure")[0] == 8
    assert json.loads(cli("status", str(node.folder), "--json")[1])["tasks"] == {"accepted": 1}


def test_a_held_question_is_refused_with_a_reason_that_stays(cli: Cli, held: tuple[Node, str]) -> None:
    node, task_id = held
    arguments = ("refuse", str(node.folder), task_id, "--by", "Dr Faure", "--why", "hors sujet")
    assert cli(*arguments)[0] == 0
    lines = [json.loads(line) for line in cli("ledger", str(node.folder), "--json")[1].splitlines()]
    assert lines[-1]["body"]["why"] == "hors sujet"
    with node.open_store() as store:
        assert all(b"hors sujet" not in row["envelope"] for row in store.rows("answers"))


def test_tables_are_for_people(cli: Cli, held: tuple[Node, str]) -> None:
    folder = str(held[0].folder)
    assert "alice" in cli("pending", folder)[1]
    assert "Question reçue." in " ".join(cli("ledger", folder)[1].split())
    assert "Hospices" not in cli("status", folder)[1]
    assert "retenir" in cli("policy", folder)[1]


def test_an_unknown_task_is_named(cli: Cli, held: tuple[Node, str]) -> None:
    assert cli("release", str(held[0].folder), "task-1", "--by", "Dr Faure")[0] == 3


def test_verify_tells_a_whole_ledger_from_a_touched_one(cli: Cli, held: tuple[Node, str]) -> None:
    node, _ = held
    assert cli("verify", str(node.folder))[0] == 0
    with closing(sqlite3.connect(node.folder / "node.sqlite", isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER ledger_lines_are_kept")
        connection.execute("DELETE FROM ledger WHERE sequence = 2")
    code, _, err = cli("verify", str(node.folder))
    assert code == 6
    assert "2" in err or "3" in err


def test_a_policy_under_the_floor_is_refused(cli: Cli, held: tuple[Node, str]) -> None:
    node, _ = held
    node.policy_path.write_text("floor = 5\n")
    for command in ("policy", "run"):
        code, _, err = cli(command, str(node.folder))
        assert code == 2
        assert "seuil" in err


def test_a_test_network_says_so_loudly(cli: Cli, held: tuple[Node, str]) -> None:
    node, _ = held
    node.policy_path.write_text("floor = 1\ntest_network = true\n")
    assert "RÉSEAU D’ESSAI" in cli("policy", str(node.folder))[1]


def test_run_works_until_it_is_told_to_stop(tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl")
    command = [sys.executable, "-m", "maillage.cli.main", "node", "run", str(node.folder)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        wait_until(lambda: is_agent_running(node))
        wait_until(lambda: len(psutil.Process(process.pid).children()) == 1)
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children()]
        assert not [link for each in family for link in each.net_connections() if link.status == "LISTEN"]
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    events = [json.loads(line)["event"] for line in err.splitlines()]
    assert (events[0], events[-1]) == ("agent_started", "agent_stopped")


def test_the_ledger_is_exported_once_and_kept_as_long_as_the_settings_say(
    cli: Cli, held: tuple[Node, str], tmp_path: Path
) -> None:
    folder, target = str(held[0].folder), tmp_path / "hcl.jsonl"
    code, told, _ = cli("ledger", "export", folder, str(target))
    assert code == 0
    export = open_export(target)
    assert export.manifest.hash in told
    assert len(list(export.links())) == export.manifest.last
    assert cli("ledger", "export", folder, str(target))[0] == 2
    code, _, err = cli("ledger", "retain", folder, "--before", "2026-01-01", "--by", "Mme Roux")
    assert code == 4
    assert "20 ans" in err
    assert cli("ledger", "export", folder, str(tmp_path / "none.jsonl"), "--from", "2100-01-01")[0] == 3
