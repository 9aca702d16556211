"""How much of something one caller gets in a time: a bucket of tokens for each, in bounded memory.

Kept in this process: several processes of one hub each grant the whole. What must be counted exactly, such
as questions under a permit's budget, is counted in the database (`questions/budget.py`).
"""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from maillage.hub.access.errors import TooManyError

MOST_BUCKETS = 20_000
"""Beyond it the bucket that was used longest ago is forgotten."""


@dataclass(frozen=True)
class Limit:
    """`burst` at once, then `rate` a second."""

    name: str
    burst: int
    rate: float


# Proofs that were wrong. Whoever has a right one is let in all the same, save with a password: only that one
# could be guessed, and from behind one address a whole hospital comes.
WRONG_FROM_ADDRESS = Limit("wrong_from_address", 50, 50 / 600)
WRONG_FOR_ACCOUNT = Limit("wrong_for_account", 10, 10 / 900)
# What costs before anything is proved: a row, a hash of 46 MiB.
BEGINNINGS = Limit("beginnings", 120, 2)
SETTING_UP = Limit("setting_up", 20, 20 / 3600)
API = Limit("api", 1000, 100)
PAGES = Limit("pages", 600, 20)
SUGGESTIONS = Limit("suggestions", 120, 20)
# What is not there, or not theirs: so many are logged by their id, the rest as one line in five minutes.
MISSES = Limit("misses", 60, 0.2)


@dataclass
class _Bucket:
    left: float
    at: float


@dataclass
class Limiter:
    """The buckets of one process. `clock` gives seconds that never go back."""

    clock: Callable[[], float] = time.monotonic
    _buckets: OrderedDict[tuple[str, str], _Bucket] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, limit: Limit, caller: str) -> None:
        """Use one up. Raises TooManyError when there is none, with how long until there is."""
        with self._lock:
            bucket = self._fill(limit, caller)
            _require_one(bucket, limit)
            bucket.left -= 1

    def check(self, limit: Limit, caller: str) -> None:
        """The same without using it up: for what costs only when it goes wrong."""
        with self._lock:
            _require_one(self._fill(limit, caller), limit)

    def _fill(self, limit: Limit, caller: str) -> _Bucket:
        now, key = self.clock(), (limit.name, caller[:200])
        bucket = self._buckets.setdefault(key, _Bucket(limit.burst, now))
        self._buckets.move_to_end(key)
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
        bucket.left = min(float(limit.burst), bucket.left + (now - bucket.at) * limit.rate)
        bucket.at = now
        return bucket


def _require_one(bucket: _Bucket, limit: Limit) -> None:
    if bucket.left < 1:
        raise TooManyError(max(1, math.ceil((1 - bucket.left) / limit.rate)))
