"""Retention at a node: old bodies go, lines stay, the act is a line; the database lets nothing else go."""

import json
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from maillage.base.canon import canonical_bytes, canonical_hash, sha256_hex
from maillage.exchange.envelope import seal_task
from maillage.exchange.export import open_export
from maillage.exchange.reasons import Reason
from maillage.node import ledger, tasks
from maillage.node.answer import make_refusal
from maillage.node.decide import decide_task, open_row
from maillage.node.errors import LedgerBrokenError, RangeEmptyError, RetentionError
from maillage.node.export import export_ledger
from maillage.node.folder import Node
from maillage.node.log import Log
from maillage.node.objections import changes
from maillage.node.objections.patients import Patient
from maillage.node.permits import documents
from maillage.node.retention import Retained, retain
from maillage.node.settings import LedgerSettings
from maillage.node.states import Event
from maillage.node.store import Store
from maillage.node.verify import verify
from tests.support.ledgers import tell
from tests.support.messages import HUB_KEY
from tests.support.nodes import HOLD, make_node, node_task

OLD = datetime(2020, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
DAY = datetime(2021, 1, 1, tzinfo=UTC)


@pytest.fixture
def node(tmp_path: Path) -> Node:
    """A node that did things in 2020, and allows to forget them."""
    node = make_node(tmp_path / "hcl", policy=HOLD, clock=lambda: OLD)
    return at(node, OLD)


def at(node: Node, now: datetime) -> Node:
    settings = node.settings.model_copy(update={"ledger": LedgerSettings(keep_years=1)})
    return replace(node, clock=lambda: now, settings=settings)


def read_bodies(node: Node) -> dict[int, bool]:
    with node.open_store() as store:
        return {line.sequence: not line.link.is_removed for line in ledger.read_lines(store)}


def run(node: Node, *, before: datetime = DAY) -> Retained:
    later = at(node, NOW)
    with later.open_store() as store:
        return retain(store, node=later, before=before, by="Mme Roux")


def test_old_bodies_go_and_the_ledger_is_whole(node: Node) -> None:
    for _line in range(3):
        tell(node, Event.HUB_REQUEST_REFUSED, code="clock_skew", status=401)
    found = run(node)
    assert found.removed == 3
    with node.open_store() as store:
        verify(store, node=node)
        act = ledger.find_last(store, event=Event.PERSON_LEDGER_RETAINED)
    assert act is not None
    assert act.body == {"by": "Mme Roux", "removed_before": "2021-01-01T00:00:00.000Z", "bodies": 3}
    assert sum(not kept for kept in read_bodies(node).values()) == 3


def test_nothing_of_what_went_is_left_in_the_files(node: Node) -> None:
    tell(node, Event.PERSON_TASK_REFUSED, why="un motif que personne ne doit plus lire")
    with node.open_store() as store:
        line = ledger.find_last(store, event=Event.PERSON_TASK_REFUSED)
    assert line is not None
    salt = json.loads(line.link.body_data or b"{}")["salt"]
    run(node)
    kept = b"".join(path.read_bytes() for path in node.folder.glob("node.sqlite*"))
    assert b"un motif" not in kept
    assert salt.encode() not in kept


def test_what_the_permit_in_force_and_its_committee_rest_on_stays(node: Node) -> None:
    run(node)
    with node.open_store() as store:
        events = {line.event for line in ledger.read_lines(store) if not line.link.is_removed}
    assert {
        Event.PERSON_NODE_CREATED,
        Event.PERSON_COMMITTEE_TRUSTED,
        Event.COMMITTEE_PERMIT_OFFERED,
        Event.PERSON_PERMIT_ACCEPTED,
    } <= events
    with node.open_store() as store:
        documents.withdraw(store, node=node, name="feasibility", by="Dr Faure")
    run(node)
    with node.open_store() as store:
        kept = {line.event for line in ledger.read_lines(store) if not line.link.is_removed}
    assert Event.PERSON_PERMIT_ACCEPTED not in kept


def test_an_open_question_stays_and_a_closed_one_goes(node: Node) -> None:
    task = node_task(issued_at=OLD, expires_at=OLD + timedelta(days=1))
    with node.open_store() as store:
        tasks.receive(store, node=node, task_id=task.task_id, data=seal_task(task, key=HUB_KEY))
        decide_task(store, node=node, row=tasks.find_task(store, task.task_id), log=Log())
    run(node)
    assert lines_of(node, task.task_id) == [True, True]
    with node.open_store() as store:
        row = tasks.find_task(store, task.task_id)
        make = make_refusal(open_row(row, node=node), reason=Reason.ENVELOPE_EXPIRED)
        tasks.answer(store, node=node, task_id=task.task_id, make=make)
        for due in store.rows("due_answers"):
            tasks.settle(store, node=node, due=due, accepted=True, code="recorded")
    run(node)
    assert not any(lines_of(node, task.task_id))
    with node.open_store() as store:
        assert verify(store, node=node).answers == 2


def lines_of(node: Node, task_id: str) -> list[bool]:
    with node.open_store() as store:
        lines = [line for line in ledger.read_lines(store) if line.task_id == task_id]
    return [not line.link.is_removed for line in lines]


def test_an_answer_changed_after_its_line_was_shortened_still_shows(node: Node) -> None:
    test_an_open_question_stays_and_a_closed_one_goes(node)
    with node.open_store() as store:
        store.connection.execute("DROP TRIGGER answers_are_written_once")
        store.connection.execute("UPDATE answers SET envelope = x'7b7d'")
        with pytest.raises(LedgerBrokenError, match="réponses"):
            verify(store, node=node)


def test_the_present_register_of_objections_keeps_its_line(node: Node) -> None:
    with node.open_store() as store:
        for number in ("123", "456"):
            changes.add(store, node=node, patient=Patient(local_id=number), by="Mme Roux")
    run(node)
    with node.open_store() as store:
        lines = [line for line in ledger.read_lines(store) if line.event.startswith("person:objection")]
    assert [line.link.is_removed for line in lines] == [True, False]


def test_what_the_settings_keep_is_kept(node: Node) -> None:
    with pytest.raises(RetentionError, match="1 ans"):
        run(node, before=NOW - timedelta(days=364))
    assert all(read_bodies(node).values())


def test_nothing_old_leaves_no_line(node: Node) -> None:
    before = read_bodies(node)
    assert run(node, before=OLD - timedelta(days=1)) == Retained(0, 0)
    assert read_bodies(node) == before


def delete(store: Store, sequence: int) -> None:
    with store.transaction():
        store.change("remove_body", sequence=sequence)


def test_the_database_lets_no_body_go_that_no_line_told_of(node: Node) -> None:
    with node.open_store() as store, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        delete(store, 2)
    with node.open_store() as store, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        store.connection.execute("UPDATE ledger_bodies SET sealed = '{}'")


def test_a_line_that_tells_of_bodies_not_a_year_old_lets_none_go(node: Node) -> None:
    early = at(node, OLD + timedelta(days=200))
    tell(early, Event.PERSON_LEDGER_RETAINED, by="x", removed_before="2020-06-01T00:00:00.000Z", bodies=1)
    with node.open_store() as store, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        delete(store, 2)


@pytest.mark.parametrize("event", [Event.PERSON_NODE_CREATED, Event.PERSON_LEDGER_RETAINED])
def test_what_later_checks_need_never_goes(node: Node, event: Event) -> None:
    tell(node, Event.HUB_REQUEST_REFUSED, code="clock_skew", status=401)
    run(node)
    with node.open_store() as store:
        line = ledger.find_last(store, event=event)
        assert line is not None
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            delete(store, line.sequence)


def test_a_body_that_later_checks_need_and_a_line_that_covers_it_do_not_excuse_each_other(node: Node) -> None:
    tell(node, Event.HUB_AUDIT_ANCHORED, name="houraa")
    tell(node, Event.HUB_REQUEST_REFUSED, code="clock_skew", status=401)
    run(node)
    with node.open_store() as store:
        line = ledger.find_last(store, event=Event.HUB_AUDIT_ANCHORED)
        assert line is not None
        store.connection.execute("DROP TRIGGER ledger_bodies_are_kept")
        delete(store, line.sequence)
        with pytest.raises(LedgerBrokenError, match=f"ligne {line.sequence}"):
            verify(store, node=node)


def test_with_the_trigger_gone_a_missing_body_shows(node: Node) -> None:
    with node.open_store() as store:
        store.connection.execute("DROP TRIGGER ledger_bodies_are_kept")
        delete(store, 2)
        with pytest.raises(LedgerBrokenError, match="ligne 2"):
            verify(store, node=node)


def test_an_export_after_it_is_whole_too(node: Node, tmp_path: Path) -> None:
    tell(node, Event.HUB_REQUEST_REFUSED, code="clock_skew", status=401)
    run(node)
    tell(at(node, NOW))
    with node.open_store() as store:
        whole = export_ledger(store, node=at(node, NOW), path=tmp_path / "whole.jsonl")
        part = export_ledger(store, node=at(node, NOW), path=tmp_path / "part.jsonl", until=DAY)
    for name, manifest in (("whole", whole), ("part", part)):
        links = list(open_export(tmp_path / f"{name}.jsonl").links())
        assert (links[0].sequence, links[-1].sequence) == (manifest.first, manifest.last)
        assert any(link.is_removed for link in links)
    assert whole.is_whole
    assert not part.is_whole


def test_dates_without_a_line_make_no_file(node: Node, tmp_path: Path) -> None:
    with node.open_store() as store, pytest.raises(RangeEmptyError):
        export_ledger(store, node=node, path=tmp_path / "none.jsonl", since=NOW)
    assert not (tmp_path / "none.jsonl").exists()


def test_a_broken_ledger_leaves_no_file(node: Node, tmp_path: Path) -> None:
    with node.open_store() as store:
        store.connection.execute("DROP TRIGGER ledger_lines_are_written_once")
        store.connection.execute("UPDATE ledger SET at = '2020-01-02T00:00:00.000Z' WHERE sequence = 3")
        with pytest.raises(LedgerBrokenError, match="ligne 3"):
            export_ledger(store, node=node, path=tmp_path / "broken.jsonl")
    assert not (tmp_path / "broken.jsonl").exists()


def test_lines_of_the_former_version_stay_whole_and_keep_their_bodies(tmp_path: Path) -> None:
    node = at(make_node(tmp_path / "hcl", permit=None, clock=lambda: OLD), OLD)
    write_former(node, count=3)
    tell(node, Event.HUB_REQUEST_REFUSED, code="clock_skew", status=401)
    assert run(node).removed == 1
    with node.open_store() as store:
        assert verify(store, node=node).head.sequence == 6
        lines = ledger.read_lines(store)
    assert [line.body.get("status") for line in lines[1:4]] == [0, 1, 2]
    with node.open_store() as store:
        store.connection.execute("DROP TRIGGER ledger_lines_are_written_once")
        store.connection.execute("UPDATE ledger SET body = '{\"status\":9}' WHERE sequence = 3")
        with pytest.raises(LedgerBrokenError, match="ligne 3"):
            verify(store, node=node)


def write_former(node: Node, *, count: int) -> None:
    """Lines as version 1 hashed them, body and all."""
    with node.open_store() as store, store.transaction():
        for number in range(count):
            head = ledger.read_head(store)
            content = {
                "sequence": head.sequence + 1,
                "at": "2020-01-01T00:00:00.000Z",
                "event": Event.HUB_REQUEST_REFUSED.value,
                "task_id": None,
                "body": {"status": number},
                "previous": head.hash,
            }
            body = canonical_bytes(content["body"]).decode()
            row = content | {"body": body, "hash": canonical_hash(content), "version": 1}
            store.change("append", **row)


def test_the_hash_of_a_body_cannot_be_guessed(node: Node) -> None:
    tell(node, Event.AGENT_NODE_STARTED, software="0.1.0")
    tell(node, Event.AGENT_NODE_STARTED, software="0.1.0")
    with node.open_store() as store:
        *_before, first, second = ledger.read_lines(store)
    assert first.body == second.body
    assert first.link.body_hash != second.link.body_hash
    assert sha256_hex(first.link.body_data or b"") == first.link.body_hash
