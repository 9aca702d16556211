"""An agent whose clock is wrong: `DIR SECONDS`. Everything else is as `maillage node run`."""

import os
import signal
import sys
import threading
from datetime import timedelta
from pathlib import Path

from maillage.base.clock import utc_now
from maillage.node.agent import run_agent
from maillage.node.folder import open_node
from maillage.node.log import Log


def main(folder: str, seconds: str) -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    shift = timedelta(seconds=int(seconds))
    run_agent(
        open_node(Path(folder), clock=lambda: utc_now() + shift), log=Log({"process": "agent"}), stop=stop
    )
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
