"""A node whose former answers are gone: it must not take itself for a new one.

Whoever restores a hospital's machine, or wants its guard to forget, leaves `releases.sqlite` or its key
behind. Then 60 and 57 would both be told exactly, and what differential privacy has cost would be nothing.
"""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from maillage.cli.main import run
from maillage.exchange.reasons import Reason
from maillage.node import ledger
from maillage.node.states import Event
from maillage.node.worker import opening
from maillage.node.worker.messages import Computed, Declined
from tests.redteam.test_s05_epsilon import PRIVACY, Hospital
from tests.redteam.test_s05_everyone import BANDS, EXACT, NOISY

ONCE = PRIVACY.model_copy(update={"epsilon_per_question": 1.0}).model_dump()
FORMS = (EXACT, NOISY, BANDS, ONCE)


@pytest.fixture
def hospital(tmp_path: Path) -> Generator[Hospital]:
    found = Hospital(tmp_path)
    yield found
    found.bench.close()


def ask(hospital: Hospital, persons: range, *, counts: dict[str, Any] = EXACT) -> Computed | Declined:
    floor = 1 if counts["kind"] == "dp" else 11
    return hospital.ask(persons, counts=counts, floor=floor, network_floor=floor)


def count(answer: Computed | Declined) -> int | None:
    """The number that was told; None for none."""
    return answer.content["persons"].get("count") if isinstance(answer, Computed) else None


def lose_file(folder: Path) -> None:
    for path in folder.glob("releases.sqlite*"):
        path.unlink()


def lose_key(folder: Path) -> None:
    (folder / "releases.key").unlink()


def lose_both(folder: Path) -> None:
    lose_file(folder)
    lose_key(folder)


def take_another(folder: Path) -> None:
    """The file of a node that has told nothing, with its key."""
    lose_both(folder)
    opening.Releases(folder).close()


LOSSES = [
    lose_file,
    lose_key,
    pytest.param(lose_both, marks=pytest.mark.long),
    pytest.param(take_another, marks=pytest.mark.long),
]


@pytest.mark.parametrize("lose", LOSSES)
def test_a_node_that_lost_its_former_answers_tells_nothing(
    hospital: Hospital, lose: Callable[[Path], None]
) -> None:
    assert count(ask(hospital, range(60))) == 60
    hospital.bench.close()
    lose(hospital.node.folder)
    hospital.open()
    for counts in FORMS:
        answer = ask(hospital, range(57), counts=counts)
        assert isinstance(answer, Declined)
        assert answer.reason is Reason.WAREHOUSE_UNAVAILABLE


def test_with_nothing_remembered_a_lost_file_gives_three_persons_and_the_budget_back(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "require_kept", lambda store, *, folder: None)
    monkeypatch.setattr(opening, "bind", lambda store, *, identity, secret: None)
    assert count(ask(hospital, range(60))) == 60
    assert isinstance(ask(hospital, range(60), counts=ONCE), Computed)
    assert isinstance(ask(hospital, range(50), counts=ONCE), Declined), "it is spent"
    hospital.bench.close()
    lose_file(hospital.node.folder)
    hospital.open()
    assert count(ask(hospital, range(57))) == 57
    assert isinstance(ask(hospital, range(50), counts=ONCE), Computed)


def test_a_node_that_was_restored_whole_goes_on(hospital: Hospital) -> None:
    assert count(ask(hospital, range(60))) == 60
    hospital.bench.close()
    folder = hospital.node.folder
    kept = {path.name: path.read_bytes() for path in folder.glob("releases.*")}
    lose_both(folder)
    hospital.open()
    assert isinstance(ask(hospital, range(57)), Declined)
    for name, data in kept.items():
        (folder / name).write_bytes(data)
    told = ask(hospital, range(57))
    assert isinstance(told, Computed)
    assert (count(told), told.content["repeated"]) == (60, True)


def test_a_person_lets_it_begin_anew_once_and_the_ledger_says_who(
    hospital: Hospital, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(hospital.node.folder)
    asked = ("node", "releases", "begin-anew", folder, "--by", "Dr Faure", "--why", "disque perdu")
    assert run(list(asked)) == 8, "a new node starts by itself"
    ask(hospital, range(60))
    hospital.bench.close()
    assert run(list(asked)) == 8
    lose_file(hospital.node.folder)
    hospital.open()
    assert run(["node", "status", folder]) == 0
    assert "rien ne part" in capsys.readouterr().out
    assert run(["node", "epsilon", folder]) == 6, "an account that is lost is not an empty one"
    assert run(list(asked)) == 0
    assert count(ask(hospital, range(57))) == 57
    with hospital.node.open_store() as store:
        (line,) = [one for one in ledger.read_lines(store) if one.event == Event.PERSON_RELEASES_BEGUN_ANEW]
    assert line.body == {"by": "Dr Faure", "why": "disque perdu"}
    hospital.bench.close()
    lose_file(hospital.node.folder)
    hospital.open()
    assert isinstance(ask(hospital, range(60)), Declined), "one word, one time"


def test_a_file_of_before_there_were_marks_is_taken_as_it_is(hospital: Hospital) -> None:
    opening.Releases(hospital.node.folder).close()
    assert count(ask(hospital, range(60))) == 60
