"""The loop that listens to the hub: greet, long-poll, store what comes, decide it. It computes nothing."""

import re
import time
from datetime import datetime
from typing import Any

from maillage.base.canon import canonical_bytes
from maillage.base.ids import ID_PATTERN, new_id
from maillage.exchange.errors import EnvelopeError
from maillage.exchange.head import ANCHOR_EVERY, Standing
from maillage.exchange.reasons import Reason
from maillage.exchange.result import Anchor
from maillage.node import ledger, tasks
from maillage.node.anchors import exchange_heads
from maillage.node.answer import make_failure, make_refusal
from maillage.node.client import HubClient, Poll
from maillage.node.decide import decide_task, open_row
from maillage.node.errors import HubAnswerError, HubUnreachableError, StoreFullError, TaskUnknownError
from maillage.node.hello import HELLO_FACT, make_hello
from maillage.node.log import log_incident
from maillage.node.permits.exchange import known_edition, take_permits
from maillage.node.shared import Shared
from maillage.node.states import Event, State
from maillage.node.store import Store
from maillage.node.tasks import MAX_ATTEMPTS

IDLE_PAUSE_SECONDS = 0.5
ANSWER_FIRST_SECONDS = 0.2
"""How long a taken task's answer may come first; a cancellation is heard so much later at most."""
# About what an answer takes. A probe of a few bytes would fit in what the store's log already holds.
_ROOM = "0" * 65_536


