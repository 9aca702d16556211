"""What a query may take of a machine besides its memory, which the engine bounds itself: its time."""

import threading
from collections.abc import Generator
from contextlib import contextmanager

from maillage.base.i18n import _
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.errors import QueryInterruptedError, TimeLimitError

_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 1.0


@contextmanager
def time_limit(engine: Engine, *, seconds: float | None) -> Generator[None]:
    """Stop what the engine does in the body once so many seconds have passed; None is no limit.

    Raises TimeLimitError in the place of the interruption.
    """
    if seconds is None:
        yield
        return
    done, late = threading.Event(), threading.Event()
    watch = threading.Thread(target=_watch, args=(engine, seconds, done, late), daemon=True)
    watch.start()
    try:
        yield
    except QueryInterruptedError as error:
        if late.is_set():
            raise _too_long(seconds) from error
        raise
    finally:
        done.set()
        watch.join()


def _watch(engine: Engine, seconds: float, done: threading.Event, late: threading.Event) -> None:
    if done.wait(seconds):
        return
    late.set()
    pause = _FIRST_PAUSE
    # Again and again, for an interruption that falls between two queries is lost; ever more rarely, so that
    # the tidying that follows is not interrupted too.
    while not done.is_set():
        engine.interrupt()
        done.wait(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


def _too_long(seconds: float) -> TimeLimitError:
    return TimeLimitError(
        _("La requête a dépassé le temps permis."),
        why=_("La limite est de {seconds:g} s.").format(seconds=seconds),
        remedy=_("Posez une question plus étroite, ou augmentez la limite (--time-limit)."),
    )
