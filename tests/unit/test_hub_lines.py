"""Lines of many threads in few transactions: each is written before its thread goes on, or it is told."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from maillage.hub.access.lines import Line, Lines


def test_each_line_is_written_once_before_its_thread_goes_on() -> None:
    lines, written = Lines(), list[int]()

    def write(batch: Sequence[Line]) -> None:
        written.extend(line["number"] for line in batch)

    def hand_in(number: int) -> bool:
        lines.hand_in({"number": number}, write=write)
        return number in written

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(hand_in, range(300)))
    assert sorted(written) == list(range(300))


def test_those_who_wait_meanwhile_are_written_together() -> None:
    lines, batches, busy, go = Lines(), list[int](), threading.Event(), threading.Event()

    def write(batch: Sequence[Line]) -> None:
        batches.append(len(batch))
        busy.set()
        assert go.wait(10)

    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(lines.hand_in, {}, write=write)
        assert busy.wait(10)
        others = [pool.submit(lines.hand_in, {}, write=write) for _ in range(4)]
        while len(lines._waiting) < 4:
            time.sleep(0.001)
        go.set()
    assert [done.exception() for done in (first, *others)] == [None] * 5
    assert batches == [1, 4]


def test_a_line_that_could_not_be_written_is_told_to_its_thread_and_to_no_later_one() -> None:
    lines = Lines()

    def fail(_batch: Sequence[Line]) -> None:
        raise OSError

    with pytest.raises(OSError):
        lines.hand_in({}, write=fail)
    lines.hand_in({}, write=len)
