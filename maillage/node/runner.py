"""The loop that has accepted tasks computed, one at a time, in the worker, and records what comes of each."""

from dataclasses import dataclass

from pydantic import ValidationError

from maillage.analysis.registry import find_spec, installed_analyses
from maillage.base.ids import new_id
from maillage.exchange.permit import Masked
from maillage.exchange.reasons import Reason
from maillage.exchange.task import Task
from maillage.node import tasks
from maillage.node.answer import Maker, make_failure, make_refusal
from maillage.node.catalogue.daily import Daily
from maillage.node.check import Delivery, check_task
from maillage.node.decide import open_row
from maillage.node.errors import StoreFullError, WorkerCrashedError, WorkerStoppedError
from maillage.node.log import log_incident
from maillage.node.permits.terms import Terms, find_terms
from maillage.node.policy import Decision
from maillage.node.release.held import read_register_version
from maillage.node.release.ready import Ready
from maillage.node.release.settle import settle
from maillage.node.rounds.begin import begin_rounds
from maillage.node.shared import Shared, keep_trying
from maillage.node.states import OPEN
from maillage.node.store import Store
from maillage.node.tasks import MAX_ATTEMPTS
from maillage.node.worker.messages import Computed, Declined
from maillage.node.worker.order import to_job

# The hospital would not answer these, however well its machine: they are refusals. The rest are failures.
REFUSALS = frozenset(
    {
        Reason.ANALYSIS_DIFFERS,
        Reason.ANALYSIS_UNKNOWN,
        Reason.BUDGET_SPENT,
        Reason.COHORT_INVALID,
        Reason.COHORT_UNSUPPORTED,
        Reason.MODEL_OUTWEIGHED,
        Reason.MODEL_RARE,
        Reason.MODEL_TOO_CLOSE,
        Reason.MODEL_TOO_SMALL,
        Reason.NOISE_UNAVAILABLE,
        Reason.PARAMETERS_INVALID,
        Reason.PERMIT_EXCEEDED,
        Reason.ROUND_REFUSED,
    }
)


@dataclass(frozen=True)
class _Work:
    row: tasks.Row
    delivery: Delivery
    task: Task
    terms: Terms
    register: int


