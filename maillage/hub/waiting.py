"""A long poll: look, sleep until woken or half a second has passed, look again, until time is over."""

import time
from collections.abc import Callable
from typing import TypeVar

from maillage.hub.boot import current_hub
from maillage.hub.doorbell import Doorbell

Found = TypeVar("Found")

LOOK_EVERY_SECONDS = 0.5
TOGETHER_SECONDS = 0.1
"""While people queue, whoever watches a question hears bells that ring so close together as one."""
MAX_WAIT_SECONDS = 30.0
"""Under the idle limit of the proxies that hospitals have (often 60 s)."""


def wait_for(
    look: Callable[[], Found | None], *, doorbell: Doorbell, name: str, seconds: float
) -> Found | None:
    """What `look` finds, as soon as it finds something; None when `seconds` have passed without."""
    deadline = time.monotonic() + min(max(seconds, 0.0), MAX_WAIT_SECONDS)
    with doorbell.listen(name) as bell:
        while True:
            found = look()
            left = deadline - time.monotonic()
            if found is not None or left <= 0 or doorbell.is_closed:
                return found
            with current_hub().turns.lend() as lent:
                if bell.wait(min(LOOK_EVERY_SECONDS, left)) and lent and current_hub().turns.are_awaited:
                    time.sleep(min(TOGETHER_SECONDS, left))
            bell.clear()
