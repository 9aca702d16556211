"""The node's own log: one JSON line an event, on stderr.

Codes, names, places in the code; never a value, nor a library's message, which might quote one. Written here
rather than with structlog, whose import brings rich and pygments: 10 MB and 0.3 s for the agent and again for
its worker.
"""

import json
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TextIO

from maillage.base.clock import Clock, format_instant, utc_now
from maillage.base.errors import MaillageError
from maillage.base.ids import new_id

LogValue = str | int | float | bool | list[str] | None


@dataclass(frozen=True)
class Log:
    """Where lines go, and what each of them says besides its own event."""

    context: dict[str, LogValue] = field(default_factory=dict[str, LogValue])
    stream: TextIO | None = None
    clock: Clock = utc_now

    def bind(self, **context: LogValue) -> "Log":
        """A log whose lines also say this."""
        return Log(self.context | context, self.stream, self.clock)

    def info(self, event: str, **details: LogValue) -> None:
        """What is as it should be."""
        self._write("info", event, details)

    def warning(self, event: str, **details: LogValue) -> None:
        """What passes by itself, or was refused rightly."""
        self._write("warning", event, details)

    def error(self, event: str, **details: LogValue) -> None:
        """What a person should look at."""
        self._write("error", event, details)

    def _write(self, level: str, event: str, details: dict[str, LogValue]) -> None:
        line = {"at": format_instant(self.clock()), "level": level, "event": event} | self.context | details
        # A log that cannot be written (the disk it goes to is full) must not stop the work.
        with suppress(OSError):
            # One call, so that the lines of several threads do not mix.
            (self.stream or sys.stderr).write(json.dumps(line, ensure_ascii=False) + "\n")


def log_incident(log: Log, event: str, *, error: BaseException, **context: LogValue) -> str:
    """Log an error under a fresh incident id, and give the id: it is all that may leave the hospital.

    Of our own errors the wording is ours and is kept; of any other, the type and where it came from.
    """
    incident = new_id("incident")
    own = {"what": error.what, "why": error.why} if isinstance(error, MaillageError) else {}
    log.error(event, incident=incident, error=type(error).__name__, places=_places(error), **own, **context)
    return incident


def _places(error: BaseException) -> list[str]:
    # The last ones say where it broke; the first ones are always the same loop.
    frames = list(traceback.extract_tb(error.__traceback__))[-8:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
