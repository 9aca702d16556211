"""The runner's spare time: when no question came for a while, count what is due; a question stops it."""

import time
from collections.abc import Callable

from maillage.base.ids import new_id
from maillage.node.catalogue.make import find_due, record
from maillage.node.errors import NodeError, WorkerCrashedError, WorkerStoppedError
from maillage.node.log import log_incident
from maillage.node.shared import Shared
from maillage.node.store import Store
from maillage.node.worker.messages import Catalogued, CatalogueJob
from maillage.warehouse.errors import WarehouseError

QUIET_SECONDS = 3.0
"""Without a question for so long, the machine is taken to be free."""
AGAIN_SECONDS = 600.0
"""How long after trouble, or after a question came first, it is tried again."""


class Daily:
    """Asked at each tick of the runner, which owns the worker."""

    def __init__(
        self, shared: Shared, store: Store, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._shared = shared
        self._store = store
        self._monotonic = monotonic
        self._not_before = monotonic() + QUIET_SECONDS

    def note_question(self) -> None:
        """A question was computed: those that follow it go first."""
        self._not_before = max(self._not_before, self._monotonic() + QUIET_SECONDS)

    def tick(self) -> None:
        """Count when something is due and the time has come."""
        if self._monotonic() < self._not_before or self._shared.disk_full or self._shared.node.missing:
            return
        self._not_before = self._monotonic() + QUIET_SECONDS
        try:
            self._count()
        except (NodeError, WarehouseError) as error:
            self._not_before = self._monotonic() + AGAIN_SECONDS
            if not isinstance(error, WorkerStoppedError):
                log_incident(self._shared.log, "catalogue_failed", error=error)

    def _count(self) -> None:
        node = self._shared.node
        due = find_due(self._store, node=node)
        if due is None:
            return
        rules = due.disclosure
        job = CatalogueJob(job_id=new_id("catalogue"), floor=rules.floor, network_floor=rules.network_floor)
        self._shared.counting = job.job_id
        try:
            counted = self._shared.worker.run_catalogue(job)
        finally:
            self._shared.counting = None
        if not isinstance(counted, Catalogued):
            raise WorkerCrashedError(counted.reason.value)
        record(self._store, due, counted, node=node)
        self._shared.log.info("catalogue_counted", day=due.day, bands=len(counted.bands))
        self._shared.to_send.set()
