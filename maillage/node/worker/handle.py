"""The agent's hand on its worker: starts it, gives it a job, stops it, ends it when idle.

Nothing here imports the engine: the agent stays small.
"""

import sys
import threading
import time
from collections.abc import Callable, Sequence

from maillage.base.i18n import _
from maillage.node.errors import WorkerCrashedError, WorkerStoppedError
from maillage.node.log import Log
from maillage.node.worker.child import Child, FromWorker
from maillage.node.worker.messages import (
    Bench,
    Catalogued,
    CatalogueJob,
    Computed,
    Declined,
    Forget,
    Job,
    Order,
    Outcome,
    Ready,
    Round,
    Stop,
    Told,
    to_line,
)

# `-P`: the agent's current folder is no place to import from.
WORKER_COMMAND = (sys.executable, "-P", "-m", "maillage.node.worker.process")
START_SECONDS = 120.0
LOOK_SECONDS = 0.1
STOP_SECONDS = 2.0
"""How long a worker that was told to stop has to heed: whoever cancelled is to see the machine free."""


class Worker:
    """At most one process, started at need, for one caller at a time: the others wait."""

    def __init__(
        self,
        bench: Bench,
        *,
        time_limit: float,
        log: Log,
        command: Sequence[str] = WORKER_COMMAND,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bench = bench
        self._time_limit = time_limit
        self._log = log
        self._command = command
        self._monotonic = monotonic
        self._child: Child | None = None
        self._stopping: set[str] = set()
        self._last_used = monotonic()
        self._turn = threading.RLock()
        #: The vocabulary's version as the worker last read it; empty before.
        self.reference = ""

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._child.pid if self._child else None

    def start(self) -> Child:
        """A warm process. Raises WorkerCrashedError when it dies at once or never gets ready."""
        with self._turn:
            return self._start()

    def _start(self) -> Child:
        if self._child is not None and self._child.is_alive():
            return self._child
        self._drop()
        self._child = Child(self._command, bench=self._bench)
        ready = self._receive(self._child, seconds=START_SECONDS)
        if not isinstance(ready, Ready):
            self._drop()
            raise WorkerCrashedError(_("Le processus de calcul n’a pas pu démarrer."))
        self.reference = ready.reference
        self._last_used = self._monotonic()
        self._log.info("worker_ready", pid=self._child.pid, reference=ready.reference)
        return self._child

    def run(self, job: Job) -> Computed | Declined:
        """Compute one job. Raises WorkerStoppedError (`stop`, or past the time limit), WorkerCrashedError."""
        answer = self._order(job)
        if not isinstance(answer, Computed | Declined):
            raise _confused()
        if isinstance(answer, Computed):
            self.reference = answer.reference
        return answer

    def run_round(self, order: Round) -> Told | Declined:
        """Compute one round of a job. Raises as `run` does."""
        answer = self._order(order)
        if not isinstance(answer, Told | Declined):
            raise _confused()
        return answer

    def run_catalogue(self, job: CatalogueJob) -> Catalogued | Declined:
        """Count the day's catalogue. Raises as `run` does."""
        answer = self._order(job)
        if not isinstance(answer, Catalogued | Declined):
            raise _confused()
        if isinstance(answer, Catalogued):
            self.reference = answer.reference
        return answer

    def forget(self, job_id: str) -> None:
        """Let the rows of a job go, if there is a process that keeps them."""
        with self._turn:
            if self._child is not None and self._child.is_alive():
                self._child.send(to_line(Forget(job_id=job_id)))

    def _order(self, order: Order) -> Outcome:
        with self._turn:
            child = self.start()
            try:
                child.send(to_line(order))
                answer = self._await(child, order)
            finally:
                self._last_used = self._monotonic()
                stopped = order.job_id in self._stopping
                self._stopping.discard(order.job_id)
            if stopped:
                raise _stopped()
            return answer

    def _await(self, child: Child, job: Order) -> Outcome:
        deadline = self._monotonic() + self._time_limit
        told = False
        while True:
            answer = self._receive(child, seconds=LOOK_SECONDS)
            if isinstance(answer, Outcome) and answer.job_id == job.job_id:
                return answer
            late = self._monotonic() >= deadline
            if told and late:
                self._drop()
                raise _stopped()
            if not told and (late or job.job_id in self._stopping):
                # Asked first, for a worker that heeds keeps its warmth; killed after the grace.
                if late:
                    self._log.warning("time_limit_reached", job=job.job_id, seconds=self._time_limit)
                told, deadline = True, self._monotonic() + STOP_SECONDS
            if told:
                # At each look, for an interruption that falls between two queries of the engine is lost.
                child.send(to_line(Stop(job_id=job.job_id)))

    def stop(self, job_id: str) -> None:
        """Have the running job stopped, from any thread; `run` then raises WorkerStoppedError."""
        self._stopping.add(job_id)

    def end_if_idle(self, *, seconds: float) -> None:
        """End the process when it served nobody for so long; the engine's memory goes back to the machine."""
        if not self._turn.acquire(blocking=False):
            return
        try:
            if self._child is not None and self._monotonic() - self._last_used >= seconds > 0:
                self._log.info("worker_ended", why="idle")
                self.end()
        finally:
            self._turn.release()

    def end(self) -> None:
        """End the process, if there is one."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def _receive(self, child: Child, *, seconds: float) -> FromWorker | None:
        try:
            return child.receive(seconds=seconds)
        except WorkerCrashedError:
            self._drop()
            raise

    def _drop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None


def _confused() -> WorkerCrashedError:
    return WorkerCrashedError(_("Le processus de calcul a répondu à autre chose."))


def _stopped() -> WorkerStoppedError:
    return WorkerStoppedError(_("Le calcul a été arrêté."))
