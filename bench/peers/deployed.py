"""Flower as hospitals would run it: a SuperLink and a SuperNode for each, on the loopback, without TLS."""

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from maillage.cli.demo.network import find_free_port

HOSPITALS = 4


def run_deployed(
    programs: Path, *, app: Path, folder: Path, environment: Mapping[str, str], seconds: float
) -> None:
    """Run the app until it wrote its coefficients into `folder`. Raises TimeoutError."""
    port, home = find_free_port(), folder / "flower"
    home.mkdir()
    address = f"127.0.0.1:{port}"
    (home / "config.toml").write_text(
        f'[superlink]\ndefault = "bench"\n[superlink.bench]\naddress = "{address}"\ninsecure = true\n'
    )
    # The programs start one another by name.
    path = f"{programs}:{environment['PATH']}"
    surroundings = {**environment, "FLWR_HOME": str(home), "PATH": path}
    deadline = time.monotonic() + seconds
    with ExitStack() as stack, (folder / "flower.log").open("w") as log:

        def start(name: str, *arguments: str) -> None:
            command = [str(programs / name), "--insecure", *arguments, "--host", "127.0.0.1"]
            stack.enter_context(_running(command, log=log.fileno(), environment=surroundings))

        start("flower-superlink", "--disable-runtime-dependency-installation", "--port", str(port))
        for number in range(HOSPITALS):
            own = ("--node-config", f"partition-id={number}", "--port", str(find_free_port()))
            start("flower-supernode", "--superlink", address, *own)
        submit = [str(programs / "flwr"), "run", str(app), "bench"]
        while subprocess.run(submit, env=surroundings, stdout=log, stderr=log, check=False).returncode:
            _pause(deadline)
        while not (folder / "deployed.json").exists():
            _pause(deadline)


def _pause(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise TimeoutError("Flower's deployment did not end in time")
    time.sleep(1)


@contextmanager
def _running(command: list[str], *, log: int, environment: Mapping[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, env=dict(environment), stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
