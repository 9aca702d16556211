"""A held answer at a node: sealed, checked, released or not; each word one transaction and one line."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from maillage.disclosure.evidence import Neighbour, Relation
from maillage.exchange.envelope import seal_task
from maillage.exchange.evidence import count_cells
from maillage.exchange.permit import Permit, ReleaseCheck
from maillage.exchange.reasons import Reason
from maillage.exchange.release import CheckerError, Outcome, ReleaseStateError, Standing, WordError
from maillage.exchange.result import Hold, Partial, Refusal
from maillage.node import ledger, tasks
from maillage.node import store as stores
from maillage.node.errors import EvidenceBrokenError, EvidenceMissingError
from maillage.node.folder import Node
from maillage.node.objections import changes
from maillage.node.objections.patients import Patient
from maillage.node.permits import documents
from maillage.node.release.describe import describe_held, list_waiting
from maillage.node.release.evidence import find_evidence, verify_evidence
from maillage.node.release.held import list_held
from maillage.node.states import Event, State
from maillage.node.store import Store
from maillage.node.verify import verify
from tests.support.messages import HUB_KEY, example_key, example_permit
from tests.support.nodes import make_node, node_task
from tests.support.releases import (
    CHECKERS,
    CONTENT,
    compute,
    held_permit,
    partial_of,
    run_again,
    say,
    sent,
)


class Clock:
    """Now, and later when a test says so."""

    def __init__(self) -> None:
        self.late = timedelta()

    def __call__(self) -> datetime:
        now = datetime.now(UTC) + self.late
        return now.replace(microsecond=now.microsecond // 1000 * 1000)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def node(tmp_path: Path, clock: Clock) -> Node:
    """Its answers wait for one person."""
    return make_node(tmp_path / "hcl", policy=CHECKERS, permit=held_permit(), clock=clock)


@pytest.fixture
def store(node: Node) -> Iterator[Store]:
    with node.open_store() as store:
        yield store


def state(store: Store, task_id: str) -> State:
    return tasks.find_task(store, task_id).state


def lines(store: Store, task_id: str, event: Event) -> list[dict[str, object]]:
    found = [line for line in ledger.read_lines(store) if line.task_id == task_id and line.event == event]
    return [dict(line.body) for line in found]


def test_a_computed_answer_waits_and_only_a_hold_is_sent(store: Store, node: Node) -> None:
    task_id = compute(store, node)
    assert state(store, task_id) is State.COMPUTED
    (told,) = sent(store, node, task_id)
    assert isinstance(told, Hold)
    assert told.reason is Reason.HELD_FOR_RELEASE
    assert verify(store, node=node).answers == 1


def test_what_waits_is_not_readable_in_the_store(store: Store, node: Node) -> None:
    compute(store, node)
    store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    files = b"".join(path.read_bytes() for path in node.folder.glob("node.sqlite*"))
    assert b'"count":95' not in files.replace(b" ", b"")


def test_conforme_lets_it_go_with_its_evidence(store: Store, node: Node) -> None:
    task_id = compute(store, node)
    assert say(store, node, task_id, Outcome.CONFORM).standing is Standing.RELEASED
    partial = partial_of(store, node, task_id)
    assert partial.content == CONTENT
    assert partial.evidence is not None
    assert partial.evidence.checked is not None
    assert (partial.evidence.checked.outcome, partial.evidence.checked.checkers) == ("conform", 1)
    (line,) = lines(store, task_id, Event.PERSON_RELEASE_CHECKED)
    assert line["by"] == "Dr Faure"
    assert line["kind"] == "partial"
    assert verify(store, node=node).answers == 2


def test_a_line_of_the_ledger_holds_no_number_of_the_answer_and_no_note(store: Store, node: Node) -> None:
    task_id = compute(store, node)
    say(store, node, task_id, Outcome.EXAMINE, note="les 95 personnes")
    say(store, node, task_id, Outcome.MASKED, "years.2021")
    bodies = json.dumps([dict(line.body) for line in ledger.read_lines(store) if line.task_id == task_id])
    assert "les 95" not in bodies
    assert '"count":' not in bodies
    assert ": 95" not in bodies


def test_masked_cells_leave_suppressed_and_the_rest_stays_as_it_was(store: Store, node: Node) -> None:
    task_id = compute(store, node)
    say(store, node, task_id, Outcome.MASKED, "years.2022")
    partial = partial_of(store, node, task_id)
    assert partial.content["years"] == [{"year": 2020, "persons": {"count": 40}}]
    assert partial.content["other_years"] == {"suppressed": "withheld"}
    assert partial.content["persons"] == {"count": 95}
    assert partial.evidence is not None
    assert partial.evidence.cells == count_cells(partial.content)
    assert partial.evidence.checked is not None
    assert partial.evidence.checked.outcome == "masked"


def test_a_cell_that_is_not_there_cannot_be_masked(store: Store, node: Node) -> None:
    task_id = compute(store, node)
    with pytest.raises(WordError):
        say(store, node, task_id, Outcome.MASKED, "years.1789")
    assert state(store, task_id) is State.COMPUTED
    assert not lines(store, task_id, Event.PERSON_RELEASE_CHECKED)


def test_a_examiner_keeps_it_with_its_note(store: Store, node: Node) -> None:
    task_id = compute(store, node)
    assert say(store, node, task_id, Outcome.EXAMINE, note="demander au DIM").standing is Standing.EXAMINED
    (told,) = describe_held(store, node=node, task_id=task_id)["words"]
    assert (told["note"], told["counts"]) == ("demander au DIM", False)
    assert len(sent(store, node, task_id)) == 1
    assert say(store, node, task_id, Outcome.CONFORM).standing is Standing.RELEASED


def test_refuse_sends_a_code_and_empties_what_was_sealed(store: Store, node: Node) -> None:
    task_id = compute(store, node)
    say(store, node, task_id, Outcome.REFUSED)
    _hold, refusal = sent(store, node, task_id)
    assert isinstance(refusal, Refusal)
    assert refusal.reason is Reason.RELEASE_REFUSED
    assert store.row("held", task_id=task_id)["sealed"] == b""  # pyright: ignore[reportOptionalSubscript]
    with pytest.raises(ReleaseStateError):
        say(store, node, task_id, Outcome.CONFORM)
    with pytest.raises(EvidenceMissingError):
        find_evidence(store, node=node, name=task_id)


@pytest.fixture
def strict(tmp_path: Path, clock: Clock) -> Node:
    """Its answers wait for two persons."""
    return make_node(tmp_path / "strict", policy=CHECKERS, permit=held_permit(2), clock=clock)


def test_two_persons_who_agree_let_it_go(strict: Node) -> None:
    with strict.open_store() as store:
        task_id = compute(store, strict)
        assert say(store, strict, task_id, Outcome.CONFORM).standing is Standing.SECONDED
        assert len(sent(store, strict, task_id)) == 1
        assert say(store, strict, task_id, Outcome.CONFORM, by="Mme Roux").standing is Standing.RELEASED
        assert find_evidence(store, node=strict, name=task_id).record.checkers == ("Dr Faure", "Mme Roux")


def test_two_persons_who_disagree_keep_it_and_begin_anew(strict: Node) -> None:
    with strict.open_store() as store:
        task_id = compute(store, strict)
        say(store, strict, task_id, Outcome.CONFORM)
        assert say(store, strict, task_id, Outcome.REFUSED, by="Mme Roux").standing is Standing.EXAMINED
        assert state(store, task_id) is State.COMPUTED
        assert say(store, strict, task_id, Outcome.CONFORM, by="Mme Roux").standing is Standing.SECONDED
        assert say(store, strict, task_id, Outcome.CONFORM).standing is Standing.RELEASED


@pytest.mark.parametrize("by", ["Dr Inconnu", "alice", "Alice"])
def test_who_is_not_named_or_asks_does_not_check(store: Store, node: Node, by: str) -> None:
    task_id = compute(store, node)
    with pytest.raises(CheckerError):
        say(store, node, task_id, Outcome.CONFORM, by=by)
    assert state(store, task_id) is State.COMPUTED


def test_a_permit_withdrawn_meanwhile_lets_nothing_out(store: Store, node: Node) -> None:
    task_id = compute(store, node)
    documents.withdraw(store, node=node, name="feasibility", by="Dr Faure")
    assert say(store, node, task_id, Outcome.CONFORM).reason is Reason.PERMIT_WITHDRAWN
    _hold, refusal = sent(store, node, task_id)
    assert isinstance(refusal, Refusal)
    assert refusal.reason is Reason.PERMIT_WITHDRAWN


def test_a_floor_raised_meanwhile_lets_nothing_out(store: Store, node: Node) -> None:
    task_id = compute(store, node)
    node.policy_path.write_text("floor = 30\n" + CHECKERS)
    assert say(store, node, task_id, Outcome.CONFORM).reason is Reason.POLICY_REFUSED
    assert not any(isinstance(message, Partial) for message in sent(store, node, task_id))


def test_a_date_that_passed_meanwhile_ends_in_the_ordinary_refusal(
    store: Store, node: Node, clock: Clock
) -> None:
    task_id = compute(store, node)
    clock.late = timedelta(hours=2)
    assert [row["task_id"] for row in store.rows("expired_tasks", now="2099")] == [task_id]
    assert say(store, node, task_id, Outcome.CONFORM).reason is Reason.ENVELOPE_EXPIRED
    assert not list_held(store)


def test_somebody_who_objected_meanwhile_has_it_computed_anew(store: Store, node: Node) -> None:
    task_id = compute(store, node)
    say(store, node, task_id, Outcome.EXAMINE)
    changes.add(store, node=node, patient=Patient(local_id="P-1"), by="Mme Roux")
    assert list_waiting(store, node=node)[0]["outdated"]
    assert say(store, node, task_id, Outcome.CONFORM).recomputed
    assert state(store, task_id) is State.ACCEPTED
    assert not list_held(store)
    run_again(store, node, task_id, count=96)
    assert say(store, node, task_id, Outcome.CONFORM).standing is Standing.RELEASED
    assert partial_of(store, node, task_id).content["persons"] == {"count": 96}
    assert lines(store, task_id, Event.AGENT_RELEASE_OUTDATED) != []


def test_the_checker_sees_question_cells_rules_and_former_answers(store: Store, node: Node) -> None:
    first = compute(store, node, title="La première")
    say(store, node, first, Outcome.MASKED, "years.2021")
    never = compute(store, node, title="La refusée")
    say(store, node, never, Outcome.REFUSED)
    neighbours = (Neighbour(first, Relation.SAME), Neighbour(never, Relation.APART))
    task_id = compute(store, node, title="La seconde", neighbours=neighbours)
    found = describe_held(store, node=node, task_id=task_id)
    assert (found["title"], found["requester"]) == ("La seconde", "alice")
    assert found["about"]["purpose"].startswith("Compter")
    assert {cell["name"] for cell in found["cells"]} == {
        "persons", "steps.0", "steps.1", "years.2020", "years.2021", "years.2022",
    }  # fmt: skip
    nearest = {rule["rule"]: rule["nearest"] for rule in found["rules"]}
    assert nearest == {"floor": 25, "chain": 205, "partition": None, "differencing": None}
    same, apart = (one["sentence"] for one in found["differences"])
    assert "Mêmes personnes" in same
    assert "years.2021" in same
    assert "Au moins 11 personnes" in apart
    assert "n’est pas sortie" in apart
    masked = describe_held(store, node=node, task_id=task_id, masks=frozenset({"persons"}))
    assert masked["cells"][0]["cell"] == {"suppressed": "withheld"}


def test_an_automatic_release_has_its_evidence_too(tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl", permit=example_permit(minimum_cell=11))
    with node.open_store() as store:
        task_id = compute(store, node)
        partial = partial_of(store, node, task_id)
        kept = find_evidence(store, node=node, name=partial.question_id)
    assert partial.evidence is not None
    assert partial.evidence.checked is None
    assert kept.record.evidence == partial.evidence
    assert kept.record.trace.given == 7
    assert verify_evidence(kept.envelope, key=node.key.public) == kept.record
    with pytest.raises(EvidenceBrokenError):
        verify_evidence(kept.envelope, key=example_key(9).public)


def test_a_permit_of_before_reads_as_one_person_at_the_node_and_keeps_its_hash() -> None:
    document = json.loads(held_permit(release=None).to_bytes())
    assert "release" not in document
    old = Permit.model_validate_json(json.dumps(document))
    assert old.check is not None
    assert (old.check.at, old.check.checkers) == ("node", 1)
    assert example_permit().check is None
    with pytest.raises(ValueError, match="output is held"):
        example_permit(release=ReleaseCheck())


def test_a_store_of_before_keeps_its_tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "VERSIONS", stores.VERSIONS[:4])
    node = make_node(tmp_path / "hcl", policy=CHECKERS, permit=held_permit())
    old = node_task()
    with node.open_store() as store:
        tasks.receive(store, node=node, task_id=old.task_id, data=seal_task(old, key=HUB_KEY))
    monkeypatch.undo()
    with node.open_store() as store:
        assert state(store, old.task_id) is State.RECEIVED
        assert state(store, compute(store, node)) is State.COMPUTED
        verify(store, node=node)
