"""What a masked sum leaves behind at each hospital: what its numbers went through, and none of them."""

import json
import re
from collections.abc import Generator
from pathlib import Path

import pytest

from maillage.cli.main import run
from maillage.disclosure.evidence import RuleName
from maillage.exchange.evidence_words import word_evidence
from maillage.exchange.reasons import Reason
from maillage.exchange.sums import Ended
from maillage.node.errors import EvidenceMissingError
from maillage.node.release.evidence import find_evidence, verify_evidence
from maillage.node.sums.sealing import Part, Seal
from maillage.node.sums.states import SumState
from tests.support.sums import PERSONS, Hospital, ask_sum, hospitals, run_session

Group = dict[str, Hospital]


@pytest.fixture
def group(tmp_path: Path) -> Generator[Group]:
    with hospitals(tmp_path) as found:
        yield found


def test_each_hospital_keeps_what_its_numbers_went_through(group: Group) -> None:
    asked = ask_sum(group)
    for site, hospital in group.items():
        hospital.receive(asked[site])
    run_session(group, asked)
    for site, hospital in group.items():
        kept = find_evidence(hospital.store, node=hospital.node, name=asked[site].question_id)
        record = verify_evidence(kept.envelope, key=hospital.node.key.public)
        assert record.evidence.task_id == asked[site].task_id
        assert record.evidence.rules == (RuleName.FLOOR, RuleName.MASKED)
        assert (record.trace.given, record.trace.shown) == (1, 1)
        assert "sous masques" in " ".join(word_evidence(record.evidence, with_cells=True))


def test_the_evidence_holds_no_number(group: Group) -> None:
    asked = ask_sum(group)
    for site, hospital in group.items():
        hospital.receive(asked[site])
    run_session(group, asked)
    for site, hospital in group.items():
        record = find_evidence(hospital.store, node=hospital.node, name=asked[site].task_id).record
        text = record.model_dump_json()
        assert str(PERSONS[site]) not in re.sub(r"sha256:[0-9a-f]{64}", "", text)


def test_two_hospitals_with_the_same_numbers_have_different_hashes(group: Group) -> None:
    asked = ask_sum(group)
    for site, hospital in group.items():
        same = {"count": 1000}
        hospital.receive(asked[site], persons=same, steps=[same], other_years=same)
    run_session(group, asked)
    found = {
        find_evidence(hospital.store, node=hospital.node, name=asked[site].task_id).record.evidence.content
        for site, hospital in group.items()
    }
    assert len(found) == len(group)


def test_a_sum_that_ended_leaves_no_evidence(group: Group) -> None:
    asked = ask_sum(group)
    hospital = group["est"]
    hospital.receive(asked["est"])
    hospital.hear(asked["est"].question_id, Ended(reason=Reason.SUM_FAILED))
    assert hospital.row(asked["est"].question_id).state is SumState.ENDED
    with pytest.raises(EvidenceMissingError):
        find_evidence(hospital.store, node=hospital.node, name=asked["est"].task_id)


def test_a_session_begun_by_an_older_version_is_summed_without_evidence(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = Seal.close
    monkeypatch.setattr(
        Seal,
        "close",
        lambda self, part, *, session: close(self, Part(part.numbers, part.secrets), session=session),
    )
    asked = ask_sum(group)
    for site, hospital in group.items():
        hospital.receive(asked[site])
    assert run_session(group, asked).total() == sum(PERSONS.values())
    with pytest.raises(EvidenceMissingError):
        find_evidence(group["est"].store, node=group["est"].node, name=asked["est"].task_id)


def test_the_command_lists_it_among_what_left(group: Group, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ask_sum(group, title="Sous masques")
    for site, hospital in group.items():
        hospital.receive(asked[site])
    run_session(group, asked)
    folder = str(group["est"].node.folder)
    assert run(["node", "releases", "left", folder, "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["task_id"], found["kind"], found["title"]) == (
        asked["est"].task_id,
        "summed",
        "Sous masques",
    )
    assert run(["node", "releases", "left", folder]) == 0
    assert "nombres dans une somme masquée" in capsys.readouterr().out
    assert run(["node", "evidence", folder, asked["est"].question_id]) == 0
    assert "sous masques" in capsys.readouterr().out
