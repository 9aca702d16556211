"""Lines that many threads write, each waiting for its own: whoever's turn it is writes for all that wait."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Line = Mapping[str, Any]


@dataclass
class _Waiting:
    line: Line
    is_done: bool = False
    error: Exception | None = None


class Lines:
    """One transaction for those who come while another is being written."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._queue = threading.Lock()
        self._waiting: list[_Waiting] = []

    def hand_in(self, line: Line, *, write: Callable[[Sequence[Line]], object]) -> None:
        """Return when the line is written; raises what `write` raised when it had this line."""
        mine = _Waiting(line)
        with self._queue:
            self._waiting.append(mine)
        with self._turn:
            if not mine.is_done:
                self._write(write)
        if mine.error is not None:
            raise mine.error

    def _write(self, write: Callable[[Sequence[Line]], object]) -> None:
        with self._queue:
            taken, self._waiting = self._waiting, []
        error = None
        try:
            write([one.line for one in taken])
        except Exception as found:  # noqa: BLE001 - each of those who wait raises it
            error = found
        for one in taken:
            one.is_done, one.error = True, error
