"""The ledger: whole when nobody touched it, broken at the right line when somebody did (S9)."""

import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

import pytest

from maillage.exchange.reasons import Reason
from maillage.exchange.result import Anchor
from maillage.node import ledger, tasks
from maillage.node.answer import make_refusal
from maillage.node.check import Delivery
from maillage.node.errors import LedgerBrokenError
from maillage.node.folder import Node
from maillage.node.heads import write_head
from maillage.node.states import Event
from maillage.node.store import Store
from maillage.node.verify import verify
from tests.support.messages import HASH
from tests.support.nodes import make_node

NAMES = [f"task-{number:032x}" for number in range(3)]


@pytest.fixture
def node(tmp_path: Path) -> Node:
    """A node that refused three tasks: seven lines."""
    node = make_node(tmp_path / "hcl", permit=None)
    with node.open_store() as store:
        for name in NAMES:
            tasks.receive(store, node=node, task_id=name, data=b"x")
            make = make_refusal(
                Delivery(name, HASH, None, Reason.ENVELOPE_ALTERED), reason=Reason.ENVELOPE_ALTERED
            )
            tasks.answer(store, node=node, task_id=name, make=make)
    return node


@pytest.fixture
def store(node: Node) -> Generator[Store]:
    with node.open_store() as opened:
        yield opened


def test_a_ledger_left_alone_is_whole(store: Store, node: Node) -> None:
    found = verify(store, node=node)
    assert (found.head.sequence, found.answers) == (7, 3)


def test_what_the_ledger_held_once_it_holds_still(store: Store) -> None:
    lines = ledger.read_lines(store)
    assert all(ledger.holds(store, sequence=line.sequence, hash=line.hash) for line in lines)
    assert ledger.holds(store, sequence=0, hash=ledger.GENESIS)
    assert not ledger.holds(store, sequence=8, hash=lines[6].hash)
    assert not ledger.holds(store, sequence=3, hash=lines[6].hash)


