"""The states of a question and of its task at each hospital: tables of allowed moves."""

from collections.abc import Mapping
from enum import StrEnum


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


def check_question_move(current: str, *, to: QuestionState) -> None:
    """Raises ValueError when the table does not allow it: a defect of ours, never a person's mistake."""
    if to not in QUESTION_MOVES[QuestionState(current)]:
        raise ValueError(f"a question never goes from {current} to {to}")


def check_task_move(current: str, *, to: TaskState) -> None:
    """Raises ValueError when the table does not allow it."""
    if to not in TASK_MOVES[TaskState(current)]:
        raise ValueError(f"a task never goes from {current} to {to}")
