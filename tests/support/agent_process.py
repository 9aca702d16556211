"""An agent with the stand-in worker, in a process of its own: `DIR [POINT]`; at POINT it dies by SIGKILL.

At an orderly end it leaves the names of all that it imported in `modules.txt`.
"""

import os
import signal
import sys
import threading
from pathlib import Path

from maillage.node.agent import run_agent
from maillage.node.folder import open_node
from maillage.node.log import Log

STAND_IN_WORKER = (sys.executable, "-m", "tests.support.stand_in_worker")


def main(folder: str, point: str = "") -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())

    def probe(reached: str) -> None:
        if reached == point:
            os.kill(os.getpid(), signal.SIGKILL)

    run_agent(
        open_node(Path(folder)),
        log=Log({"process": "agent"}),
        stop=stop,
        probe=probe,
        worker_command=STAND_IN_WORKER,
    )
    (Path(folder) / "modules.txt").write_text("\n".join(sorted(sys.modules)))
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
