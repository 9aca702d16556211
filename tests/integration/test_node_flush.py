"""What a power cut would find: not all of the agent's moves, but all that the hub was told of."""

import sqlite3
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from maillage.node.folder import Node
from maillage.node.heads import read_signed_head
from maillage.node.states import Event
from maillage.node.store import FLUSHED_FACT
from tests.support.nodes import agent_thread, make_node, read_states, send_task, wait_until
from tests.support.stand_in_hub import StandInHub, serve


@dataclass
class Witness(StandInHub):
    """Looks, as an answer comes in, how far the node's ledger reaches, and how much of it is on the disk."""

    folder: Path = field(default_factory=Path)
    seen: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def record(self, name: str, data: bytes) -> tuple[int, Any, dict[str, str]]:
        self.seen.append((_find_answer_line(self.folder, name), _read_flushed(self.folder)))
        return super().record(name, data)


def _find_answer_line(folder: Path, task_id: str) -> int:
    query = "SELECT sequence FROM ledger WHERE task_id = ? AND event = ?"
    return _look(folder, query, task_id, Event.AGENT_ANSWER_RECORDED.value)


def _read_flushed(folder: Path) -> int:
    return _look(folder, "SELECT value FROM facts WHERE name = ?", FLUSHED_FACT)


def _look(folder: Path, query: str, *values: str) -> int:
    with closing(sqlite3.connect(folder / "node.sqlite")) as connection:
        return int((connection.execute(query, values).fetchone() or [-1])[0])


@pytest.fixture
def hub() -> Generator[Witness]:
    with serve(Witness()) as running:
        assert isinstance(running, Witness)
        yield running


@pytest.fixture
def node(hub: Witness, tmp_path: Path) -> Node:
    made = make_node(tmp_path / "hcl", hub_url=hub.url, hub_key=hub.key.public)
    hub.node_key, hub.folder = made.key.public, made.folder
    return made


def test_what_the_hub_is_told_is_on_the_disk_before(hub: Witness, node: Node) -> None:
    tasks = [send_task(hub) for _ in range(2)]
    with agent_thread(node):
        for task in tasks:
            hub.wait_for_answers(task.task_id)
        wait_until(lambda: set(read_states(node).values()) == {"sent"})
    assert len(hub.seen) == 2
    for recorded, flushed in hub.seen:
        assert 0 < recorded <= flushed


def test_the_signed_head_is_never_ahead_of_what_is_on_the_disk(hub: Witness, node: Node) -> None:
    task = send_task(hub)
    with agent_thread(node):
        hub.wait_for_answers(task.task_id)
        wait_until(lambda: read_states(node) == {task.task_id: "sent"})
        head = read_signed_head(node.head_path, site=node.site, key=node.key.public)
        assert head.sequence >= _find_answer_line(node.folder, task.task_id)
        # Its sending is recorded, and waits for the next flush.
        assert head.sequence < _look(node.folder, "SELECT max(sequence) FROM ledger")
