"""Which lines of the cohort package an input reaches that none before it reached."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import maillage.cohort

_PACKAGE = str(Path(maillage.cohort.__file__).parent)


class Coverage:
    """Lines seen so far. A function of which every line was seen is no longer watched: that keeps it fast."""

    def __init__(self) -> None:
        self.lines: set[tuple[CodeType, int]] = set()
        self._left: dict[CodeType, set[int]] = {}

    @contextmanager
    def watching(self) -> Generator[None]:
        """Look while the body runs."""
        sys.settrace(self._enter)
        try:
            yield
        finally:
            sys.settrace(None)

    def _enter(self, frame: FrameType, event: str, argument: Any) -> Any:
        code = frame.f_code
        if not code.co_filename.startswith(_PACKAGE):
            return None
        if code not in self._left:
            self._left[code] = {line for _start, _stop, line in code.co_lines() if line} - {
                code.co_firstlineno
            }
        return self._look if self._left[code] else None

    def _look(self, frame: FrameType, event: str, argument: Any) -> Any:
        left = self._left[frame.f_code]
        if frame.f_lineno in left:
            left.discard(frame.f_lineno)
            self.lines.add((frame.f_code, frame.f_lineno))
        return self._look
