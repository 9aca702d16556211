"""Wait until a started process serves, or say why it does not."""

import subprocess
import time
from pathlib import Path

import httpx2

from maillage.base.errors import Kind, MaillageError
from maillage.base.i18n import _
from maillage.client import Hub

PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.05


class NotReadyError(MaillageError):
    """A process of the demo did not come up."""

    kind = Kind.UNAVAILABLE


def wait_for_hub(url: str, *, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return when the hub answers HTTP. Raises NotReadyError with the end of its log."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx2.get(url, timeout=PATIENCE_SECONDS)
        except httpx2.TransportError:
            time.sleep(PAUSE_SECONDS)
        else:
            return
    raise NotReadyError(_("Le hub n’a pas démarré."), why="\n".join(log.read_text().splitlines()[-5:]))


_WELL = ("ok", "late")
"""Heard, and with nothing to say; a machine that is busy starting a network may miss a poll."""


def wait_for_nodes(hub: Hub) -> None:
    """Return when every member has been heard and is well. Raises NotReadyError naming the others."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        missing = [site["name"] for site in hub.network() if site["health"] not in _WELL]
        if not missing:
            return
        if time.monotonic() > deadline:
            raise NotReadyError(_("Des nœuds n’ont pas démarré : {names}.").format(names=", ".join(missing)))
        time.sleep(PAUSE_SECONDS)
