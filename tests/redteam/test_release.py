"""Whoever wants a held answer out: the author, a lone checker, the hub, a hand in the file."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from maillage.base.canon import sha256_hex
from maillage.exchange import release as rules
from maillage.exchange import result
from maillage.exchange.envelope import open_answer, seal_answer, seal_evidence, seal_task
from maillage.exchange.errors import EnvelopeError
from maillage.exchange.permit import Permit
from maillage.exchange.release import CheckerError, Outcome
from maillage.exchange.result import Hold, Partial
from maillage.node import tasks
from maillage.node.errors import EvidenceBrokenError, HeldBrokenError
from maillage.node.folder import Node
from maillage.node.objections import changes
from maillage.node.objections.patients import Patient
from maillage.node.release import check, held, sealing
from maillage.node.release.evidence import find_evidence, verify_evidence
from maillage.node.release.held import find_held, open_held
from maillage.node.states import State
from maillage.node.store import Store
from tests.support.messages import example_key
from tests.support.nodes import agent_thread, make_node, node_task, read_states, send_task, wait_until
from tests.support.releases import CHECKERS, compute, held_permit, partial_of, say, sent
from tests.support.stand_in_hub import StandInHub, serve


def strict_node(folder: Path, checkers: int = 2, **changes: Any) -> Node:
    """Two persons check what leaves."""
    return make_node(folder / "hcl", policy=CHECKERS, permit=held_permit(checkers), **changes)


def left(store: Store, node: Node, task_id: str) -> bool:
    return any(isinstance(message, Partial) for message in sent(store, node, task_id))


def let_go_by(store: Store, node: Node, task_id: str, *names: str) -> bool:
    """Whether the answer leaves once these persons have said that it conforms."""
    for name in names:
        say(store, node, task_id, Outcome.CONFORM, by=name)
    return left(store, node, task_id)


@pytest.mark.parametrize("names", [("alice", "Dr Faure"), ("Alice ", "Dr Faure"), ("Dr Faure", "ALICE")])
def test_the_author_never_checks_the_release(tmp_path: Path, names: tuple[str, str]) -> None:
    node = strict_node(tmp_path)
    with node.open_store() as store:
        task_id = compute(store, node)
        with pytest.raises(CheckerError):
            let_go_by(store, node, task_id, *names)
        assert not left(store, node, task_id)


@pytest.mark.parametrize("again", ["Dr Faure", "dr faure", "Dr  Fauré", "Ｄr Faure"])
def test_one_person_is_not_two(tmp_path: Path, again: str) -> None:
    node = strict_node(tmp_path)
    with node.open_store() as store:
        task_id = compute(store, node)
        with pytest.raises(CheckerError):
            let_go_by(store, node, task_id, "Dr Faure", again)
        assert not left(store, node, task_id)


def test_with_the_checkers_not_compared_author_and_lone_checker_win(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "check_checker", lambda *_given, **_named: None)
    node = strict_node(tmp_path)
    with node.open_store() as store:
        assert let_go_by(store, node, compute(store, node), "alice", "alice")


def slip_a_word_in(store: Store, task_id: str) -> None:
    """What a second person would have said, written into the table."""
    slipped = (
        "INSERT INTO words (task_id, round, checker, outcome, masks, note, at) "
        "VALUES (?, 1, 'Mme Roux', 'conform', '[]', '', '2026-11-28T08:00:00.000Z')"
    )
    store.connection.execute(slipped, (task_id,))


def test_a_word_slipped_into_the_file_is_nobodys(tmp_path: Path) -> None:
    node = strict_node(tmp_path)
    with node.open_store() as store:
        task_id = compute(store, node)
        slip_a_word_in(store, task_id)
        assert not let_go_by(store, node, task_id, "Dr Faure")


def test_with_the_table_believed_the_lone_checker_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def believe(store: Store, task_id: str) -> list[rules.Word]:
        return [one.word for one in held.list_words(store, task_id)]

    monkeypatch.setattr(check, "read_round", believe)
    node = strict_node(tmp_path)
    with node.open_store() as store:
        task_id = compute(store, node)
        slip_a_word_in(store, task_id)
        assert let_go_by(store, node, task_id, "Dr Faure")


def lower_the_number(store: Store, task_id: str) -> None:
    """One checker instead of two, written into the file."""
    store.connection.execute("UPDATE held SET checkers = 1 WHERE task_id = ?", (task_id,))


def flip_a_bit(store: Store, task_id: str) -> None:
    """Another content, without the key."""
    found = find_held(store, task_id)
    data = bytes([*found.sealed[:-1], found.sealed[-1] ^ 1])
    put(store, task_id, data)


def put(store: Store, task_id: str, data: bytes) -> None:
    store.connection.execute(
        "UPDATE held SET sealed = ?, sealed_hash = ? WHERE task_id = ?", (data, sha256_hex(data), task_id)
    )


def seal_anew(store: Store, node: Node, task_id: str, *, persons: int) -> None:
    """Another content, by somebody who reads the node's folder and its keys."""
    found = open_held(store, node=node, held=find_held(store, task_id))
    content = found.computed.content | {"persons": {"count": persons}}
    other = found.model_copy(update={"computed": found.computed.model_copy(update={"content": content})})
    put(store, task_id, sealing.seal(other, task_id=task_id, folder=node.folder))


