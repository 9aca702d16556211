"""The network that many tests share: four small synthetic hospitals, a hub, real processes."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from maillage.cli.demo.network import RunningNetwork

PATIENTS = 2_000


@dataclass(frozen=True)
class DemoNetwork:
    """A running network and where it lies."""

    running: RunningNetwork
    folder: Path

    @property
    def url(self) -> str:
        """The hub's address."""
        return self.running.url

    @property
    def token(self) -> str:
        """The token of the person who asks."""
        return self.running.access.token

    def make_token(self, name: str) -> str:
        """The token of somebody else: what others asked before is not held against their questions."""
        where = ("--hub", str(self.folder / "hub"))
        command = [sys.executable, "-m", "maillage", "hub", "token", "create", name, *where]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1]
