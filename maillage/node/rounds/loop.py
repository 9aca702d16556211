"""The loop that takes this hospital's part in open exchanges: say the last round, take the next,
compute it.
"""

from dataclasses import dataclass

from pydantic import ValidationError

from maillage.analysis.registry import find_spec
from maillage.base.ids import new_id
from maillage.exchange.envelope import Opened, open_round_news
from maillage.exchange.errors import EnvelopeError
from maillage.exchange.reasons import Reason
from maillage.exchange.rounds import RoundAsked, RoundsEnded
from maillage.exchange.task import Task
from maillage.node import ledger, tasks
from maillage.node.answer import Maker, make_failure, make_partial, make_refusal
from maillage.node.check import Delivery
from maillage.node.client import HubClient
from maillage.node.decide import open_row
from maillage.node.errors import HubAnswerError, MoveError, WorkerCrashedError, WorkerStoppedError
from maillage.node.log import log_incident
from maillage.node.pacing import Pace, advance_all
from maillage.node.permits.terms import Terms, find_terms
from maillage.node.policy import Decision
from maillage.node.rounds.begin import make_told
from maillage.node.rounds.rows import RoundsRow, RoundsState, end_row, list_open, tell
from maillage.node.shared import Shared
from maillage.node.states import State
from maillage.node.store import Store
from maillage.node.tasks import MAX_ATTEMPTS
from maillage.node.worker.messages import Computed, Declined, Round, Told
from maillage.node.worker.order import to_job

GONE = frozenset({400, 404, 409, 410, 422})
_REFUSED = frozenset(
    {Reason.MODEL_OUTWEIGHED, Reason.MODEL_RARE, Reason.MODEL_TOO_CLOSE, Reason.ROUND_REFUSED}
)
_ENDS = {
    "dropped": Reason.ROUNDS_DROPPED,
    "failed": Reason.ROUNDS_FAILED,
    "cancelled": Reason.CANCELLED,
}


@dataclass(frozen=True)
class Place:
    """An exchange with the task and the terms that hold now."""

    row: RoundsRow
    delivery: Delivery
    task: Task
    terms: Terms


