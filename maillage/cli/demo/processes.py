"""Child processes of the demo: started with a log each, ended with it."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

GRACE_SECONDS = 5.0


def start_command(arguments: Sequence[str], *, log: Path) -> "subprocess.Popen[bytes]":
    """Start one `maillage` command that stays up; what it says goes to `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "maillage", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def stop_processes(processes: Sequence["subprocess.Popen[bytes]"]) -> None:
    """Ask all to end, then end those that do not within the grace period."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
