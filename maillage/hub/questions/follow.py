"""Wait for news of a question."""

from collections.abc import Mapping

from maillage.governance.statements import execute
from maillage.hub.boot import Hub
from maillage.hub.questions.changes import statements
from maillage.hub.questions.closing import expire_due
from maillage.hub.questions.document import find_question
from maillage.hub.questions.errors import QuestionUnknownError
from maillage.hub.questions.models import Question
from maillage.hub.questions.states import QuestionState
from maillage.hub.waiting import wait_for

# Hospitals answer close to one another: one answer to the asker for all that came together costs less, and
# what is spared serves the hospitals that are still to answer.
READER_SECONDS, PROGRAM_SECONDS = 0.1, 0.25
"""How long that is for people, who see no difference under 0.1 s; a program mostly waits for the end."""
CROWDED_SECONDS = 1.0
"""The same while people queue for the processor: a panel drawn for each hospital makes all of them wait."""
ROUNDS_SECONDS = 0.25
"""Rounds follow one another faster than anybody reads them; the end of the last is told at once."""


def follow(
    question_id: str,
    *,
    requester: str,
    seen: int,
    seconds: float,
    hub: Hub,
    gather: float = READER_SECONDS,
) -> Question:
    """The question once its version exceeds `seen` or it is closed; as it is when `seconds` have passed.

    `gather` is how long news that is not the last waits for more. Raises QuestionUnknownError.
    """
    wanted = {"question": question_id, "requester": requester}

    pause, is_over = gather, False

    def look() -> bool | None:
        nonlocal pause, is_over
        version, state, in_rounds = _look(wanted, hub=hub)
        pause = ROUNDS_SECONDS if in_rounds else CROWDED_SECONDS if hub.turns.are_awaited else gather
        is_over = state != QuestionState.OPEN
        return version > seen or is_over or None

    def look_for_the_end() -> bool | None:
        return _look(wanted, hub=hub)[1] != QuestionState.OPEN or None

    found = wait_for(look, doorbell=hub.doorbell, name=question_id, seconds=seconds)
    if found and seconds > 0 and not is_over:
        wait_for(look_for_the_end, doorbell=hub.doorbell, name=question_id, seconds=pause)
    return find_question(question_id, requester=requester)


def _look(wanted: Mapping[str, str], *, hub: Hub) -> tuple[int, str, bool]:
    rows = execute(statements()["find_version"], now=hub.clock(), **wanted)
    if not rows:
        raise QuestionUnknownError
    version, state, in_rounds, is_due = rows[0]
    if is_due and state == QuestionState.OPEN:
        expire_due(hub=hub)
        return _look(wanted, hub=hub)
    return version, state, bool(in_rounds)
