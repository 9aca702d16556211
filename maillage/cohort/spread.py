"""Work shared out among the sessions of an engine."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from queue import SimpleQueue
from typing import TypeVar

from maillage.warehouse.engines.base import Engine

_PAUSE_SECONDS = 0.02

Item = TypeVar("Item")


def each_done(
    items: Iterable[Item], work: Callable[[Item, Engine], None], *, engine: Engine
) -> Iterator[Item]:
    """Do the work for each item, several at once where the engine has several sessions; name what is done.

    The first error stops all: what runs is interrupted, what has not begun does not begin.
    """
    sessions = engine.spread()
    if len(sessions) > 1:
        yield from _in_threads(items, work, sessions=sessions)
        return
    for item in items:
        work(item, engine)
        yield item


def _in_threads(
    items: Iterable[Item], work: Callable[[Item, Engine], None], *, sessions: Sequence[Engine]
) -> Iterator[Item]:
    free = SimpleQueue[Engine]()
    for session in sessions:
        free.put(session)

    def serve(item: Item) -> None:
        session = free.get()
        try:
            work(item, session)
        finally:
            free.put(session)

    with ThreadPoolExecutor(len(sessions)) as threads:
        served = {threads.submit(serve, item): item for item in items}
        try:
            for done in as_completed(served):
                done.result()
                yield served[done]
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            _interrupt(sessions, until_done=[future for future in served if future.running()])
            raise


def _interrupt(sessions: Sequence[Engine], *, until_done: Sequence[Future[None]]) -> None:
    # Again and again, for an interruption that falls between two queries is lost.
    while wait(until_done, timeout=_PAUSE_SECONDS).not_done:
        for session in sessions:
            session.interrupt()