class Rounder:
    """One thread's part in all exchanges."""

    def __init__(self, shared: Shared, store: Store, client: HubClient) -> None:
        self._shared = shared
        self._store = store
        self._client = client
        self._pace = Pace()
        self._crashes: dict[str, int] = {}

    def tick(self) -> None:
        """Take every open exchange a round further; one's trouble holds no other."""
        advance_all(lambda: list_open(self._store), self.advance, pace=self._pace, stop=self._shared.stop)

    def advance(self, row: RoundsRow, wait: float) -> None:
        """Say the last round again, and take what the hub answers; what is not taken ends the exchange."""
        self._pace.note_asked(row.session)
        place = self._find_place(row)
        if place is None:
            return
        # What the hub is told is on the disk before, in the store and in the ledger.
        ledger.flush(self._store)
        news = self._ask(row, wait=wait)
        self._shared.probe(f"round_{row.number}_sent")
        if news is None:
            return
        self._pace.note_moved(row.session)
        try:
            self._take(place, news)
        except MoveError:
            # Cancelled or out of date while the round was computed: the next turn finds it ended.
            return

    def _find_place(self, row: RoundsRow) -> Place | None:
        """The exchange with its task and terms, checked anew at each round; None when it ends here."""
        node = self._shared.node
        stored = tasks.find_task(self._store, row.task_id)
        delivery = open_row(stored, node=node)
        if stored.state is not State.ACCEPTED or delivery.task is None:
            self._end(row, maker=make_refusal(delivery, reason=delivery.reason or Reason.INTERNAL))
            return None
        if delivery.task.expires_at <= node.clock():
            self._end(row, maker=make_refusal(delivery, reason=Reason.ENVELOPE_EXPIRED))
            return None
        terms = find_terms(self._store, node=node, task=delivery.task)
        if isinstance(terms, Terms) and terms.verdict.decision is not Decision.REFUSE:
            if (terms.permit, terms.disclosure.floor) == (row.permit, row.floor):
                return Place(row, delivery, delivery.task, terms)
            terms = Reason.POLICY_REFUSED
        reason = terms if isinstance(terms, Reason) else Reason.POLICY_REFUSED
        self._end(row, maker=make_refusal(delivery, reason=reason))
        return None

    def _ask(
        self, row: RoundsRow, *, wait: float
    ) -> Opened[RoundAsked] | Opened[RoundsEnded] | Reason | None:
        """What the hub says, its signature verified; a reason when it says nothing that holds."""
        try:
            data = self._client.post_round(row.task_id, row.told or b"", wait=wait)
        except HubAnswerError as error:
            if error.status in GONE and error.code != "unreadable":
                return Reason.ROUNDS_FAILED
            raise
        try:
            return None if data is None else open_round_news(data, signers=self._shared.node.signers)
        except EnvelopeError as error:
            return error.reason

    def _take(self, place: Place, news: Opened[RoundAsked] | Opened[RoundsEnded] | Reason) -> None:
        match news:
            case Reason():
                self._fail(place, reason=news)
            case Opened(message=message) if not is_for(place.row, place.task, message):
                self._end(place.row, maker=make_refusal(place.delivery, reason=Reason.ENVELOPE_REPLAYED))
            case Opened(message=RoundsEnded(outcome="done")):
                self._finish(place)
            case Opened(message=RoundsEnded(outcome=outcome)):
                self._fail(place, reason=_ENDS[outcome])
            case Opened(message=RoundAsked() as message, payload_hash=asked):
                self._compute(place, message, asked=asked)

    def _compute(self, place: Place, message: RoundAsked, *, asked: str) -> None:
        order = Round(
            job=to_job(place.task, terms=place.terms),
            number=message.number,
            parameters=message.parameters,
            fingerprint=place.row.fingerprint,
        )
        try:
            outcome = self._shared.worker.run_round(order)
        except WorkerCrashedError as error:
            # The round is asked again at the next turn, and its rows are read again.
            incident = log_incident(self._shared.log, "worker_crashed", error=error, task=place.row.task_id)
            crashes = self._crashes[place.row.session] = self._crashes.get(place.row.session, 0) + 1
            if crashes >= MAX_ATTEMPTS and not self._shared.stop.is_set():
                self._fail(place, reason=Reason.INTERNAL, incident=incident)
            return
        except WorkerStoppedError as error:
            if not self._shared.stop.is_set():
                log_incident(self._shared.log, "round_stopped", error=error, task=place.row.task_id)
                self._fail(place, reason=Reason.LIMIT_REACHED)
            return
        self._shared.probe(f"round_{message.number}_computed")
        if isinstance(outcome, Declined):
            self._decline(place, outcome)
        else:
            self._tell(place, outcome, number=message.number, asked=asked)

    def _tell(self, place: Place, told: Told, *, number: int, asked: str) -> None:
        rounds = find_spec(place.task.analysis.id).rounds
        try:
            # The last look before anything leaves: only what the analysis declares.
            if rounds is None or number > rounds.most:
                raise MoveError("no such round")
            rounds.content.model_validate(told.content)
        except ValidationError as error:
            log_incident(self._shared.log, "content_refused", error=error, task=place.row.task_id)
            self._fail(place, reason=Reason.INTERNAL)
            return
        message = make_told(
            place.delivery,
            place.task,
            node=self._shared.node,
            terms=place.terms,
            number=number,
            asked=asked,
            content=told.content,
        )
        tell(self._store, node=self._shared.node, row=place.row, message=message)
        self._shared.probe(f"round_{number}_told")

    def _decline(self, place: Place, outcome: Declined) -> None:
        self._shared.log.warning(
            "round_declined", task=place.row.task_id, reason=outcome.reason, incident=outcome.incident
        )
        if outcome.reason in _REFUSED:
            self._end(place.row, maker=make_refusal(place.delivery, reason=outcome.reason))
        else:
            self._fail(place, reason=outcome.reason, incident=outcome.incident)

    def _finish(self, place: Place) -> None:
        computed = Computed.model_validate_json(place.row.opening)
        maker = make_partial(place.delivery, place.task, computed=computed, terms=place.terms)
        self._end(place.row, maker=maker, to=RoundsState.DONE)

    def _fail(self, place: Place, *, reason: Reason, incident: str | None = None) -> None:
        incident = incident or new_id("incident")
        self._shared.log.warning("rounds_ended", task=place.row.task_id, reason=reason, incident=incident)
        self._end(place.row, maker=make_failure(place.delivery, reason=reason, incident=incident))

    def _end(self, row: RoundsRow, *, maker: Maker, to: RoundsState = RoundsState.ENDED) -> None:
        """The last word and the end of the exchange, in one transaction; then the rows' memory."""
        node = self._shared.node
        with self._store.transaction():
            answered = tasks.answer(self._store, node=node, task_id=row.task_id, make=maker)
            end_row(self._store, row=row, to=to if answered else RoundsState.ENDED)
        self._pace.note_moved(row.session)
        self._shared.worker.forget(row.task_id)
        self._shared.to_send.set()


def is_for(row: RoundsRow, task: Task, message: RoundAsked | RoundsEnded) -> bool:
    """Whether the hub speaks of this task, and of what this hospital told last; numbers only rise."""
    named = (message.task_id, message.question_id, message.site, message.nonce)
    if named != (task.task_id, task.question_id, task.site, task.nonce):
        return False
    if isinstance(message, RoundsEnded):
        return True
    return message.number > row.number and message.told == row.told_hash
