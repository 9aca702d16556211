"""The worker's bench: the open warehouse, and one job at a time on it."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import ValidationError

from maillage.analysis.errors import RoundRefusedError
from maillage.analysis.registry import code_hash, find_spec, list_analyses, load_local, read_parameters
from maillage.base.errors import MaillageError
from maillage.base.i18n import _
from maillage.base.ids import new_id
from maillage.cohort import parse_expression
from maillage.cohort.expression import CohortExpression
from maillage.cohort.known import check_known
from maillage.disclosure.evidence import Trace
from maillage.disclosure.rules import DisclosureRules
from maillage.exchange.reasons import Reason
from maillage.node.errors import RoundsChangedError
from maillage.node.log import Log, log_incident
from maillage.node.objections.register import RegisterWatch, read_register
from maillage.node.worker.everyone import IN_PLACE_SECONDS, Everyone
from maillage.node.worker.gatekeeper import PRIVATE_RULES, GateKeeper
from maillage.node.worker.messages import (
    Bench,
    Catalogued,
    CatalogueJob,
    Computed,
    Declined,
    Job,
    Order,
    Outcome,
    Ready,
    Round,
    Told,
)
from maillage.node.worker.reasons import find_reason
from maillage.node.worker.residents import Residents
from maillage.node.worker.times import GATE_MS, next_mark, wait_for_mark
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.engines.open import open_engine
from maillage.warehouse.engines.vocabulary import has_concepts
from maillage.warehouse.errors import QueryInterruptedError
from maillage.warehouse.place import FilePlace

Answer = TypeVar("Answer", Computed, Catalogued, Told)


class WorkBench:
    """Holds the engine between jobs. `expect`, `stop` and `stop_all` come from the reader's thread."""

    def __init__(self, means: Bench, *, log: Log) -> None:
        self._means = means
        self._log = log
        self._engine: Engine | None = None
        self._everyone: Everyone | None = None
        self._reference = ""
        self._register = RegisterWatch(means.folder)
        self._register_version = 0
        self._lock = threading.Lock()
        self._current: str | None = None
        self._stopped: set[str] = set()
        self._gates = GateKeeper(means.folder)
        self._residents = Residents()
        self._gate_ms = 0.0
        self._passed = 1

    def warm_up(self) -> Ready:
        """Import what a first job would, and open the warehouse; its absence will be each job's error."""
        for name in list_analyses():
            try:
                load_local(name)
            except Exception as error:  # noqa: BLE001 - one broken analysis must not take the others along
                log_incident(self._log, "analysis_not_loaded", error=error, analysis=name)
        try:
            self._open()
        except MaillageError as error:
            self._log.warning("warehouse_not_open", what=error.what, why=error.why)
        return Ready(reference=self._reference)

    def serve(self, order: Order) -> Outcome:
        """Do what is ordered."""
        if isinstance(order, Round):
            return self.run_round(order)
        return self.run(order) if isinstance(order, Job) else self.run_catalogue(order)

    def run(self, job: Job) -> Computed | Declined:
        """Compute one job, and answer at the next mark of time; exact times are for the hospital's log."""
        started, self._gate_ms, self._passed = time.monotonic(), 0.0, 1
        answer = self._answer(job, lambda: self._compute(job))
        mark = wait_for_mark(started, gate_ms=self._gate_ms, gates=self._passed)
        if not isinstance(answer, Computed):
            return answer
        return answer.model_copy(update={"compile_ms": next_mark(answer.compile_ms), "engine_ms": mark})

    def run_catalogue(self, job: CatalogueJob) -> Catalogued | Declined:
        """Count every concept. Nobody asked, and the agent sends it later: there is no time to tell by."""
        return self._answer(job, lambda: self._count_all(job))

    def _answer(self, job: Job | CatalogueJob, compute: Callable[[], Answer]) -> Answer | Declined:
        """Whatever happens becomes a code, and a line of the log."""
        if isinstance(job, Job) and not _is_installed(job):
            # The agent checked its own copy; an upgrade may have come between the two processes' starts.
            return Declined(job_id=job.job_id, reason=Reason.ANALYSIS_DIFFERS, incident=new_id("incident"))
        try:
            return compute()
        except Exception as error:  # noqa: BLE001 - the frame that turns every error into a code
            reason = Reason.LIMIT_REACHED if job.job_id in self._stopped else find_reason(error)
            incident = log_incident(self._log, "job_declined", error=error, job=job.job_id, reason=reason)
            if reason in (Reason.ENGINE_FAILED, Reason.INTERNAL, Reason.LIMIT_REACHED):
                # A session that failed once is not trusted with the next question.
                self.close()
            return Declined(job_id=job.job_id, reason=reason, incident=incident)
        finally:
            with self._lock:
                self._current = None

    def _compute(self, job: Job) -> Computed:
        run = load_local(job.analysis.id)
        cohort = _read_cohort(json.dumps(job.cohort))
        parameters = read_parameters(find_spec(job.analysis.id), job.parameters)
        former = self._gates.recall(job)
        if former is not None:
            return self._repeat(job, former)
        engine = self._open()
        self._begin(job)
        self._check_codes(cohort, engine, job=job)
        gate = self._gates.make(job, everyone=self._find_everyone(engine))
        local = run(cohort=cohort, parameters=parameters, engine=engine, gate=gate)
        self._gate_ms, self._passed = local.gate_ms, local.gates
        for error in local.troubles:
            log_incident(self._log, "part_not_computed", error=error, job=job.job_id)
        fingerprint = self._residents.keep(job.job_id, local.resident)
        self._log.info(
            "job_computed",
            job=job.job_id,
            compile_ms=local.compile_ms,
            engine_ms=local.engine_ms,
            gate_ms=local.gate_ms,
        )
        return Computed(
            job_id=job.job_id,
            content=local.content.model_dump(mode="json"),
            compile_ms=local.compile_ms,
            engine_ms=local.engine_ms,
            reference=self._reference,
            trace=gate.trace(),
            fingerprint=fingerprint,
        )

    def _check_codes(self, cohort: CohortExpression, engine: Engine, *, job: Job) -> None:
        """Tell the hospital of a set that is unknown here; where all are, there is no answer."""
        unknown = check_known(cohort, engine=engine)
        if unknown:
            self._log.warning("concepts_unknown", job=job.job_id, sets=[str(one) for one in unknown])

    def _count_all(self, job: CatalogueJob) -> Catalogued:
        # Only here, and once a day: what it needs is not kept warm for questions.
        from maillage.node.catalogue.count import count_concepts, count_years
        from maillage.node.catalogue.keeper import tell, tell_years

        rules = DisclosureRules(floor=job.floor, network_floor=job.network_floor)
        engine = self._open()
        self._begin(job)
        counted, by_year = count_concepts(engine), count_years(engine)
        self._begin(job)
        bands = tell(counted, floor=rules.floor, folder=self._means.folder)
        told = tuple((least, tuple(concepts)) for least, concepts in sorted(bands.items()))
        years = tell_years(by_year, floor=rules.floor, folder=self._means.folder)
        return Catalogued(job_id=job.job_id, bands=told, reference=self._reference, years=years)

    def run_round(self, order: Round) -> Told | Declined:
        """One round of a job; its rows are read again where they are no longer kept. It leaves at
        a mark too.
        """
        started = time.monotonic()
        answer = self._answer(order.job, lambda: self._compute_round(order))
        mark = wait_for_mark(started, gate_ms=GATE_MS)
        return answer if isinstance(answer, Declined) else answer.model_copy(update={"engine_ms": mark})

    def _compute_round(self, order: Round) -> Told:
        # Whoever objected since, or a warehouse that was replaced, closes the engine, and with it what is
        # kept.
        self._open()
        self._begin(order.job)
        rounds = find_spec(order.job.analysis.id).rounds
        if rounds is None:
            raise RoundRefusedError(_("Cette analyse n’a pas de tours."))
        if self._residents.find(order.job_id) is None:
            self._compute(order.job)
        resident = self._residents.find(order.job_id)
        if resident is None or self._residents.fingerprint(order.job_id) != order.fingerprint:
            raise RoundsChangedError
        started = time.perf_counter()
        try:
            parameters = rounds.parameters.model_validate(order.parameters)
        except ValidationError as error:
            raise RoundRefusedError(_("Ce tour est refusé.")) from error
        told = resident.answer(order.number, parameters)
        elapsed = (time.perf_counter() - started) * 1000
        self._log.info("round_computed", job=order.job_id, number=order.number, engine_ms=elapsed)
        return Told(job_id=order.job_id, content=told.model_dump(mode="json"), engine_ms=elapsed)

    def forget(self, job_id: str) -> None:
        """No round follows: give the rows' memory back."""
        self._residents.forget(job_id)

    def _repeat(self, job: Job, former: Mapping[str, Any]) -> Computed:
        # Nothing goes through a gate again: what its parts were is in the evidence of the first time.
        trace = Trace(rules=PRIVATE_RULES, given=0, shown=0, below_floor=0, protected=0)
        return Computed(
            job_id=job.job_id,
            content=dict(former),
            compile_ms=0,
            engine_ms=0,
            reference=self._reference,
            trace=trace,
        )

    def _find_everyone(self, engine: Engine) -> Everyone:
        """Who is in the warehouse, read once for each session on it."""
        if self._everyone is None:
            alone = isinstance(self._means.place, FilePlace)
            self._everyone = Everyone(engine, seconds=None if alone else IN_PLACE_SECONDS)
        return self._everyone

    def _begin(self, job: Job | CatalogueJob) -> None:
        if job.job_id in self._stopped:
            raise QueryInterruptedError(_("La question a été arrêtée avant de commencer."))

    def expect(self, job_id: str) -> None:
        """A job was taken from the pipe; a stop may name it from now on."""
        with self._lock:
            self._current = job_id

    def stop(self, job_id: str) -> None:
        """Interrupt that job; a job that is over is left alone."""
        with self._lock:
            if job_id == self._current:
                self._stopped.add(job_id)
                self._interrupt()

    def stop_all(self) -> None:
        """Interrupt whatever runs."""
        with self._lock:
            self._interrupt()

    def _interrupt(self) -> None:
        if self._engine is not None:
            self._engine.interrupt()

    def close(self) -> None:
        """Give the warehouse back; the next job opens it again."""
        with self._lock:
            engine, self._engine, self._everyone = self._engine, None, None
        self._residents.forget_all()
        if engine is not None:
            engine.close()

    def _open(self) -> Engine:
        """The open engine; opened anew when what it reads was replaced since, or who objected changed.

        Asked at each question: a register that cannot be read stops it.
        """
        folder = self._means.folder
        version = self._register.read_version()
        if self._engine and not self._engine.is_outdated() and version == self._register_version:
            _drop_surplus(self._engine)
            return self._engine
        self.close()
        register = read_register(folder)
        engine = open_engine(self._means.place, find_objected=register.find_objected, keep=True)
        if not has_concepts(engine):
            self._log.warning("vocabulary_empty")
        with self._lock:
            self._engine = engine
        self._register_version = register.version
        self._reference = engine.vocabulary_version[:80]
        return engine


@lru_cache(maxsize=8)
def _read_cohort(text: str) -> CohortExpression:
    """The same text reads the same: a cohort is asked again under other analyses."""
    return parse_expression(text)


def _drop_surplus(engine: Engine) -> None:
    if engine.kept is not None:
        for name in engine.kept.take_surplus():
            engine.drop_temp(name)


def _is_installed(job: Job) -> bool:
    return job.analysis.id in list_analyses() and code_hash(job.analysis.id) == job.analysis.code
