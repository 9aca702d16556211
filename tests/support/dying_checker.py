"""A checker's decision in a process of its own: `DIR TASK POINT`; at POINT it dies by SIGKILL.

POINT is a named change of the store, or `committed`.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from maillage.exchange.release import Outcome
from maillage.node.folder import open_node
from maillage.node.store import Store
from tests.support.releases import say


def main(folder: str, task_id: str, point: str) -> None:
    change = Store.change

    def dying(self: Store, query: str, **parameters: Any) -> None:
        change(self, query, **parameters)
        if query == point:
            os.kill(os.getpid(), signal.SIGKILL)

    Store.change = dying
    node = open_node(Path(folder))
    with node.open_store() as store:
        say(store, node, task_id, Outcome.CONFORM)
        if point == "committed":
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
