"""What the agent's loops share, and the loop itself: tick, wait, never die of one tick's trouble."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from maillage.base.ids import new_id
from maillage.node.errors import HubAnswerError, HubUnreachableError, StoreFullError
from maillage.node.folder import Node
from maillage.node.log import Log, log_incident
from maillage.node.worker.handle import Worker

Probe = Callable[[str], None]
"""Told the name of each point that a crash test may choose; in service it does nothing."""

FIRST_RETRY_SECONDS = 0.5
LOOK_SECONDS = 0.5
"""How often the store is looked at for what another process changed: a release, a refusal, a date."""


@dataclass
class Shared:
    """One agent's life. Plain attributes are written by one loop and read by others."""

    node: Node
    worker: Worker
    log: Log
    probe: Probe
    stop: threading.Event
    boot: str = field(default_factory=lambda: new_id("boot"))
    running: str | None = None
    counting: str | None = None
    """The catalogue's job, while it runs: a question stops it."""
    disk_full: bool = False
    warm: threading.Event = field(default_factory=threading.Event)
    to_poll: threading.Event = field(default_factory=threading.Event)
    to_run: threading.Event = field(default_factory=threading.Event)
    to_send: threading.Event = field(default_factory=threading.Event)
    to_sum: threading.Event = field(default_factory=threading.Event)
    to_round: threading.Event = field(default_factory=threading.Event)

    def ring_all(self) -> None:
        """Wake every loop, so that it sees that it is told to stop."""
        for bell in (self.to_poll, self.to_run, self.to_send, self.to_sum, self.to_round):
            bell.set()

    def stop_computing(self, task_id: str) -> None:
        """Stop this task's computation, if it is the one that runs; its answer is recorded already."""
        if self.running == task_id:
            self.worker.stop(task_id)

    def make_way(self) -> None:
        """A question waits: what is counted for the catalogue is stopped, and counted another time."""
        if (job := self.counting) is not None:
            self.worker.stop(job)


@dataclass
class Backoff:
    """Growing pauses, each drawn between half and whole so that nodes do not come back all at once."""

    maximum: float
    _next: float = FIRST_RETRY_SECONDS

    def pause(self) -> float:
        """Seconds to wait now; the next pause is longer."""
        seconds = min(self._next, self.maximum)
        self._next = min(self._next * 2, self.maximum)
        return seconds * random.SystemRandom().uniform(0.5, 1.0)

    def reset(self) -> None:
        """After a success."""
        self._next = FIRST_RETRY_SECONDS


def keep_ticking(
    tick: Callable[[], None], *, shared: Shared, bell: threading.Event, pause: float = LOOK_SECONDS
) -> None:
    """Tick until told to stop; the bell cuts a pause short. After trouble the next tick waits longer."""
    backoff = Backoff(shared.node.settings.hub.retry_seconds_max)
    while not shared.stop.is_set():
        seconds = pause
        try:
            tick()
            backoff.reset()
        except Exception as error:  # noqa: BLE001 - one tick's trouble never ends the loop
            _tell(shared, error)
            seconds = backoff.pause()
        if seconds:
            bell.wait(seconds)
        bell.clear()


def keep_trying(action: Callable[[], None], *, shared: Shared) -> None:
    """Do what must be recorded, however long the disk stays full; only the agent's end gives up."""
    backoff = Backoff(shared.node.settings.hub.retry_seconds_max)
    while not shared.stop.is_set():
        try:
            action()
        except StoreFullError as error:
            _tell(shared, error)
            shared.stop.wait(backoff.pause())
        else:
            return


def _tell(shared: Shared, error: Exception) -> None:
    match error:
        case StoreFullError():
            shared.disk_full = True
            shared.log.error("disk_full", what=error.what, why=error.why)
        case HubUnreachableError():
            shared.log.warning("hub_unreachable", why=error.why)
        case HubAnswerError():
            shared.log.warning(
                "hub_refused", code=error.code, what=error.what, why=error.why, remedy=error.remedy
            )
        case _:
            log_incident(shared.log, "tick_failed", error=error)