class Poller:
    """One thread's state: what the hub was last told, and which of its refusals are in the ledger already."""

    def __init__(self, shared: Shared, store: Store, client: HubClient) -> None:
        self._shared = shared
        self._store = store
        self._client = client
        self._told: dict[str, Any] | None = None
        self._recorded: set[str] = set()
        self._resumed = False
        self._anchored: datetime | None = None

    def tick(self) -> None:
        """One round. A refusal by the hub is recorded once, however often it is met."""
        try:
            self._look_at_disk()
            self._resume()
            self._decide_received()
            self._greet()
            self._anchor()
            self._poll()
        except HubUnreachableError:
            self._begin_anew()
            raise
        except StoreFullError:
            if not self._shared.disk_full:
                self._begin_anew()
            raise
        except HubAnswerError as error:
            self._told = None
            self._record_refusal(error)
            raise

    def _begin_anew(self) -> None:
        """What the hub may have leased to a poll that got lost is freed by the hello of a new boot."""
        self._shared.boot, self._told, self._anchored = new_id("boot"), None, None

    def _look_at_disk(self) -> None:
        """With a full disk nothing could be received: say so to the hub, ask for nothing, come back later."""
        if not self._shared.disk_full:
            return
        try:
            with self._store.transaction():
                self._store.change("set_fact", name="disk", value=_ROOM)
        except StoreFullError:
            self._greet()
            raise
        self._shared.disk_full = False
        self._shared.log.info("disk_has_room")

    def _resume(self) -> None:
        """Count the restart against tasks that were received and not decided."""
        if self._resumed:
            return
        for row in tasks.list_tasks(self._store, State.RECEIVED):
            tasks.resume(self._store, node=self._shared.node, task=row)
        self._resumed = True

    def _decide_received(self) -> None:
        for row in tasks.list_tasks(self._store, State.RECEIVED):
            self._decide(row)
            self._shared.make_way()
            self._shared.to_run.set()
            self._shared.to_send.set()

    def _decide(self, row: tasks.Row) -> None:
        node, log = self._shared.node, self._shared.log.bind(task=row.task_id)
        if row.attempts >= MAX_ATTEMPTS:
            log.error("task_poisoned", attempts=row.attempts)
            self._fail(row, incident=new_id("incident"))
            return
        try:
            decide_task(self._store, node=node, row=row, log=log)
        except StoreFullError:
            raise
        except Exception as error:  # noqa: BLE001 - one task's trouble never stops the others
            self._fail(row, incident=log_incident(log, "decision_failed", error=error))
        self._shared.probe("decided")

    def _fail(self, row: tasks.Row, *, incident: str) -> None:
        node = self._shared.node
        make = make_failure(open_row(row, node=node), reason=Reason.INTERNAL, incident=incident)
        tasks.answer(self._store, node=node, task_id=row.task_id, make=make, body={"incident": incident})

    def _greet(self) -> None:
        """Say hello when there is something new to say."""
        shared = self._shared
        document = make_hello(boot=shared.boot, reference=shared.worker.reference, health=_health(shared))
        if document == self._told:
            return
        greeting = self._client.hello(document)
        self._told = document
        self._shared.log.info("greeted", site=greeting.site, health=document["health"], boot=document["boot"])
        if greeting.site != self._shared.node.site:
            self._shared.log.error("site_differs", hub_says=greeting.site)
        self._check_anchor(greeting.anchor)
        if not self._shared.disk_full:
            with self._store.transaction():
                self._store.change("set_fact", name=HELLO_FACT, value=canonical_bytes(document).decode())

    def _anchor(self) -> None:
        """Now and then, also when idle, exchange signed heads. Trouble with it never holds up a question."""
        node, log = self._shared.node, self._shared.log
        now = node.clock()
        is_due = self._anchored is None or abs(now - self._anchored) >= ANCHOR_EVERY
        if self._shared.disk_full or not is_due:
            return
        self._anchored = now
        try:
            standing = exchange_heads(self._store, self._client, node=node)
        except (HubAnswerError, EnvelopeError) as error:
            log.warning("heads_not_exchanged", what=error.what, why=error.why)
            return
        if standing is Standing.DIFFERS:
            log.error("hub_audit_differs", remedy="maillage node verify")

    def _check_anchor(self, anchor: Anchor | None) -> None:
        if anchor is None or ledger.holds(self._store, sequence=anchor.sequence, hash=anchor.hash):
            return
        self._shared.log.error("anchor_differs", sequence=anchor.sequence)
        self._record_once("anchor", event=Event.HUB_ANCHOR_DIFFERED, body={"sequence": anchor.sequence})

    def _poll(self) -> None:
        begun = time.monotonic()
        poll = self._client.next_task(boot=self._shared.boot, permits=known_edition(self._store))
        self._recorded.discard("request")
        # First of all: a permit that was taken back lets nothing out that came with the same poll.
        node, log = self._shared.node, self._shared.log
        take_permits(self._store, self._client, node=node, edition=poll.permits, log=log)
        for task_id in poll.cancelled:
            self._cancel(task_id)
        if poll.envelope is not None:
            self._take(poll, poll.envelope)
        elif time.monotonic() - begun < IDLE_PAUSE_SECONDS:
            # A hub that does not make its caller wait must not be asked in a tight circle.
            self._shared.stop.wait(IDLE_PAUSE_SECONDS)

    def _take(self, poll: Poll, envelope: bytes) -> None:
        if poll.task_id is None or not re.match(ID_PATTERN, poll.task_id):
            # Without a task's name there is nobody to answer to.
            self._shared.log.error("delivery_without_name")
            return
        node = self._shared.node
        reception = tasks.receive(self._store, node=node, task_id=poll.task_id, data=envelope)
        self._shared.log.info("task_delivered", task=poll.task_id, reception=reception)
        self._shared.probe("received")
        if reception is not tasks.Reception.NEW:
            self._shared.to_send.set()
        self._shared.to_poll.clear()
        self._decide_received()
        # The machine is the answer's first: the next poll costs hub and node what both need for it now.
        self._shared.to_poll.wait(ANSWER_FIRST_SECONDS)

    def _cancel(self, task_id: str) -> None:
        try:
            row = tasks.find_task(self._store, task_id)
        except TaskUnknownError:
            return
        node = self._shared.node
        make = make_refusal(open_row(row, node=node), reason=Reason.CANCELLED)
        if tasks.answer(self._store, node=node, task_id=task_id, make=make):
            self._shared.log.info("task_cancelled", task=task_id)
            self._shared.stop_computing(task_id)
            self._shared.to_send.set()

    def _record_refusal(self, error: HubAnswerError) -> None:
        body = {"code": error.code[:40], "status": error.status}
        self._record_once("request", event=Event.HUB_REQUEST_REFUSED, body=body)

    def _record_once(self, name: str, *, event: Event, body: dict[str, Any]) -> None:
        if name in self._recorded or self._shared.disk_full:
            return
        with self._store.transaction():
            ledger.append(self._store, event=event, at=self._shared.node.clock(), body=body)
        self._recorded.add(name)


def _health(shared: Shared) -> str:
    if shared.disk_full:
        return "disk_full"
    return "warehouse_missing" if shared.node.missing else "ok"
