"""One life of the worker process, seen from the agent: two pipes, and a thread that reads one of them."""

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from typing import BinaryIO, cast

from pydantic import ValidationError

from maillage.base.i18n import _
from maillage.node.errors import WorkerCrashedError
from maillage.node.worker.messages import FROM_WORKER, Bench, Outcome, Ready, to_line

GRACE_SECONDS = 5.0
SCRATCH = "scratch"
"""In the node's folder: one folder for each worker while it lives."""

FromWorker = Ready | Outcome


class Child:
    """The process and its pipes. Messages wait in a queue, where None says that it is dead."""

    def __init__(self, command: Sequence[str], *, bench: Bench) -> None:
        # What an engine puts down while it computes is of patients, and a killed worker cannot remove it.
        self._scratch = _make_scratch(bench.folder)
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "TMPDIR": str(self._scratch)},
        )
        self._orders = cast("BinaryIO", self._process.stdin)
        self._answers = cast("BinaryIO", self._process.stdout)
        self._inbox: Queue[FromWorker | None] = Queue()
        self._writing = threading.Lock()
        self.pid = self._process.pid
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.send(to_line(bench))

    def _read(self) -> None:
        try:
            for line in self._answers:
                self._inbox.put(FROM_WORKER.validate_json(line))
        except (OSError, ValidationError):
            # A worker that does not speak the protocol is as good as dead.
            self._process.kill()
        self._inbox.put(None)

    def send(self, line: bytes) -> None:
        """Give an order. A dead worker shows at the next `receive`."""
        with self._writing, suppress(OSError):
            self._orders.write(line)
            self._orders.flush()

    def receive(self, *, seconds: float) -> FromWorker | None:
        """The next message, or None when none came in time. Raises WorkerCrashedError."""
        try:
            message = self._inbox.get(timeout=seconds)
        except Empty:
            return None
        if message is None:
            raise WorkerCrashedError(_("Le processus de calcul s’est arrêté sans répondre."))
        return message

    def is_alive(self) -> bool:
        """Whether it can still be given an order."""
        return self._process.poll() is None

    def end(self) -> None:
        """Close its pipe, which is its order to end; kill it when it lingers."""
        with self._writing, suppress(OSError):
            self._orders.close()
        try:
            self._process.wait(timeout=GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._reap()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._reap()

    def _reap(self) -> None:
        self._process.wait()
        self._reader.join()
        for pipe in (self._orders, self._answers):
            with suppress(OSError):
                pipe.close()
        shutil.rmtree(self._scratch, ignore_errors=True)


def clear_scratch(folder: Path) -> None:
    """Remove what workers of a node that was itself killed left behind; none may run."""
    shutil.rmtree(folder / SCRATCH, ignore_errors=True)


def _make_scratch(folder: Path) -> Path:
    root = folder / SCRATCH
    root.mkdir(mode=0o700, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="worker-", dir=root))
