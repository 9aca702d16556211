"""Is this answer taken? Signed by whom, about what, again or for the first time, fit to be shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maillage.analysis.errors import AnalysisError
from maillage.base.i18n import _
from maillage.exchange.envelope import AnyAnswer, Opened
from maillage.exchange.errors import EnvelopeError
from maillage.exchange.reasons import Reason
from maillage.exchange.result import Failure, Hold, Partial, Refusal, Summed
from maillage.hub.questions.contents import ANSWER_REJECTED, check_partial
from maillage.hub.questions.errors import (
    AnswerConflictError,
    AnswerError,
    AnswerMismatchError,
    AnswerRejectedError,
    QuestionClosedError,
    QuestionError,
)
from maillage.hub.questions.states import AWAITED, TaskState
from maillage.hub.questions.sums.judging import Expected, check_summed
from maillage.hub.settings import HubSettings

# A node that could not read the task does not know these parts of it. To one that was handed another task's
# envelope under this one's name (replayed), this task is just as unknown.
UNREADABLE = frozenset(
    {
        Reason.ENVELOPE_ALTERED,
        Reason.ENVELOPE_MALFORMED,
        Reason.ENVELOPE_REPLAYED,
        Reason.ENVELOPE_TOO_LARGE,
        Reason.ENVELOPE_VERSION,
        Reason.SIGNER_UNKNOWN,
    }
)
_STATE_BY_KIND = {
    "partial": TaskState.ANSWERED,
    "summed": TaskState.ANSWERED,
    "refusal": TaskState.REFUSED,
    "failure": TaskState.FAILED,
    "hold": TaskState.HELD,
}


@dataclass(frozen=True)
class Asked:
    """What the hub asked, and where it stands. `expected` is set where the answer goes into a masked sum.

    `in_rounds` says that rounds follow it, or may; `parts` are the analyses of a joint question.
    """

    task_id: str
    site: str
    state: TaskState
    question_id: str
    nonce: str
    task_hash: str
    answer_hash: str
    reason: str
    analysis: Mapping[str, Any]
    steps: int
    parts: tuple[str, ...] = ()
    expected: Expected | None = None
    in_rounds: bool = False


@dataclass(frozen=True)
class Verdict:
    """What the node is told; `keep_as` when the answer changes the task's state."""

    status: str
    error: QuestionError | EnvelopeError | None = None
    keep_as: TaskState | None = None


def judge(
    opened: Opened[AnyAnswer] | EnvelopeError, *, asked: Asked, signer: str, settings: HubSettings
) -> Verdict:
    """What becomes of an answer signed by the hospital `signer`. Nothing is written here."""
    if isinstance(opened, EnvelopeError):
        return Verdict("refused", opened)
    answer = opened.message
    if asked.site != signer or not answers(answer, asked=asked):
        return Verdict("refused", _mismatch())
    if asked.state not in AWAITED:
        return _judge_again(opened, asked=asked)
    if isinstance(answer, Hold) and asked.state == TaskState.HELD:
        return Verdict("already_recorded")
    rejection = _check_content(answer, asked=asked, settings=settings)
    if rejection is not None:
        return Verdict("refused", rejection, keep_as=TaskState.FAILED)
    return Verdict("recorded", keep_as=_STATE_BY_KIND[answer.kind])


def answers(answer: AnyAnswer, *, asked: Asked) -> bool:
    """Whether the signed answer names this very task, its site, its question, its nonce and its bytes."""
    named = (answer.task_id, answer.site) == (asked.task_id, asked.site)
    if isinstance(answer, Refusal) and answer.reason in UNREADABLE:
        return named
    whole = (answer.question_id, answer.nonce, answer.task_hash)
    return named and whole == (asked.question_id, asked.nonce, asked.task_hash)


def _judge_again(opened: Opened[AnyAnswer], *, asked: Asked) -> Verdict:
    """The task has had its last word: the same again is fine, a hold comes late, anything else conflicts."""
    answer = opened.message
    if isinstance(answer, Hold):
        return Verdict("already_recorded")
    if not asked.answer_hash:
        # The hub itself closed the task. A node that says so too is agreeing, not conflicting.
        agrees = isinstance(answer, Refusal | Failure) and answer.reason == asked.reason
        return Verdict("already_recorded") if agrees else Verdict("refused", QuestionClosedError())
    if opened.payload_hash != asked.answer_hash:
        return Verdict("refused", AnswerConflictError())
    if asked.reason == ANSWER_REJECTED:
        return Verdict("refused", _rejection())
    return Verdict("already_recorded")


def _check_content(answer: AnyAnswer, *, asked: Asked, settings: HubSettings) -> AnswerError | None:
    if not isinstance(answer, Partial | Summed):
        return None
    try:
        if isinstance(answer, Summed) or asked.expected is not None:
            floor = settings.floor
            check_summed(answer, expected=asked.expected, analysis=asked.analysis, floor=floor)
            return None
        check_partial(
            answer,
            analysis=asked.analysis,
            steps=asked.steps,
            floor=settings.floor,
            parts=asked.parts,
        )
    except AnalysisError as error:
        return _rejection(why=error.what)
    return None


def _mismatch() -> AnswerMismatchError:
    return AnswerMismatchError(
        _("Cette réponse n’est pas celle de la tâche à laquelle elle est envoyée."),
        why=_("L’hôpital, la tâche, la question, le numéro unique ou l’empreinte diffèrent."),
    )


def _rejection(why: str = "") -> AnswerRejectedError:
    return AnswerRejectedError(
        _("Le contenu de la réponse n’est pas accepté."),
        why=why,
        remedy=_("Vérifiez la version et le seuil du nœud ; la question peut être posée à nouveau."),
    )