@pytest.mark.parametrize("edit", [lower_the_number, flip_a_bit])
def test_an_edited_row_is_not_released(tmp_path: Path, edit: Callable[[Store, str], None]) -> None:
    node = strict_node(tmp_path)
    with node.open_store() as store:
        task_id = compute(store, node)
        edit(store, task_id)
        with pytest.raises(HeldBrokenError):
            let_go_by(store, node, task_id, "Dr Faure", "Mme Roux")
        assert not left(store, node, task_id)
        # It can still be refused, by both: nothing needs to be opened for that.
        say(store, node, task_id, Outcome.REFUSED)


def test_a_sealed_answer_moved_to_another_task_is_not_released(tmp_path: Path) -> None:
    node = strict_node(tmp_path, checkers=1)
    with node.open_store() as store:
        one, other = compute(store, node), compute(store, node)
        put(store, other, find_held(store, one).sealed)
        with pytest.raises(HeldBrokenError):
            let_go_by(store, node, other, "Dr Faure")


def test_even_who_has_the_keys_cannot_swap_the_answer_unnoticed(tmp_path: Path) -> None:
    node = strict_node(tmp_path, checkers=1)
    with node.open_store() as store:
        task_id = compute(store, node)
        seal_anew(store, node, task_id, persons=12)
        with pytest.raises(HeldBrokenError):
            let_go_by(store, node, task_id, "Dr Faure")
        assert not left(store, node, task_id)


def test_without_the_ledgers_word_the_swapped_answer_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = strict_node(tmp_path, checkers=1)
    with node.open_store() as store:
        task_id = compute(store, node)
        seal_anew(store, node, task_id, persons=12)
        honest = held.unseal

        def believe(data: bytes, *, task_id: str, folder: Path, expected: str) -> sealing.Sealed:
            return honest(data, task_id=task_id, folder=folder, expected=sha256_hex(data))

        monkeypatch.setattr(held, "unseal", believe)
        assert let_go_by(store, node, task_id, "Dr Faure")
        assert partial_of(store, node, task_id).content["persons"] == {"count": 12}


def test_a_row_that_hides_an_objection_has_the_answer_computed_anew(tmp_path: Path) -> None:
    node = strict_node(tmp_path, checkers=1)
    with node.open_store() as store:
        task_id = compute(store, node)
        changes.add(store, node=node, patient=Patient(local_id="P-1"), by="Mme Roux")
        present = held.read_register_version(store)
        store.connection.execute("UPDATE held SET register = ?", (present,))
        assert not let_go_by(store, node, task_id, "Dr Faure")
        assert tasks.find_task(store, task_id).state is State.ACCEPTED


def test_with_objections_not_looked_at_the_older_answer_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "read_register_version", lambda _store: 0)
    node = strict_node(tmp_path, checkers=1)
    with node.open_store() as store:
        task_id = compute(store, node)
        changes.add(store, node=node, patient=Patient(local_id="P-1"), by="Mme Roux")
        assert let_go_by(store, node, task_id, "Dr Faure")


@pytest.fixture
def hub() -> Iterator[StandInHub]:
    with serve(StandInHub()) as running:
        yield running


