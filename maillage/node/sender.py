"""The loop that hands recorded answers to the hub, and answers for tasks whose date has passed."""

import sqlite3
import time

from maillage.base.clock import format_instant
from maillage.exchange.reasons import Reason
from maillage.node import ledger, tasks
from maillage.node.answer import make_refusal
from maillage.node.catalogue.send import send_catalogue
from maillage.node.client import HubClient
from maillage.node.decide import open_row
from maillage.node.errors import HubAnswerError
from maillage.node.permits.exchange import tell_decisions
from maillage.node.shared import Shared
from maillage.node.store import Store

# The hub's definite no to an answer. Anything else (a proxy's page, a key not registered yet, an error of the
# hub) may pass, and the answer is kept and tried again.
DEFINITE = frozenset({400, 404, 409, 413, 422})
CATALOGUE_AGAIN_SECONDS = 600.0


class Sender:
    """One thread's road to the hub."""

    def __init__(self, shared: Shared, store: Store, client: HubClient) -> None:
        self._shared = shared
        self._store = store
        self._client = client
        self._catalogue_not_before = 0.0

    def tick(self) -> None:
        """Answer for expired tasks, send all that is due, then the words on permits.

        One answer's trouble holds no other.
        """
        self._expire()
        trouble: HubAnswerError | None = None
        answers = self._store.rows("due_answers")
        if answers:
            # What the hub is told must not be forgotten here by a power cut.
            ledger.flush(self._store)
        for due in answers:
            try:
                self._send(due)
            except HubAnswerError as error:
                trouble = trouble or error
        if trouble is not None:
            raise trouble
        tell_decisions(self._store, self._client)
        self._send_catalogue()

    def _send_catalogue(self) -> None:
        if time.monotonic() < self._catalogue_not_before:
            return
        try:
            if send_catalogue(self._store, self._client, node=self._shared.node):
                self._shared.log.info("catalogue_sent")
        except HubAnswerError as error:
            # An older hub, or one that does not know the permit: tried later, and no answer waits for it.
            self._catalogue_not_before = time.monotonic() + CATALOGUE_AGAIN_SECONDS
            self._shared.log.warning("catalogue_not_taken", code=error.code, what=error.what)

    def _expire(self) -> None:
        node = self._shared.node
        for found in self._store.rows("expired_tasks", now=format_instant(node.clock())):
            row = tasks.find_task(self._store, found["task_id"])
            make = make_refusal(open_row(row, node=node), reason=Reason.ENVELOPE_EXPIRED)
            if tasks.answer(self._store, node=node, task_id=row.task_id, make=make):
                self._shared.stop_computing(row.task_id)

    def _send(self, due: sqlite3.Row) -> None:
        accepted, code = self._post(due)
        self._shared.to_poll.set()
        self._shared.probe("sent")
        tasks.settle(self._store, node=self._shared.node, due=due, accepted=accepted, code=code)
        self._shared.log.info(
            "answer_settled", task=due["task_id"], kind=due["kind"], accepted=accepted, hub=code
        )

    def _post(self, due: sqlite3.Row) -> tuple[bool, str]:
        try:
            return True, self._client.post_answer(due["task_id"], due["envelope"])
        except HubAnswerError as error:
            if error.status in DEFINITE and error.code != "unreadable":
                return False, error.code
            raise
