"""Commands as somebody types them, run to their end."""

import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

from maillage.cli.main import run


class CommandFailedError(Exception):
    """A command ended with another code than 0; its words are those of its standard error."""


def run_command(*arguments: str) -> str:
    """What one `maillage` command printed. Raises CommandFailedError.

    In this process, which has loaded everything already; only one of a hub needs its own, for Django serves
    one folder.
    """
    code, out, err = _in_a_process(arguments) if arguments[0] == "hub" else _here(arguments)
    if code != 0:
        raise CommandFailedError(err.strip())
    return out


def _here(arguments: tuple[str, ...]) -> tuple[int, str, str]:
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        code = run(arguments)
    return code, out.getvalue(), err.getvalue()


def _in_a_process(arguments: tuple[str, ...]) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "maillage", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr
