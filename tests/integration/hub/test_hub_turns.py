"""Who is worked when more ask than are worked at once."""

import threading
from collections.abc import Callable

import pytest
from django.test import RequestFactory

from maillage.hub.turns import AT_ONCE, Rank, Turns
from tests.integration.hub.conftest import Network

PATIENCE_SECONDS = 10


def hold(turns: Turns, *, rank: Rank, then: Callable[[], object]) -> threading.Event:
    """Somebody who works until the event is set; it is known once they work, or wait."""
    ready, leave = threading.Event(), threading.Event()

    def work() -> None:
        ready.set()
        with turns.take(rank=rank):
            then()
            leave.wait(PATIENCE_SECONDS)

    threading.Thread(target=work, daemon=True).start()
    ready.wait(PATIENCE_SECONDS)
    return leave


def wait_until(true: Callable[[], bool]) -> None:
    for _moment in range(PATIENCE_SECONDS * 100):
        if true():
            return
        threading.Event().wait(0.01)
    pytest.fail("it never came")


def test_a_gesture_passes_what_a_page_asks_by_itself_and_what_was_begun_passes_both() -> None:
    turns, worked = Turns(), list[str]()
    busy = [hold(turns, rank=Rank.ASKED, then=lambda: worked.append("first")) for _turn in range(AT_ONCE)]
    wait_until(lambda: len(worked) == AT_ONCE)
    waiting: list[threading.Event] = []
    for number, (rank, name) in enumerate(
        [(Rank.BY_ITSELF, "count"), (Rank.ASKED, "page"), (Rank.ASKED, "edit"), (Rank.BEGUN, "disk")], start=1
    ):
        waiting.append(hold(turns, rank=rank, then=lambda name=name: worked.append(name)))
        wait_until(lambda number=number: len(turns._waiting) == number)
    assert turns.are_awaited
    for place, leave in enumerate([busy[0], waiting[3], waiting[1], waiting[2]], start=AT_ONCE + 1):
        leave.set()
        wait_until(lambda place=place: len(worked) == place)
    assert worked[AT_ONCE:] == ["disk", "page", "edit", "count"]
    assert not turns.are_awaited


def test_a_turn_comes_back_from_who_fails_and_from_who_sleeps() -> None:
    turns, worked = Turns(), list[str]()
    for _failure in range(AT_ONCE):
        with pytest.raises(LookupError), turns.take(rank=Rank.ASKED):
            raise LookupError
    busy = hold(turns, rank=Rank.ASKED, then=lambda: worked.append("busy"))
    wait_until(lambda: worked == ["busy"])
    with turns.take(rank=Rank.ASKED), turns.lend():
        other = hold(turns, rank=Rank.BY_ITSELF, then=lambda: worked.append("meanwhile"))
        wait_until(lambda: worked == ["busy", "meanwhile"])
        busy.set()
        other.set()


@pytest.mark.parametrize(
    ("path", "by_htmx", "rank"),
    [
        ("/cohortes/cohort-1/compter", True, Rank.BY_ITSELF),
        ("/cohortes/cohort-1/suivi/question-1", True, Rank.BY_ITSELF),
        ("/questions/question-1/suivi", True, Rank.BY_ITSELF),
        ("/cohortes/cohort-1/compter", False, Rank.ASKED),
        ("/cohortes/cohort-1/modifier", True, Rank.ASKED),
        ("/demander/propositions", True, Rank.ASKED),
        ("/cohortes", False, Rank.ASKED),
    ],
)
def test_a_gesture_is_told_from_what_a_page_does_by_itself(
    network: Network, path: str, by_htmx: bool, rank: Rank
) -> None:
    from maillage.hub.middleware import rank_of

    request = RequestFactory().get(path, headers={"HX-Request": "true"} if by_htmx else {})
    assert rank_of(request) is rank
