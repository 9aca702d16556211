"""A few requests are worked at once; whoever sleeps lets another work."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from maillage.hub.turns import AT_ONCE, Turns


def test_no_more_than_a_few_work_at_once() -> None:
    turns, lock, working, most = Turns(), threading.Lock(), [0], [0]

    def work(_number: int) -> None:
        with turns.take():
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
        with turns.take(), turns.lend():
            asleep.wait(10)
            assert wake.wait(10)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        sleepers = [pool.submit(sleep) for _ in range(AT_ONCE)]
        asleep.wait(10)
        with turns.take():
            pass
        wake.set()
    assert [one.exception() for one in sleepers] == [None] * AT_ONCE


def test_a_turn_comes_back_after_an_error_and_none_is_lent_without_one() -> None:
    turns = Turns()
    for _ in range(AT_ONCE + 1):
        with pytest.raises(ZeroDivisionError), turns.take(), turns.lend():
            raise ZeroDivisionError
    with turns.lend():
        pass
    free = [turns._free.acquire(blocking=False) for _ in range(AT_ONCE + 1)]
    assert free == [True] * AT_ONCE + [False]
