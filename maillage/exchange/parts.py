"""What a question asks: one analysis, or several of the same cohort. Whoever decides looks inside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, ValidationError

from maillage.exchange.message import Json, Message

SEVERAL = "several"
"""The analysis that holds others. A permit, a rule, a budget speaks of those, never of it."""

LEAST_PARTS = 2
MOST_PARTS = 8

AnalysisId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


class PartAsked(Message):
    """One analysis of a joint question, as it would be asked alone."""

    analysis: AnalysisId
    parameters: Json = Field(default_factory=dict[str, Any])


PartsAsked = Annotated[
    tuple[PartAsked, ...],
    BeforeValidator(_as_tuple),
    Field(min_length=LEAST_PARTS, max_length=MOST_PARTS),
]


class _Joint(Message):
    parts: PartsAsked


@dataclass(frozen=True)
class Inquiry:
    """An analysis with its parameters, whether it is asked alone or beside others."""

    analysis: str
    parameters: Mapping[str, Any]


def list_inquiries(analysis: str, parameters: Mapping[str, Any]) -> Sequence[Inquiry]:
    """The analysis itself; of a joint question each of its parts; none where these cannot be read.

    Nobody may take nothing for a yes: what is not read is refused.
    """
    if analysis != SEVERAL:
        return (Inquiry(analysis, parameters),)
    try:
        joint = _Joint.model_validate(dict(parameters))
    except ValidationError:
        return ()
    return tuple(Inquiry(part.analysis, part.parameters) for part in joint.parts)


def count_inquiries(analysis: str, parameters: Mapping[str, Any]) -> int:
    """How many questions a budget counts for it: one a part."""
    return max(1, len(list_inquiries(analysis, parameters)))


def name_parts(analysis: str, parameters: Mapping[str, Any]) -> dict[str, list[str]]:
    """What a ledger says of a joint question beside its analysis: which ones it holds; else nothing more."""
    if analysis != SEVERAL:
        return {}
    return {"parts": [one.analysis for one in list_inquiries(analysis, parameters)]}
