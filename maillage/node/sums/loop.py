"""The loop that takes this hospital's part in masked sums, one step of each open session after the other."""

from typing import TYPE_CHECKING

from maillage.base.ids import new_id
from maillage.exchange.evidence import Gated
from maillage.exchange.reasons import Reason
from maillage.exchange.sums import Agreements, Ended, News, Opening, Step, Survivors
from maillage.node import tasks
from maillage.node.answer import Maker, make_failure, make_refusal
from maillage.node.client import HubClient
from maillage.node.decide import open_row
from maillage.node.errors import HubAnswerError, MoveError, TooCloseError
from maillage.node.log import log_incident
from maillage.node.pacing import Pace, advance_all
from maillage.node.permits.terms import Terms, find_terms
from maillage.node.policy import Decision
from maillage.node.release.evidence import keep_gated
from maillage.node.shared import Shared
from maillage.node.states import State
from maillage.node.store import Store
from maillage.node.sums.rows import SumRow, end_row, list_open
from maillage.node.sums.states import SumState

if TYPE_CHECKING:
    from maillage.node.sums.session import Place

GONE = frozenset({404, 409, 410})


class Summer:
    """One thread's part in all sums."""

    def __init__(self, shared: Shared, store: Store, client: HubClient) -> None:
        self._shared = shared
        self._store = store
        self._client = client
        self._pace = Pace()

    def tick(self) -> None:
        """Take every open session as far as it goes now; one's trouble holds no other."""
        advance_all(lambda: list_open(self._store), self.advance, pace=self._pace, stop=self._shared.stop)

    def advance(self, row: SumRow, wait: float) -> None:
        """Say this session's next step and take what the hub answers; what is not taken ends it."""
        self._pace.note_asked(row.session)
        # Here and not above: numpy comes with it, and most agents never sum.
        from maillage.disclosure.masking import MaskingError

        try:
            place = self._find_place(row)
            if place is not None:
                self._speak(place, wait=wait)
        except MaskingError as error:
            self._refuse(row, reason=Reason.SUM_REFUSED, error=error)
        except TooCloseError as error:
            self._refuse(row, reason=Reason.SUM_TOO_CLOSE, error=error)
        except MoveError:
            # Cancelled or out of date while the hub was asked: the next turn finds it ended.
            return

    def _find_place(self, row: SumRow) -> "Place | None":
        """The session with its task and terms, checked anew at each step; None when it ends here."""
        from maillage.node.sums.session import Place

        node = self._shared.node
        stored = tasks.find_task(self._store, row.task_id)
        delivery = open_row(stored, node=node)
        if stored.state is not State.ACCEPTED or delivery.task is None:
            self._end(row, maker=make_refusal(delivery, reason=delivery.reason or Reason.INTERNAL))
            return None
        terms = find_terms(self._store, node=node, task=delivery.task)
        if isinstance(terms, Terms):
            place = Place(row, node, delivery, delivery.task, terms)
            if place.stands and terms.verdict.decision is not Decision.REFUSE:
                return place
        reason = terms if isinstance(terms, Reason) else Reason.POLICY_REFUSED
        self._end(row, maker=make_refusal(delivery, reason=reason))
        return None

    def _speak(self, place: "Place", *, wait: float) -> None:
        from maillage.node.sums.session import write_step

        news = self._ask(place.row.session, write_step(place), wait=wait)
        self._shared.probe(f"sum_{place.row.state}_sent")
        if news is not None:
            self._pace.note_moved(place.row.session)
            self._take(place, news)

    def _ask(self, session: str, step: Step, *, wait: float) -> News | None:
        try:
            return self._client.post_step(session, step, wait=wait)
        except HubAnswerError as error:
            if error.status in GONE and error.code != "unreadable":
                return Ended(reason=Reason.SUM_FAILED)
            raise

    def _take(self, place: "Place", news: News) -> None:
        from maillage.node.sums import session

        state = place.row.state
        match state, news:
            case SumState.OFFERED, Opening():
                session.take_opening(self._store, place, news)
            case SumState.MASKED, Survivors():
                session.take_survivors(self._store, place, news)
            case SumState.AGREED, Agreements():
                maker = session.take_agreements(place, news)
                self._end(place.row, maker=maker, to=SumState.REVEALED, gated=place.part.gated)
            case _, Ended(reason=reason):
                self._fail(place, reason=reason)
            case _:
                # Other news than the step calls for: a hub that was set back, or that tries something.
                self._refuse(place.row, reason=Reason.SUM_REFUSED, error=None)
        self._shared.probe(f"sum_{state}_taken")

    def _fail(self, place: "Place", *, reason: Reason) -> None:
        incident = new_id("incident")
        self._shared.log.warning(
            "sum_ended", task=place.row.task_id, session=place.row.session, reason=reason, incident=incident
        )
        self._end(place.row, maker=make_failure(place.delivery, reason=reason, incident=incident))

    def _refuse(self, row: SumRow, *, reason: Reason, error: Exception | None) -> None:
        if error is not None:
            log_incident(self._shared.log, "sum_refused", error=error, task=row.task_id)
        delivery = open_row(tasks.find_task(self._store, row.task_id), node=self._shared.node)
        self._end(row, maker=make_refusal(delivery, reason=reason))

    def _end(
        self, row: SumRow, *, maker: Maker, to: SumState = SumState.ENDED, gated: Gated | None = None
    ) -> None:
        """The last word, its evidence, and the end of the numbers and seeds, in one transaction."""
        node = self._shared.node
        with self._store.transaction():
            answer = tasks.answer(self._store, node=node, task_id=row.task_id, make=maker)
            if answer is not None and gated is not None:
                keep_gated(self._store, node=node, answer=answer, gated=gated)
            # A cancellation that came first has answered: nothing is lifted then.
            end_row(self._store, row=row, to=SumState.ENDED if answer is None else to)
        self._pace.note_moved(row.session)
        self._shared.to_send.set()
