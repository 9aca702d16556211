"""The states of a question, of its task at each hospital and of its masked sum: tables of allowed moves."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from maillage.base.moves import require_move


class QuestionState(StrEnum):
    """`complete` when every hospital has given its last word."""

    OPEN = "open"
    COMPLETE = "complete"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class TaskState(StrEnum):
    """`delivered` is a lease; `missing` says that the question ended before the hospital's last word."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    HELD = "held"
    ANSWERED = "answered"
    REFUSED = "refused"
    FAILED = "failed"
    MISSING = "missing"


class SumState(StrEnum):
    """Where a masked sum stands: what every hospital in it is awaited for."""

    GATHERING = "gathering"
    MASKING = "masking"
    SIGNING = "signing"
    REVEALING = "revealing"
    DONE = "done"
    FAILED = "failed"


class RoundsState(StrEnum):
    """Where an analysis of several rounds stands."""

    GATHERING = "gathering"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


FINAL = frozenset({TaskState.ANSWERED, TaskState.REFUSED, TaskState.FAILED, TaskState.MISSING})
AWAITED = frozenset(TaskState) - FINAL

QUESTION_MOVES: Mapping[QuestionState, frozenset[QuestionState]] = {
    QuestionState.OPEN: frozenset({QuestionState.COMPLETE, QuestionState.CANCELLED, QuestionState.EXPIRED}),
    QuestionState.COMPLETE: frozenset(),
    QuestionState.CANCELLED: frozenset(),
    QuestionState.EXPIRED: frozenset(),
}

# A task that waits may be answered: its lease was released when the node restarted, and the node had kept it.
TASK_MOVES: Mapping[TaskState, frozenset[TaskState]] = {
    TaskState.WAITING: frozenset({TaskState.DELIVERED, TaskState.HELD}) | FINAL,
    TaskState.DELIVERED: frozenset({TaskState.WAITING, TaskState.DELIVERED, TaskState.HELD}) | FINAL,
    TaskState.HELD: FINAL,
    TaskState.ANSWERED: frozenset(),
    TaskState.REFUSED: frozenset(),
    TaskState.FAILED: frozenset(),
    TaskState.MISSING: frozenset(),
}


SUM_MOVES: Mapping[SumState, frozenset[SumState]] = {
    # Each hospital computes, and offers a key; or says that it does not take part.
    SumState.GATHERING: frozenset({SumState.MASKING, SumState.FAILED}),
    # All keys are known; numbers come under masks. Who is late drops out.
    SumState.MASKING: frozenset({SumState.SIGNING, SumState.FAILED}),
    # Those whose numbers came sign the list of them. From here on, who stops ends the sum.
    SumState.SIGNING: frozenset({SumState.REVEALING, SumState.FAILED}),
    # Each signature is known; each hospital lifts its masks from the sum, by its answer.
    SumState.REVEALING: frozenset({SumState.DONE, SumState.FAILED}),
    SumState.DONE: frozenset(),
    SumState.FAILED: frozenset(),
}
SUM_OPEN = frozenset({SumState.GATHERING, SumState.MASKING, SumState.SIGNING, SumState.REVEALING})


def check_sum_move(current: str, *, to: SumState) -> None:
    """Raises ValueError when the table does not allow it."""
    require_move(SUM_MOVES, current, to=to, refused=_defect("a masked sum", to=to))


def check_question_move(current: str, *, to: QuestionState) -> None:
    """Raises ValueError when the table does not allow it."""
    require_move(QUESTION_MOVES, current, to=to, refused=_defect("a question", to=to))


def check_task_move(current: str, *, to: TaskState) -> None:
    """Raises ValueError when the table does not allow it."""
    require_move(TASK_MOVES, current, to=to, refused=_defect("a task", to=to))


ROUNDS_MOVES: Mapping[RoundsState, frozenset[RoundsState]] = {
    # Each hospital prepares its rows and opens; or says that it does not take part.
    RoundsState.GATHERING: frozenset({RoundsState.RUNNING, RoundsState.DONE, RoundsState.FAILED}),
    # A round after the other. Who stops drops out, and the others begin again.
    RoundsState.RUNNING: frozenset({RoundsState.RUNNING, RoundsState.DONE, RoundsState.FAILED}),
    RoundsState.DONE: frozenset(),
    RoundsState.FAILED: frozenset(),
}
ROUNDS_OPEN = frozenset({RoundsState.GATHERING, RoundsState.RUNNING})


def check_rounds_move(current: str, *, to: RoundsState) -> None:
    """Raises ValueError when the table does not allow it."""
    require_move(ROUNDS_MOVES, current, to=to, refused=_defect("an exchange of rounds", to=to))


def _defect(what: str, *, to: StrEnum) -> Callable[[StrEnum], ValueError]:
    """No person's mistake: ours."""
    return lambda current: ValueError(f"{what} never goes from {current} to {to}")
