"""Flower as hospitals would run it: a SuperLink and a SuperNode for each, on the loopback, without TLS.

What a round waits for, in Flower 1.42's source. A SuperNode that found no message sleeps 3 s, looks for its
reply each 0.5 s (`supernode/start_client_internal.py`), and has each message answered by a new Python process
(`supercore/superexec/executor/subprocess_executor.py`). Neither pause has an option, and what keeps processes
warm knows no client apps (`supercore/warm_executor_constants.py`). What has an option is at its best here.
"""

import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from maillage.cli.demo.network import find_free_port

HOSPITALS = 4
BEST = {
    # Seconds between two looks for work; 1 unless told. Less costs the two cores more than it saves.
    "FLWR_SUPEREXEC_TASK_POLL_INTERVAL": "0.1",
    "FLWR_DISABLE_UPDATE_CHECK": "1",
}


def run_deployed(
    programs: Path, *, app: Path, folder: Path, log: Path, environment: Mapping[str, str], seconds: float
) -> None:
    """Run the app, which writes its coefficients into `folder`, to its end. Raises TimeoutExpired."""
    port, home = find_free_port(), folder / "flower"
    home.mkdir()
    address = f"127.0.0.1:{port}"
    (home / "config.toml").write_text(
        f'[superlink]\ndefault = "bench"\n[superlink.bench]\naddress = "{address}"\ninsecure = true\n'
    )
    # The programs start one another by name.
    path = f"{programs}:{environment['PATH']}"
    surroundings = {**environment, **BEST, "FLWR_HOME": str(home), "PATH": path}
    link = [str(programs / "flower-superlink"), "--disable-runtime-dependency-installation", f"--port={port}"]
    nodes = [_node(number, programs=programs, superlink=address) for number in range(HOSPITALS)]
    # It streams the server app's log, and so ends with it.
    submit = [str(programs / "flwr"), "run", str(app), "bench", "--stream"]
    with log.open("w") as output, _running([link], log=output, environment=surroundings):
        _wait_for(port, seconds=seconds)
        with _running(nodes, log=output, environment=surroundings):
            subprocess.run(
                submit, env=surroundings, stdout=output, stderr=output, timeout=seconds, check=False
            )


def _node(number: int, *, programs: Path, superlink: str) -> list[str]:
    own = [f"--node-config=partition-id={number}", f"--port={find_free_port()}"]
    return [str(programs / "flower-supernode"), f"--superlink={superlink}", *own]


def _wait_for(port: int, *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if time.monotonic() > deadline:
            raise subprocess.TimeoutExpired("flower-superlink", seconds)
        time.sleep(0.2)


@contextmanager
def _running(
    commands: Sequence[list[str]], *, log: IO[str], environment: Mapping[str, str]
) -> Iterator[None]:
    processes = [
        subprocess.Popen([*one, "--insecure", "--host", "127.0.0.1"], env=environment, stdout=log, stderr=log)
        for one in commands
    ]
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            _await_end(process)


def _await_end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
