"""S9: somebody with the node's disk, or even its key, and a past to change."""

import shutil
from pathlib import Path

import pytest

from maillage.exchange.envelope import open_answer, seal_task
from maillage.exchange.export import open_export
from maillage.exchange.result import Anchor
from maillage.exchange.testimony import Comparison, CutError, ForkError, RewrittenError
from maillage.node import tasks
from maillage.node.decide import decide_task
from maillage.node.errors import LedgerBrokenError
from maillage.node.folder import Node
from maillage.node.log import Log
from maillage.node.verify import verify, verify_against
from tests.integration.hub.conftest import Network
from tests.support.ledgers import check_proof, export_hub, export_node, join, meet, rewrite_ledger, tell
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


def test_a_ledger_rewritten_with_the_nodes_own_key_shows_at_the_hub(node: Node) -> None:
    answer_one(node)
    anchor = answer_one(node)
    check(node, anchor)
    rewrite_ledger(node, sequence=2)
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


def compare(node: Node, export: Path) -> Comparison | int:
    with node.open_store() as store:
        verify(store, node=node)
        return verify_against(store, node=node, export=open_export(export, signers=node.signers))


def hide(node: Node, *, cut: int) -> None:
    """After its last answer the node did something that it would rather not have done; then it went on."""
    rewrite_ledger(node, sequence=2, cut=cut)
    for _line in range(cut + 3):
        tell(node)


@pytest.mark.parametrize("cut", [0, 1])
def test_a_tail_rewritten_while_idle_shows_against_the_hub_s_export(
    network: Network, tmp_path: Path, cut: int
) -> None:
    node = join(network, tmp_path / "hcl")
    tell(node)
    meet(network, node)
    hide(node, cut=cut)
    meet(network, node)
    with pytest.raises(RewrittenError) as caught:
        compare(node, export_hub(network, tmp_path / "audit.jsonl"))
    assert "ligne 2" in caught.value.what


def test_a_tail_cut_while_idle_shows_against_the_hub_s_export(network: Network, tmp_path: Path) -> None:
    node = join(network, tmp_path / "hcl")
    for _line in range(5):
        tell(node)
    meet(network, node)
    rewrite_ledger(node, sequence=0, cut=3)
    with pytest.raises(CutError):
        compare(node, export_hub(network, tmp_path / "audit.jsonl"))


def test_without_the_exchange_of_heads_the_rewritten_tail_passes(network: Network, tmp_path: Path) -> None:
    node = join(network, tmp_path / "hcl")
    tell(node)
    hide(node, cut=1)
    assert compare(node, export_hub(network, tmp_path / "audit.jsonl")) == Comparison(0, 0)


def test_the_hub_holds_the_proof_that_a_node_signed_two_ledgers(network: Network, tmp_path: Path) -> None:
    from maillage.hub.ledger.verify import verify_against as hub_verify_against

    node = join(network, tmp_path / "hcl")
    tell(node)
    meet(network, node)
    whole = export_node(node, tmp_path / "before.jsonl")
    assert hub_verify_against(whole, hub=network.hub).theirs > 0
    hide(node, cut=0)
    forged = export_node(node, tmp_path / "after.jsonl")
    with pytest.raises(ForkError) as caught:
        hub_verify_against(forged, hub=network.hub)
    check_proof(caught.value.fork, tmp_path / "proof.jsonl", key=node.key.public)


def test_a_contradiction_that_the_hub_wrote_down_is_proof_without_any_export(
    network: Network, tmp_path: Path
) -> None:
    from maillage.hub.ledger.verify import verify_audit

    node = join(network, tmp_path / "hcl")
    for _line in range(12):
        tell(node)
    meet(network, node)
    assert verify_audit().node_lines > 0
    hide(node, cut=0)
    meet(network, node)
    with pytest.raises(ForkError) as caught:
        verify_audit()
    assert caught.value.fork.name == "hcl"
    check_proof(caught.value.fork, tmp_path / "proof.jsonl", key=node.key.public)


def test_another_hospital_s_ledger_is_not_taken_for_this_one_s(network: Network, tmp_path: Path) -> None:
    from maillage.exchange.errors import ExportError
    from maillage.hub.ledger.verify import verify_against as hub_verify_against

    join(network, tmp_path / "hcl")
    impostor = make_node(tmp_path / "impostor", site="hcl", permit=None)
    with pytest.raises(ExportError):
        hub_verify_against(export_node(impostor, tmp_path / "impostor.jsonl"), hub=network.hub)
