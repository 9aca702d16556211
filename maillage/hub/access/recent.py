"""Which visits were logged within the last minutes: pages refresh themselves, and are one visit meanwhile."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

SAME_VISIT = timedelta(minutes=5)
"""The same person, address, object and outcome within it is one visit."""

MOST_REMEMBERED = 20_000

Key = tuple[str, str, str, int]


class Recent:
    """What was logged within the last minutes, in bounded memory, so that it is not logged again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: OrderedDict[Key, datetime] = OrderedDict()
        self.forgot_at: datetime | None = None

    def is_new(self, key: Key, *, at: datetime) -> bool:
        """Whether no visit of that key began within `SAME_VISIT`; it begins now, then."""
        with self._lock:
            last = self._seen.get(key)
            if last is not None and timedelta(0) <= at - last < SAME_VISIT:
                return False
            self._seen[key] = at
            self._seen.move_to_end(key)
            if len(self._seen) > MOST_REMEMBERED:
                self._seen.popitem(last=False)
            return True