def test_whatever_the_hub_says_a_held_answer_is_not_on_the_wire(hub: StandInHub, tmp_path: Path) -> None:
    node = strict_node(tmp_path, hub_url=hub.url, hub_key=hub.key.public)
    hub.node_key = node.key.public
    task = send_task(hub)
    with agent_thread(node):
        hub.wait_for_answers(task.task_id)
        wait_until(lambda: no_answer_is_due(node))
        hub.deliver_again(task.task_id)
        hub.wait_for_answers(task.task_id, count=2)
        wait_until(lambda: no_answer_is_due(node))
        # Another message under the same name, as to say: released, answer at last.
        forged = node_task(task_id=task.task_id, title="released")
        hub.tasks[task.task_id].envelope = seal_task(forged, key=hub.key)
        hub.deliver_again(task.task_id)
        hub.wait_for_answers(task.task_id, count=3)
        wait_until(lambda: no_answer_is_due(node))
        assert read_states(node) == {task.task_id: "computed"}
    assert {type(hub.read(answer)) for answer in hub.tasks[task.task_id].answers} == {Hold}
    with node.open_store() as store:
        assert let_go_by(store, node, task.task_id, "Dr Faure", "Mme Roux")
    with agent_thread(node):
        wait_until(lambda: read_states(node) == {task.task_id: "sent"})
    assert isinstance(hub.read(hub.tasks[task.task_id].answers[-1]), Partial)


def no_answer_is_due(node: Node) -> bool:
    with node.open_store() as store:
        return not store.rows("due_answers")


def test_with_the_check_not_asked_the_answer_is_on_the_wire_at_once(
    hub: StandInHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Permit, "check", None)
    node = strict_node(tmp_path, hub_url=hub.url, hub_key=hub.key.public)
    hub.node_key = node.key.public
    task = send_task(hub)
    with agent_thread(node):
        (answer,) = hub.wait_for_answers(task.task_id)
    assert isinstance(answer, Partial)


def released(store: Store, node: Node, **changes: Any) -> str:
    task_id = compute(store, node, **changes)
    assert let_go_by(store, node, task_id, "Dr Faure")
    return task_id


def test_evidence_of_another_release_does_not_fit(tmp_path: Path) -> None:
    node = strict_node(tmp_path, checkers=1)
    with node.open_store() as store:
        one, other = released(store, node), released(store, node)
        mine, theirs = partial_of(store, node, one), partial_of(store, node, other)
    pasted = mine.model_copy(update={"evidence": theirs.evidence})
    own = {node.key.public.fingerprint: node.key.public}
    with pytest.raises(EnvelopeError):
        open_answer(seal_answer(pasted, key=node.key), signers=own)


def test_without_the_comparison_any_evidence_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = strict_node(tmp_path, checkers=1)
    with node.open_store() as store:
        one, other = released(store, node), released(store, node)
        mine, theirs = partial_of(store, node, one), partial_of(store, node, other)
    monkeypatch.setattr(result, "is_of", lambda *_given, **_named: True)
    pasted = mine.model_copy(update={"evidence": theirs.evidence})
    own = {node.key.public.fingerprint: node.key.public}
    assert open_answer(seal_answer(pasted, key=node.key), signers=own).message == pasted


def test_a_record_pasted_over_another_or_edited_is_told(tmp_path: Path) -> None:
    node = strict_node(tmp_path, checkers=1)
    with node.open_store() as store:
        one, other = released(store, node), released(store, node)
        foreign = find_evidence(store, node=node, name=other)
        store.connection.execute("DROP TRIGGER evidence_is_written_once")
        store.connection.execute(
            "UPDATE evidence SET envelope = ? WHERE task_id = ?", (foreign.envelope, one)
        )
        with pytest.raises(EvidenceBrokenError):
            find_evidence(store, node=node, name=one)
        edited = foreign.record.model_copy(update={"checkers": ("Mme Roux",)})
        forged = seal_evidence(edited, key=example_key(77))
    with pytest.raises(EvidenceBrokenError):
        verify_evidence(forged, key=node.key.public)
    document = json.loads(foreign.envelope)
    document["payload"] = b64encode(edited.to_bytes()).decode()
    with pytest.raises(EvidenceBrokenError):
        verify_evidence(json.dumps(document).encode(), key=node.key.public)


def test_evidence_tells_outside_only_what_the_answer_shows(tmp_path: Path) -> None:
    node = strict_node(tmp_path, checkers=1)
    with node.open_store() as store:
        evidence = partial_of(store, node, released(store, node)).evidence
    assert evidence is not None
    document = json.dumps(evidence.model_dump(mode="json"))
    assert not [name for name in ("given", "below_floor", "near", "same", "Dr Faure") if name in document]
    assert evidence.former == "none"
