"""What may leave a hospital: these five messages, and the steps of a masked sum (`sums.py`).

`Partial` carries cells that passed the disclosure gate; `Summed` lifts the masks from cells that were sent
under them. `Refusal` and `Failure` carry a code. `Hold` says that a person at the hospital will decide; one
of the others follows it.
"""

from typing import Annotated, Literal, Self

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    TypeAdapter,
    model_serializer,
    model_validator,
)

from maillage.exchange.evidence import Evidence, is_of
from maillage.exchange.message import AnalysisRef, Hash, Identifier, Instant, Json, Message, Nonce, Site
from maillage.exchange.reasons import Reason
from maillage.exchange.sums import Bytes32


class Anchor(Message):
    """The head of the node's ledger when it answered; the hub keeps it, so that a cut tail shows."""

    sequence: Annotated[int, Field(ge=0)]
    hash: Hash


class Timings(Message):
    """Milliseconds spent at the node, by part."""

    compile_ms: Annotated[float, Field(ge=0)]
    engine_ms: Annotated[float, Field(ge=0)]


class _Answer(Message):
    protocol: Literal[1, 2]
    task_id: Identifier
    question_id: Identifier
    site: Site
    nonce: Nonce
    task_hash: Hash
    answered_at: Instant
    software: Annotated[str, StringConstraints(pattern=r"^[\w.+-]{1,40}$")]
    anchor: Anchor | None


class Partial(_Answer):
    """One hospital's part of the answer: cells, counts of distinct persons above its floor, or suppressed.

    `shown_alone` is the hospital's consent that its cells appear by themselves, not only inside a total.
    `evidence` says what the cells went through; nodes that had none to give left it out.
    """

    kind: Literal["partial"] = "partial"
    analysis: AnalysisRef
    content: Json
    floor: Annotated[int, Field(ge=1)]
    shown_alone: bool
    reference: Annotated[str, StringConstraints(max_length=80)]
    timings: Timings
    evidence: Evidence | None = None

    @model_validator(mode="after")
    def _is_its_own_evidence(self) -> Self:
        if self.evidence is not None and not is_of(
            self.evidence,
            content=self.content,
            task_id=self.task_id,
            question_id=self.question_id,
            site=self.site,
            floor=self.floor,
            analysis=self.analysis,
            software=self.software,
            reference=self.reference,
        ):
            raise ValueError("the evidence is that of another answer")
        return self

    @model_serializer(mode="wrap")
    def _leave_out_absent(self, write: SerializerFunctionWrapHandler) -> Json:
        document: Json = write(self)
        return (
            document if self.evidence is not None else {k: v for k, v in document.items() if k != "evidence"}
        )


class Refusal(_Answer):
    """The hospital does not answer: by policy, by a person's decision, or for an invalid message."""

    kind: Literal["refusal"] = "refusal"
    reason: Reason


class Failure(_Answer):
    """The hospital would answer and could not; `incident` finds the detail in the node's own log."""

    kind: Literal["failure"] = "failure"
    reason: Reason
    incident: Identifier


class Summed(_Answer):
    """The hospital's numbers are in a masked sum; this lifts its masks from it (`disclosure.masking.Reveal`).

    `survivors` is the list that it signed. `own` is the seed of its own mask, `shared` those that it shares
    with the hospitals that dropped out. `repeated` as in an analysis's content.
    """

    kind: Literal["summed"] = "summed"
    analysis: AnalysisRef
    floor: Annotated[int, Field(ge=1)]
    survivors: Annotated[tuple[Site, ...], Field(min_length=1, max_length=200)]
    own: Bytes32
    shared: Annotated[dict[Site, Bytes32], Field(max_length=200)]
    repeated: bool
    reference: Annotated[str, StringConstraints(max_length=80)]


class Hold(_Answer):
    """A person at the hospital will decide: whether it is computed, or whether what was computed leaves."""

    kind: Literal["hold"] = "hold"
    reason: Literal[Reason.HELD_FOR_REVIEW, Reason.HELD_FOR_RELEASE] = Reason.HELD_FOR_REVIEW


Answer = Annotated[Partial | Summed | Refusal | Failure | Hold, Field(discriminator="kind")]

ANSWER: TypeAdapter[Partial | Summed | Refusal | Failure | Hold] = TypeAdapter(Answer)
