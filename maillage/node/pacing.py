"""When an exchange with the hub that is open, of rounds or of a masked sum, is taken further."""

import time
from collections.abc import Callable, Sequence
from threading import Event
from typing import Protocol, TypeVar

from maillage.node.errors import HubAnswerError

WAIT_SECONDS = 2.0
"""How long the hub may hold a step while other hospitals are awaited, when one exchange is open."""
SHARED_WAIT_SECONDS = 0.1
"""The same when there are several, which wait their turn."""
PATIENT_AFTER_SECONDS = 30.0
PATIENT_PAUSE_SECONDS = 5.0
"""An exchange in which nothing moves, because a person somewhere decides, is asked about so often."""


class Session(Protocol):
    """An open exchange."""

    @property
    def session(self) -> str:
        """Its id."""
        ...


Row = TypeVar("Row", bound=Session)


class Pace:
    """When each exchange was asked about, and since when it has not moved."""

    def __init__(self) -> None:
        self._still: dict[str, float] = {}
        self._asked: dict[str, float] = {}

    def note_asked(self, session: str) -> None:
        """The hub is asked about it now."""
        self._asked[session] = time.monotonic()

    def note_moved(self, session: str) -> None:
        """It moved, or ended."""
        self._still.pop(session, None)

    def is_due(self, session: str) -> bool:
        """Whether to ask about it now."""
        now = time.monotonic()
        is_patient = now - self._still.setdefault(session, now) > PATIENT_AFTER_SECONDS
        return not is_patient or now - self._asked.get(session, 0.0) > PATIENT_PAUSE_SECONDS


def advance_all(
    list_open: Callable[[], Sequence[Row]],
    advance: Callable[[Row, float], None],
    *,
    pace: Pace,
    stop: Event,
) -> None:
    """Take every open exchange as far as it goes now; one's trouble holds no other, and is raised last.

    `advance` is given how many seconds the hub may wait. Raises HubAnswerError.
    """
    trouble: HubAnswerError | None = None
    while not stop.is_set() and (due := [row for row in list_open() if pace.is_due(row.session)]):
        wait = WAIT_SECONDS if len(due) == 1 else SHARED_WAIT_SECONDS
        for row in due:
            try:
                advance(row, wait)
            except HubAnswerError as error:
                trouble = trouble or error
        if trouble is not None:
            raise trouble
