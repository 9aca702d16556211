"""docs/ledgers.md: its script checks exports without Maillage; lines hold what the reference names."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs.generate.ledger_fields import AUDIT, LEDGER, MEANINGS
from maillage.governance.audit.events import EventType
from maillage.node import ledger
from maillage.node.folder import Node
from maillage.node.states import Event
from tests.conftest import ROOT
from tests.support.breakable import Network
from tests.support.ledgers import export_node, tell
from tests.support.network import DemoNetwork
from tests.support.nodes import make_node

PAGE = (ROOT / "docs" / "ledgers.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path_factory.mktemp("script") / "check.py"
    path.write_text(code, encoding="utf-8")
    return path


@pytest.fixture
def node(tmp_path: Path) -> Node:
    node = make_node(tmp_path / "hcl", permit=None)
    for _line in range(3):
        tell(node)
    return node


def check(script: Path, export: Path) -> subprocess.CompletedProcess[str]:
    # Isolated: without this project on the path, as on an auditor's machine.
    command = [sys.executable, "-I", str(script), str(export)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_script_is_short_and_needs_nothing_of_maillage(script: Path) -> None:
    code = script.read_text(encoding="utf-8")
    assert len(code.splitlines()) <= 30
    assert "maillage" not in code


def test_the_script_finds_a_node_s_export_whole(script: Path, node: Node, tmp_path: Path) -> None:
    done = check(script, export_node(node, tmp_path / "hcl.jsonl"))
    assert done.returncode == 0, done.stderr
    with node.open_store() as store:
        head = ledger.read_head(store)
    assert done.stdout.split() == [str(head.sequence), head.hash, node.key.public.fingerprint]


@pytest.mark.parametrize("row", [0, 1, 2, -1])
def test_the_script_finds_a_cut_row_and_an_edited_one(
    script: Path, node: Node, tmp_path: Path, row: int
) -> None:
    rows = export_node(node, tmp_path / "hcl.jsonl").read_bytes().splitlines(keepends=True)
    for name, changed in (
        ("cut", b""),
        ("edited", rows[row].replace(b"2026", b"2025").replace(b"0.1", b"0.2")),
    ):
        if changed == rows[row]:
            continue
        spoilt = [*rows]
        spoilt[row] = changed
        path = tmp_path / f"{name}.jsonl"
        path.write_bytes(b"".join(spoilt))
        assert check(script, path).returncode != 0, name


def test_every_event_says_what_it_holds_and_every_field_what_it_means() -> None:
    assert set(LEDGER) == set(Event)
    assert set(AUDIT) == set(EventType)
    assert {name for fields in (*LEDGER.values(), *AUDIT.values()) for name in fields} == set(MEANINGS)


@pytest.mark.xdist_group("network")
def test_the_lines_of_a_running_network_hold_nothing_else(demo_network: DemoNetwork, script: Path) -> None:
    from maillage.cohort.dsl import condition

    with demo_network.running.connect() as hub:
        hub.count(condition("E11").first(), title="Diabète")
    network = Network(demo_network.running)
    for line in network.read_audit():
        assert set(line["facts"]) <= set(AUDIT[EventType(line["type"])]), line["type"]
    lines = network.read_ledger("hcl")
    for line in lines:
        assert set(line.body) <= set(LEDGER[Event(line.event)]), line.event
    assert {Event.HUB_AUDIT_ANCHORED, Event.AGENT_ANSWER_SENT} <= {line.event for line in lines}
    assert check(script, export_node(network.node("hcl"), demo_network.folder / "hcl.jsonl")).returncode == 0
