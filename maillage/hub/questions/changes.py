"""The two smallest changes, shared by every action: a task moves, a question's version grows."""

from collections.abc import Mapping
from datetime import datetime

from maillage.base.statements import load_statements
from maillage.governance.statements import execute
from maillage.hub.questions.models import Question, Task
from maillage.hub.questions.states import (
    QuestionState,
    TaskState,
    check_question_move,
    check_task_move,
)


def move_task(task: Task, *, to: TaskState, changed: tuple[str, ...] = ()) -> None:
    """Check the move, then save the state and the named columns."""
    check_task_move(task.state, to=to)
    task.state = to.value
    task.save(update_fields=["state", *changed])


def touch_question(question_id: str, *, at: datetime) -> None:
    """Its version grows, so that who waits looks again."""
    execute(statements()["touch_question"], question=question_id, now=at)


def settle_question(question_id: str, *, at: datetime) -> bool:
    """A hospital has spoken: the version grows; when no other is awaited, the question is complete.

    Whether it is over now. The first update locks the row, which lets two last answers, each in its
    transaction, see each other.
    """
    ((state,),) = execute(statements()["touch_question"], question=question_id, now=at)
    return state != QuestionState.OPEN or bool(
        execute(statements()["complete_question"], question=question_id)
    )


def close_question(question: Question, *, to: QuestionState, at: datetime) -> None:
    """Give the question its last state."""
    check_question_move(question.state, to=to)
    question.state = to.value
    question.version += 1
    question.changed_at = at
    question.save(update_fields=["state", "version", "changed_at"])


def statements() -> Mapping[str, str]:
    """The SQL of this folder, by name."""
    return load_statements("maillage.hub.questions", "sql/queries.sql")
