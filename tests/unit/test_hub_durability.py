"""Group commit: nobody goes on before a sync of the log that began after their transaction's end."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from maillage.hub.durability import GroupCommit, sync_file


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "hub.sqlite-wal"
    path.write_bytes(b"frames")
    return path


def watch(monkeypatch: pytest.MonkeyPatch, sync: Callable[[int], None]) -> None:
    monkeypatch.setattr(os, "fsync", sync)


def test_each_waits_for_a_sync_that_began_after_its_end(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commits, lock, ended, covered = GroupCommit(), threading.Lock(), [0], [0]

    def sync(_handle: int) -> None:
        covered[0] = ended[0]

    watch(monkeypatch, sync)

    def write(_number: int) -> bool:
        with lock:
            number = commits.note_end()
            ended[0] = number
        commits.wait_for(number, sync=lambda: sync_file(log))
        return covered[0] >= number

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(write, range(400)))


def test_those_who_wait_meanwhile_share_the_next_sync(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commits, syncs, busy, go = GroupCommit(), [0], threading.Event(), threading.Event()

    def sync(_handle: int) -> None:
        syncs[0] += 1
        busy.set()
        go.wait(10)

    watch(monkeypatch, sync)
    first, *others = [commits.note_end() for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:

        def wait(number: int) -> None:
            commits.wait_for(number, sync=lambda: sync_file(log))

        pool.submit(wait, first)
        assert busy.wait(10)
        late = commits.note_end()
        waiting = [pool.submit(wait, number) for number in (*others[:3], late)]
        go.set()
    assert [done.exception() for done in waiting] == [None] * 4
    assert syncs[0] == 2


def test_a_disk_that_fails_is_told_and_tried_again(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commits = GroupCommit()
    number = commits.note_end()

    def fail(_handle: int) -> None:
        raise OSError

    watch(monkeypatch, fail)
    with pytest.raises(OSError):
        commits.wait_for(number, sync=lambda: sync_file(log))
    monkeypatch.undo()
    commits.wait_for(number, sync=lambda: sync_file(log))