class Runner:
    """One thread's hold on the worker."""

    def __init__(self, shared: Shared, store: Store) -> None:
        self._shared = shared
        self._store = store
        self._daily = Daily(shared, store)

    def warm_up(self) -> None:
        """Have the worker ready before the first question comes."""
        try:
            self._shared.worker.start()
        except WorkerCrashedError as error:
            log_incident(self._shared.log, "worker_not_started", error=error)

    def tick(self) -> None:
        """Compute all that is accepted; with nothing to do, let an idle worker go."""
        while not self._shared.stop.is_set() and (row := tasks.next_accepted(self._store)):
            self._handle(row)
            self._daily.note_question()
        if not self._shared.stop.is_set():
            self._daily.tick()
        self._shared.worker.end_if_idle(seconds=self._shared.node.settings.warehouse.idle_worker_seconds)

    def _handle(self, row: tasks.Row) -> None:
        try:
            found = self._find_answer(row)
        except StoreFullError:
            raise
        except Exception as error:  # noqa: BLE001 - one task's trouble never stops the others
            incident = log_incident(self._shared.log, "task_failed", error=error, task=row.task_id)
            found = make_failure(
                open_row(row, node=self._shared.node), reason=Reason.INTERNAL, incident=incident
            )
        if found is not None:
            keep_trying(lambda: self._record(row, found), shared=self._shared)

    def _record(self, row: tasks.Row, found: Maker | Ready) -> None:
        if isinstance(found, Ready):
            settle(self._store, node=self._shared.node, ready=found)
        else:
            tasks.answer(self._store, node=self._shared.node, task_id=row.task_id, make=found)
        self._shared.probe("recorded")
        self._shared.to_send.set()

    def _find_answer(self, row: tasks.Row) -> Maker | Ready | None:
        """The answer, what may become one, or None when there is none yet."""
        prepared = self._prepare(row)
        if not isinstance(prepared, _Work):
            return prepared
        # Named before the last look at its state: whoever answers it from now on finds it to be stopped.
        self._shared.running = row.task_id
        try:
            if not tasks.start(self._store, node=self._shared.node, task=row):
                return None
            outcome = self._shared.worker.run(to_job(prepared.task, terms=prepared.terms))
        except WorkerStoppedError as error:
            return self._after_stop(prepared, error)
        except WorkerCrashedError as error:
            return self._after_crash(prepared, error)
        finally:
            self._shared.running = None
        self._shared.probe("executed")
        return self._judge(prepared, outcome)

    def _begin_sum(self, work: _Work, computed: Computed, *, terms: Terms) -> Maker | None:
        # Here and not above: numpy comes with it, and most agents never sum.
        from maillage.node.sums.begin import begin_sum

        maker = begin_sum(
            self._store,
            node=self._shared.node,
            delivery=work.delivery,
            task=work.task,
            computed=computed,
            terms=terms,
        )
        self._shared.probe("sum_begun")
        self._shared.to_sum.set()
        return maker

    def _begin_rounds(self, work: _Work, computed: Computed, *, terms: Terms) -> Maker | None:
        maker = begin_rounds(
            self._store,
            node=self._shared.node,
            delivery=work.delivery,
            task=work.task,
            computed=computed,
            terms=terms,
        )
        self._shared.probe("rounds_begun")
        self._shared.to_round.set()
        return maker

    def _prepare(self, row: tasks.Row) -> _Work | Maker:
        """All checks once more: time has passed since the decision, and the disk gave the bytes back."""
        node = self._shared.node
        delivery = open_row(row, node=node)
        if delivery.task is None:
            return make_refusal(delivery, reason=delivery.reason or Reason.INTERNAL)
        reason = check_task(delivery.task, site=node.site, now=node.clock(), installed=installed_analyses())
        if reason is not None:
            return make_refusal(delivery, reason=reason)
        if row.attempts >= MAX_ATTEMPTS:
            self._shared.log.error("task_poisoned", task=row.task_id, attempts=row.attempts)
            return make_failure(delivery, reason=Reason.INTERNAL, incident=new_id("incident"))
        terms = self._find_terms(delivery.task)
        if isinstance(terms, Reason):
            return make_refusal(delivery, reason=terms)
        # Before the engine reads the register: who objects meanwhile makes the answer older than it is.
        return _Work(row, delivery, delivery.task, terms, read_register_version(self._store))

    def _find_terms(self, task: Task) -> Terms | Reason:
        """The steward may have closed the door since the decision (S2: valid at the moment of the answer)."""
        terms = find_terms(self._store, node=self._shared.node, task=task)
        if isinstance(terms, Terms) and terms.verdict.decision is Decision.REFUSE:
            return Reason.POLICY_REFUSED
        return terms

    def _after_stop(self, work: _Work, error: WorkerStoppedError) -> Maker | None:
        if self._shared.stop.is_set():
            tasks.give_back(self._store, task=work.row)
            return None
        if tasks.find_task(self._store, work.row.task_id).state not in OPEN:
            # A cancellation or the date stopped it, and is its recorded answer: nothing went wrong.
            self._shared.log.info("task_stopped", task=work.row.task_id)
            return None
        incident = log_incident(self._shared.log, "task_stopped", error=error, task=work.row.task_id)
        return make_failure(work.delivery, reason=Reason.LIMIT_REACHED, incident=incident)

    def _after_crash(self, work: _Work, error: WorkerCrashedError) -> None:
        if self._shared.stop.is_set():
            tasks.give_back(self._store, task=work.row)
            return
        log_incident(self._shared.log, "worker_crashed", error=error, task=work.row.task_id)

    def _judge(self, work: _Work, outcome: Computed | Declined) -> Maker | Ready | None:
        """The answer, what may become one, or None: a masked sum answers later."""
        if work.task.expires_at <= self._shared.node.clock():
            return make_refusal(work.delivery, reason=Reason.ENVELOPE_EXPIRED)
        if isinstance(outcome, Declined):
            return self._to_declined(work, outcome)
        terms = self._find_terms(work.task)
        if isinstance(terms, Reason):
            return make_refusal(work.delivery, reason=terms)
        if (terms.permit, terms.disclosure) != (work.terms.permit, work.terms.disclosure):
            # The cells were gated under other rules than those that hold now.
            return make_refusal(work.delivery, reason=Reason.POLICY_REFUSED)
        try:
            # The last look before anything leaves: only what the analysis declares.
            find_spec(work.task.analysis.id).content.model_validate(outcome.content)
        except ValidationError as error:
            incident = log_incident(self._shared.log, "content_refused", error=error, task=work.row.task_id)
            return make_failure(work.delivery, reason=Reason.INTERNAL, incident=incident)
        if isinstance(terms.sums, Masked):
            return self._begin_sum(work, outcome, terms=terms)
        if find_spec(work.task.analysis.id).rounds is not None:
            return self._begin_rounds(work, outcome, terms=terms)
        return Ready(work.delivery, work.task, outcome, terms, work.register)

    def _to_declined(self, work: _Work, outcome: Declined) -> Maker:
        self._shared.log.warning(
            "task_declined", task=work.row.task_id, reason=outcome.reason, incident=outcome.incident
        )
        if outcome.reason in REFUSALS:
            return make_refusal(work.delivery, reason=outcome.reason)
        return make_failure(work.delivery, reason=outcome.reason, incident=outcome.incident)
