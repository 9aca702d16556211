"""End a question: its requester cancels it, or its date limit comes."""

from datetime import datetime

from maillage.exchange.reasons import Reason
from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.governance.statements import execute
from maillage.hub.boot import Hub
from maillage.hub.questions.changes import close_question, move_task, statements
from maillage.hub.questions.errors import QuestionClosedError, QuestionUnknownError
from maillage.hub.questions.models import Question, Task
from maillage.hub.questions.rounds.advance import advance_due as advance_due_rounds
from maillage.hub.questions.rounds.advance import advance_rounds
from maillage.hub.questions.rounds.advance import bell_of as bell_of_rounds
from maillage.hub.questions.rounds.room import lock_rounds
from maillage.hub.questions.states import AWAITED, QuestionState, TaskState
from maillage.hub.questions.sums.advance import advance, advance_due, bell_of
from maillage.hub.questions.sums.room import lock_sum
from maillage.hub.questions.totals import fix_total
from maillage.hub.writing import writing

_AWAITED = [state.value for state in AWAITED]


def cancel(question_id: str, *, by: str, hub: Hub) -> Question:
    """Withdraw the question; nodes that hold it are told.

    Raises QuestionUnknownError or QuestionClosedError.
    """
    now = hub.clock()
    with writing(hub):
        lock_sum(question_id=question_id)
        lock_rounds(question_id=question_id)
        tasks = _lock_awaited(question_id)
        question = Question.objects.select_for_update().filter(id=question_id, requester=by).first()
        if question is None:
            raise QuestionUnknownError
        if question.state != QuestionState.OPEN:
            raise QuestionClosedError
        for task in tasks:
            task.cancel_untold = task.deliveries > 0
            task.reason = Reason.CANCELLED.value
            move_task(task, to=TaskState.REFUSED, changed=("cancel_untold", "reason"))
        advance(question_id, at=now, hub=hub)
        advance_rounds(question_id, at=now, hub=hub)
        close_question(question, to=QuestionState.CANCELLED, at=now)
        fix_total(question_id)
        record(EventType.QUESTION_CANCELLED, actor=by, subject=question_id, at=now)
    bells = (bell_of(question_id), bell_of_rounds(question_id))
    hub.doorbell.ring(question_id, *bells, *(task.site for task in tasks))
    return question


def expire_due(*, hub: Hub) -> None:
    """Close every question whose date limit has passed; the hospitals still awaited are missing.

    Before that, masked sums whose step has lasted too long go on or end.
    """
    now = hub.clock()
    # Asked at each page and poll: one statement says that there is nothing to do, as nearly always.
    if not execute(statements()["is_anything_due"], now=now)[0][0]:
        return
    advance_due(hub=hub)
    advance_due_rounds(hub=hub)
    due = Question.objects.filter(state=QuestionState.OPEN.value, expires_at__lte=now)
    for question_id in list(due.values_list("id", flat=True)):
        _expire(question_id, at=now, hub=hub)
        hub.doorbell.ring(question_id, bell_of(question_id))


def _expire(question_id: str, *, at: datetime, hub: Hub) -> None:
    with writing(hub):
        lock_sum(question_id=question_id)
        lock_rounds(question_id=question_id)
        tasks = _lock_awaited(question_id)
        question = Question.objects.select_for_update().get(id=question_id)
        if question.state != QuestionState.OPEN:
            return
        for task in tasks:
            move_task(task, to=TaskState.MISSING)
        advance(question_id, at=at, hub=hub)
        advance_rounds(question_id, at=at, hub=hub)
        close_question(question, to=QuestionState.EXPIRED, at=at)
        fix_total(question_id)
        facts = {"missing": sorted(task.site for task in tasks)}
        record(EventType.QUESTION_EXPIRED, actor="hub", subject=question_id, at=at, facts=facts)


def _lock_awaited(question_id: str) -> list[Task]:
    awaited = Task.objects.filter(question_id=question_id, state__in=_AWAITED)
    return list(awaited.select_for_update().order_by("id"))
