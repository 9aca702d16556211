"""A few requests are worked at once, in the order of their ranks; whoever sleeps lets another work."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from maillage.hub.turns import AT_ONCE, Rank, Turns

PATIENCE_SECONDS = 10


def test_no_more_than_a_few_work_at_once() -> None:
    turns, lock, working, most = Turns(), threading.Lock(), [0], [0]

    def work(_number: int) -> None:
        with turns.take(rank=Rank.ASKED):
            with lock:
                working[0] += 1
                most[0] = max(most[0], working[0])
            threading.Event().wait(0.005)
            with lock:
                working[0] -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(40)))
    assert most[0] == AT_ONCE


def test_all_may_sleep_and_another_still_works() -> None:
    turns, asleep, wake = Turns(), threading.Barrier(AT_ONCE + 1), threading.Event()

    def sleep() -> None:
        with turns.take(rank=Rank.ASKED), turns.lend():
            asleep.wait(10)
            assert wake.wait(10)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        sleepers = [pool.submit(sleep) for _ in range(AT_ONCE)]
        asleep.wait(10)
        with turns.take(rank=Rank.ASKED):
            pass
        wake.set()
    assert [one.exception() for one in sleepers] == [None] * AT_ONCE


def test_a_turn_comes_back_after_an_error_and_none_is_lent_without_one() -> None:
    turns = Turns()
    for _ in range(AT_ONCE + 1):
        with pytest.raises(ZeroDivisionError), turns.take(rank=Rank.ASKED), turns.lend():
            raise ZeroDivisionError
    with turns.lend():
        pass
    assert turns._free == AT_ONCE


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
