"""Few requests are worked at once, in the order of their ranks; who sleeps or is long lets others work."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from maillage.hub.turns import AT_ONCE, LONG_SECONDS, PATIENCE, Rank, Turns

PATIENCE_SECONDS = 10


def stopped_turns() -> Turns:
    """Turns for which no time passes: nobody becomes long, and nobody is late."""
    return Turns(monotonic=lambda: 0.0)


def test_no_more_than_a_few_work_at_once() -> None:
    turns, lock, working, most = stopped_turns(), threading.Lock(), [0], [0]

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
    turns = stopped_turns()
    for _ in range(AT_ONCE + 1):
        with pytest.raises(ZeroDivisionError), turns.take(rank=Rank.ASKED), turns.lend():
            raise ZeroDivisionError
    with turns.lend() as lent:
        assert not lent
    with turns.take(rank=Rank.ASKED), turns.lend() as lent:
        assert lent
    assert not turns._had


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


def occupy(turns: Turns, worked: list[str]) -> list[threading.Event]:
    """As many who work as may at once."""
    busy = [hold(turns, rank=Rank.ASKED, then=lambda: worked.append("first")) for _turn in range(AT_ONCE)]
    wait_until(lambda: len(worked) == AT_ONCE)
    return busy


def wait_until(true: Callable[[], bool]) -> None:
    for _moment in range(PATIENCE_SECONDS * 100):
        if true():
            return
        threading.Event().wait(0.01)
    pytest.fail("it never came")


def test_a_gesture_passes_what_a_page_asks_by_itself_and_what_was_begun_passes_both() -> None:
    turns, worked = stopped_turns(), list[str]()
    busy = occupy(turns, worked)
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


def test_a_long_request_keeps_nobody_waiting() -> None:
    now, worked = [0.0], list[str]()
    turns = Turns(monotonic=lambda: now[0])
    slow = occupy(turns, worked)
    page = hold(turns, rank=Rank.ASKED, then=lambda: worked.append("page"))
    wait_until(lambda: turns.are_awaited)
    now[0] = LONG_SECONDS
    wait_until(lambda: "page" in worked)
    page.set()
    for leave in slow:
        leave.set()
    wait_until(lambda: not turns._had)


def test_counts_do_not_wait_for_ever_behind_pages() -> None:
    now, worked = [0.0], list[str]()
    turns = Turns(monotonic=lambda: now[0])
    busy = occupy(turns, worked)
    count = hold(turns, rank=Rank.BY_ITSELF, then=lambda: worked.append("count"))
    wait_until(lambda: len(turns._waiting) == 1)
    now[0] = PATIENCE[Rank.BY_ITSELF] + LONG_SECONDS / 2
    with turns._lock:
        for turn in turns._had:
            turn.since = now[0]
    page = hold(turns, rank=Rank.ASKED, then=lambda: worked.append("page"))
    wait_until(lambda: len(turns._waiting) == 2)
    for leave in (*busy, count, page):
        leave.set()
    wait_until(lambda: len(worked) == AT_ONCE + 2)
    assert worked[AT_ONCE:] == ["count", "page"]