@pytest.mark.parametrize("change", ["UPDATE ledger SET body = '{}'", "DELETE FROM ledger WHERE sequence = 7"])
def test_the_database_itself_refuses_to_change_the_ledger(store: Store, change: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        store.connection.execute(change)


@pytest.mark.parametrize("change", ["UPDATE answers SET envelope = x'00'", "DELETE FROM answers"])
def test_the_database_itself_refuses_to_change_an_answer(store: Store, change: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="answer"):
        store.connection.execute(change)


TAMPERING = {
    "edited body": """
        UPDATE ledger_bodies SET sealed = replace(sealed, 'altered', 'expired') WHERE sequence = 3""",
    "body no JSON": "UPDATE ledger_bodies SET sealed = 'hello' WHERE sequence = 3",
    "body not canonical": "UPDATE ledger_bodies SET sealed = '{\"n\":NaN}' WHERE sequence = 3",
    "body removed": "DELETE FROM ledger_bodies WHERE sequence = 3",
    "body of another line": """
        UPDATE ledger_bodies SET sealed = (SELECT sealed FROM ledger_bodies WHERE sequence = 2)
        WHERE sequence = 3""",
    "hash of a body": "UPDATE ledger SET body = previous WHERE sequence = 3",
    "said to be of version 1": "UPDATE ledger SET version = 1 WHERE sequence = 3",
    "edited event": "UPDATE ledger SET event = 'agent:task:resumed' WHERE sequence = 4",
    "edited task": "UPDATE ledger SET task_id = 'task-0' WHERE sequence = 4",
    "edited date": "UPDATE ledger SET at = '2020-01-01T00:00:00.000Z' WHERE sequence = 2",
    "removed": "DELETE FROM ledger WHERE sequence = 4",
    "removed and renumbered": """
        DELETE FROM ledger WHERE sequence = 4;
        UPDATE ledger SET sequence = sequence - 1 WHERE sequence > 4""",
    "inserted": """
        UPDATE ledger SET sequence = -sequence - 1 WHERE sequence > 3;
        UPDATE ledger SET sequence = -sequence WHERE sequence < 0;
        INSERT INTO ledger (sequence, at, event, task_id, body, previous, hash, version)
        SELECT 4, at, event, task_id, body, hash, hash, version FROM ledger WHERE sequence = 3""",
    "reordered": """
        UPDATE ledger SET sequence = -2 WHERE sequence = 2;
        UPDATE ledger SET sequence = 2 WHERE sequence = 3;
        UPDATE ledger SET sequence = 3 WHERE sequence = -2""",
    "tail cut with its answer": """
        DELETE FROM ledger WHERE sequence > 5;
        DELETE FROM answers WHERE task_id LIKE '%2'""",
    "tail cut": "DELETE FROM ledger WHERE sequence > 5",
    "emptied": "DELETE FROM ledger",
    "answer removed": "DELETE FROM answers WHERE task_id LIKE '%1'",
    "answer edited": "UPDATE answers SET envelope = x'7b7d' WHERE task_id LIKE '%1'",
    "answer added": """
        INSERT INTO answers (task_id, final, kind, envelope, hash, recorded_at)
        VALUES ('task-9', 1, 'refusal', x'00', 'sha256:00', '')""",
}


@pytest.mark.parametrize("case", TAMPERING)
def test_every_tampering_shows(node: Node, case: str) -> None:
    _tamper(node, TAMPERING[case])
    with pytest.raises(LedgerBrokenError), node.open_store() as store:
        verify(store, node=node)


def _tamper(node: Node, script: str) -> None:
    # As somebody would who owns the machine: the triggers and the checks go first.
    with closing(sqlite3.connect(node.folder / "node.sqlite", isolation_level=None)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.executescript(script)


HEADS: dict[str, Callable[[Node], object]] = {
    "removed": lambda node: node.head_path.unlink(),
    "not a head": lambda node: node.head_path.write_bytes(b"{}"),
    "edited": lambda node: node.head_path.write_text(
        node.head_path.read_text().replace('"sequence":7', '"sequence":5')
    ),
    "signed by another": lambda node: write_head(
        node.head_path, head=ledger.Head(1, HASH), site="hcl", key=make_node(node.folder / "other").key
    ),
    "another site's": lambda node: write_head(
        node.head_path, head=ledger.Head(1, HASH), site="chu-grenoble", key=node.key
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HEADS)
def test_a_signed_head_that_is_not_ours_shows(node: Node, case: str) -> None:
    HEADS[case](node)
    with pytest.raises(LedgerBrokenError), node.open_store() as store:
        verify(store, node=node)


def test_a_tail_cut_together_with_its_signed_head_shows_at_the_hub(node: Node) -> None:
    with node.open_store() as store:
        lines = ledger.read_lines(store)
    anchor = Anchor(sequence=7, hash=lines[6].hash)
    _tamper(node, "DELETE FROM ledger WHERE sequence > 5; DELETE FROM answers WHERE task_id LIKE '%2'")
    write_head(node.head_path, head=ledger.Head(5, lines[4].hash), site="hcl", key=node.key)
    with node.open_store() as store:
        verify(store, node=node)
        with pytest.raises(LedgerBrokenError, match="hub"):
            verify(store, node=node, anchor=anchor)


def test_a_rewritten_ledger_shows_at_the_hub(store: Store, node: Node) -> None:
    with pytest.raises(LedgerBrokenError, match="hub"):
        verify(store, node=node, anchor=Anchor(sequence=2, hash=HASH))


def test_a_move_undone_leaves_no_line(store: Store, node: Node) -> None:
    before = ledger.read_head(store)

    def fail_half_way() -> None:
        with store.transaction():
            ledger.append(store, event=Event.AGENT_NODE_STARTED, at=node.clock())
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail_half_way()
    assert ledger.read_head(store) == before
