"""The evidence of a release: which rules an answer went through, what it shows, and what made it.

It travels inside the signed answer, so it says nothing that the answer does not show anyway: cells are
counted as they leave, former sets as a band. What the gate saw before stays at the node.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from maillage.base.canon import canonical_hash
from maillage.disclosure.evidence import FORMER_BANDS, MANY_FORMER, RuleName, tally
from maillage.disclosure.values import Suppression
from maillage.exchange.message import AnalysisRef, Hash, Identifier, Instant, Message, Site

Software = Annotated[str, StringConstraints(pattern=r"^[\w.+-]{1,40}$")]


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _is_band(name: str) -> str:
    if name not in {*(band for _limit, band in FORMER_BANDS), MANY_FORMER}:
        raise ValueError("not a band of former sets")
    return name


def _read_rules(value: object) -> object:
    return tuple(RuleName(name) for name in value) if isinstance(value, list) else value  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


class Cells(Message):
    """How many cells of the answer show a number, and how many do not, by reason."""

    shown: Annotated[int, Field(ge=0)]
    suppressed: dict[Suppression, Annotated[int, Field(ge=1)]]


class PersonCheck(Message):
    """Persons checked the answer before it left; who they are stays in the node's ledger."""

    outcome: Literal["conform", "masked"]
    checkers: Annotated[int, Field(ge=1, le=2)]


class Evidence(Message):
    """What one release went through. `content` is the hash of what leaves: it fits no other answer.

    Of numbers that leave under masks `content` is a keyed hash, and the evidence stays at the node.

    `former` is the band of the number of former sets that the differencing guard compared with, None where
    it was not asked; `checked` is None when the answer left by itself. `permit` and `policy` are the hashes
    of what allowed it; `reference` is the vocabulary's version.
    """

    format: Literal[1] = 1
    task_id: Identifier
    question_id: Identifier
    site: Site
    content: Hash
    rules: Annotated[tuple[RuleName, ...], BeforeValidator(_read_rules), Field(min_length=1, max_length=20)]
    floor: Annotated[int, Field(ge=1)]
    cells: Cells
    former: Annotated[str, Field(max_length=20), BeforeValidator(_is_band)] | None
    checked: PersonCheck | None
    analysis: AnalysisRef
    software: Software
    reference: Annotated[str, StringConstraints(max_length=80)]
    permit: Hash
    policy: Hash
    at: Instant


def count_cells(content: Mapping[str, Any]) -> Cells:
    """The cells of a content as the evidence counts them."""
    found = tally(content)
    suppressed = {Suppression(reason): count for reason, count in sorted(found.suppressed.items())}
    return Cells(shown=found.shown, suppressed=suppressed)


def is_of(evidence: Evidence, *, content: Mapping[str, Any], **facts: object) -> bool:
    """Whether the evidence is that of this content, with these facts of its answer and no others."""
    return (
        evidence.content == canonical_hash(content)
        and evidence.cells == count_cells(content)
        and all(getattr(evidence, name) == value for name, value in facts.items())
    )


class Line(Message):
    """A line of the node's ledger."""

    sequence: Annotated[int, Field(ge=1)]
    hash: Hash


class GateTrace(Message):
    """What the gate saw (`disclosure.evidence.Trace`), without its neighbours: never sent."""

    given: Annotated[int, Field(ge=0)]
    shown: Annotated[int, Field(ge=0)]
    below_floor: Annotated[int, Field(ge=0)]
    protected: Annotated[int, Field(ge=0)]
    former: Annotated[int, Field(ge=0)] | None
    same: Annotated[tuple[Identifier, ...], BeforeValidator(_as_tuple)]
    near: Annotated[tuple[Identifier, ...], BeforeValidator(_as_tuple)]


class Gated(Message):
    """What numbers went through and what the gate saw of them, before anything of them left."""

    evidence: Evidence
    trace: GateTrace


class EvidenceRecord(Message):
    """The node's own copy, signed with its key: the evidence, what the gate saw, and the ledger's line.

    `answer` is the hash of the envelope that left, `line` the line that recorded it. `checkers` are those who
    let it go. `same` and `near` name former tasks of the same permit and requester.
    """

    format: Literal[1] = 1
    kind: Literal["evidence_record"] = "evidence_record"
    evidence: Evidence
    trace: GateTrace
    checkers: Annotated[tuple[str, ...], BeforeValidator(_as_tuple), Field(max_length=2)]
    answer: Hash
    line: Line
