"""S9: somebody with the node's disk, or even its key, and a past to change."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from maillage.base.canon import canonical_hash
from maillage.exchange.envelope import open_answer, seal_task
from maillage.exchange.result import Anchor
from maillage.node import ledger, tasks
from maillage.node.decide import decide_task
from maillage.node.errors import LedgerBrokenError
from maillage.node.folder import Node
from maillage.node.heads import write_head
from maillage.node.ledger import Head
from maillage.node.log import Log
from maillage.node.verify import verify
from tests.support.messages import HUB_KEY
from tests.support.nodes import make_node, node_task

FILES = ("node.sqlite", "node.sqlite-wal", "node.sqlite-shm", "ledger.head")


def answer_one(node: Node) -> Anchor:
    """A task refused by policy; the anchor that the hub reads in the answer."""
    task = node_task()
    with node.open_store() as store:
        tasks.receive(store, node=node, task_id=task.task_id, data=seal_task(task, key=HUB_KEY))
        decide_task(store, node=node, row=tasks.find_task(store, task.task_id), log=Log())
        envelope = store.rows("answers")[-1]["envelope"]
    signers = {node.key.public.fingerprint: node.key.public}
    anchor = open_answer(envelope, signers=signers).message.anchor
    assert anchor is not None
    return anchor


def check(node: Node, anchor: Anchor | None = None) -> None:
    with node.open_store() as store:
        verify(store, node=node, anchor=anchor)


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return make_node(tmp_path / "hcl", policy="")


def test_a_rollback_of_both_files_shows_at_the_hub(node: Node, tmp_path: Path) -> None:
    answer_one(node)
    backup = shutil.copytree(node.folder, tmp_path / "backup")
    answer_one(node)
    anchor = answer_one(node)
    for name in FILES:
        (node.folder / name).unlink(missing_ok=True)
        if (backup / name).exists():
            shutil.copy(backup / name, node.folder / name)
    check(node)
    with pytest.raises(LedgerBrokenError, match="fin du registre"):
        check(node, anchor)


def test_a_rollback_of_the_store_alone_shows_at_the_node(node: Node, tmp_path: Path) -> None:
    answer_one(node)
    backup = shutil.copytree(node.folder, tmp_path / "backup")
    answer_one(node)
    for name in FILES[:3]:
        (node.folder / name).unlink(missing_ok=True)
        if (backup / name).exists():
            shutil.copy(backup / name, node.folder / name)
    with pytest.raises(LedgerBrokenError):
        check(node)


def rewrite(node: Node) -> None:
    """What only the key's owner can do: change a line, hash all that follow again, sign the new head."""
    with closing(sqlite3.connect(node.folder / "node.sqlite")) as store:
        store.execute("DROP TRIGGER ledger_lines_are_written_once")
        with node.open_store() as reader:
            lines = ledger.read_lines(reader)
        previous = ledger.GENESIS
        for line in lines:
            at = "2020-01-01T00:00:00.000Z" if line.sequence == 2 else line.at
            content = vars(line) | {"at": at, "previous": previous}
            del content["hash"]
            previous = canonical_hash(content)
            change = "UPDATE ledger SET at = ?, previous = ?, hash = ? WHERE sequence = ?"
            store.execute(change, (at, content["previous"], previous, line.sequence))
        store.commit()
    head = Head(lines[-1].sequence, previous)
    write_head(node.head_path, head=head, site=node.site, key=node.key)


def test_a_ledger_rewritten_with_the_nodes_own_key_shows_at_the_hub(node: Node) -> None:
    answer_one(node)
    anchor = answer_one(node)
    check(node, anchor)
    rewrite(node)
    check(node)
    with pytest.raises(LedgerBrokenError, match="réécrit"):
        check(node, anchor)


def test_an_answer_added_without_a_line_shows(node: Node) -> None:
    answer_one(node)
    task = node_task()
    with node.open_store() as store:
        tasks.receive(store, node=node, task_id=task.task_id, data=seal_task(task, key=HUB_KEY))
        store.connection.execute(
            "INSERT INTO answers (task_id, final, kind, envelope, hash, recorded_at) "
            "VALUES (?, 1, 'partial', x'00', 'sha256:0', '')",
            (task.task_id,),
        )
    with pytest.raises(LedgerBrokenError, match="réponses"):
        check(node)
