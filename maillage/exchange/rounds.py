"""What hub and node say to each other in an analysis of several rounds.

A node tells: first its opening, then the sums of each round, each signed. The hub asks: the parameters of the
next round, signed, bound to the task's nonce and to what this hospital told last, so that no round of another
question, of another hospital or of another moment fits. How many rounds there may be stands in the task's
signed parameters. The last word of a hospital is the task's answer, as for any question.
"""

from typing import Annotated, Literal

from pydantic import Field

from maillage.exchange.message import AnalysisRef, Hash, Identifier, Instant, Json, Message, Nonce, Site

MAX_ROUND = 1_000
Number = Annotated[int, Field(ge=0, le=MAX_ROUND)]


class _Round(Message):
    format: Literal[1] = 1
    task_id: Identifier
    question_id: Identifier
    site: Site
    nonce: Nonce


class RoundTold(_Round):
    """What left a hospital in a round; `number` 0 is the opening. `asked` is the hash of what was asked.

    `shown_alone` and `floor` as in a partial answer.
    """

    kind: Literal["round_told"] = "round_told"
    task_hash: Hash
    analysis: AnalysisRef
    number: Number
    asked: Hash | None
    content: Json
    floor: Annotated[int, Field(ge=1)]
    shown_alone: bool
    told_at: Instant


class RoundAsked(_Round):
    """The next round for this hospital. `told` is the hash of what it told last."""

    kind: Literal["round_asked"] = "round_asked"
    number: Annotated[int, Field(ge=1, le=MAX_ROUND)]
    told: Hash
    parameters: Json
    asked_at: Instant


class RoundsEnded(_Round):
    """No round follows: `done`, or this hospital is no longer awaited."""

    kind: Literal["rounds_ended"] = "rounds_ended"
    outcome: Literal["done", "dropped", "failed", "cancelled"]


RoundNews = RoundAsked | RoundsEnded
