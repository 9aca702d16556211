"""Child processes of the demo: started with a log each, ended with it."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from maillage.base.errors import Kind, MaillageError
from maillage.base.i18n import _

GRACE_SECONDS = 5.0


class CommandFailedError(MaillageError):
    """A command of the demo's preparation did not succeed."""

    kind = Kind.UNAVAILABLE


def run_command(*arguments: str) -> str:
    """Run one `maillage` command to its end and give back what it printed. Raises CommandFailedError."""
    done = subprocess.run(
        [sys.executable, "-m", "maillage", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise CommandFailedError(
            _("La commande « maillage {command} » a échoué.").format(command=" ".join(arguments[:2])),
            why=done.stderr.strip(),
        )
    return done.stdout


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
