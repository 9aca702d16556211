"""A verification of the ledger that goes on while its page is looked at."""

import threading
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import Any

from maillage.base.errors import MaillageError
from maillage.base.i18n import _
from maillage.node import ledger
from maillage.node.anchors import ask_anchor
from maillage.node.folder import Node
from maillage.node.log import Log, log_incident
from maillage.node.verify import Verification, verify


@dataclass(frozen=True)
class Progress:
    """Where it stands: lines read of how many, then what was found, or why the ledger is not whole."""

    lines: int
    done: int = 0
    found: Verification | None = None
    trouble: MaillageError | None = None

    @property
    def is_running(self) -> bool:
        """Whether the last word is still to come."""
        return self.found is None and self.trouble is None


class Verifying:
    """The last verification of one node, in a thread of its own."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._lock = threading.Lock()
        self._progress: Progress | None = None

    @property
    def progress(self) -> Progress | None:
        """Of the present or the last one; None before the first."""
        return self._progress

    def start(self, *, with_hub: bool) -> None:
        """Begin one, unless one is under way."""
        with self._lock:
            if self._progress is not None and self._progress.is_running:
                return
            with self._node.open_store() as store:
                self._progress = Progress(ledger.read_head(store).sequence)
        # A copy of the context: errors are worded in the language of the page.
        work = copy_context()
        threading.Thread(target=work.run, args=(self._run, with_hub), daemon=True).start()

    def _run(self, with_hub: bool) -> None:
        try:
            with self._node.open_store() as store:
                anchor = ask_anchor(store, node=self._node) if with_hub else None
                found = verify(store, node=self._node, anchor=anchor, watch=self._note)
        except MaillageError as error:
            self._change(trouble=error)
        except Exception as error:  # noqa: BLE001 - the thread's last frame: the page must not wait for ever
            incident = log_incident(Log({"process": "console"}), "verification_failed", error=error)
            trouble = MaillageError(_("La vérification s’est arrêtée."), why=incident)
            self._change(trouble=trouble)
        else:
            self._change(done=found.head.sequence, lines=found.head.sequence, found=found)

    def _note(self, lines: int) -> None:
        self._change(done=lines)

    def _change(self, **changes: Any) -> None:
        if self._progress is not None:
            self._progress = replace(self._progress, **changes)
