"""The permits to ask under, and what their budgets leave."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Budget:
    """What is left to ask in the last `hours`, for the permit's view (`total` or `per_hospital`).

    `before_slow` questions before they are spaced out by `pause_seconds`, `before_hold` before somebody
    (`contact`) must be called; `wait_seconds` until the next one is taken. `sentence` says it for people.
    """

    view: str
    hours: int
    used: int
    before_slow: int
    before_hold: int
    pause_seconds: int
    wait_seconds: int
    free_at: str | None
    contact: str
    sentence: str


@dataclass(frozen=True)
class Privacy:
    """What a permit of differential privacy costs and leaves, by the hub's own count."""

    epsilon_per_question: float
    epsilon_total: float
    per_requester: bool
    questions_left: int
    contact: str


@dataclass(frozen=True)
class PermitInForce:
    """A permit that names this person. `counts` is its form: exact, cell_key, bands or dp.

    `budget` None sets no limit to questions; `privacy` is None unless `counts` is dp.
    """

    permit_id: str
    project: str
    purpose: str
    counts: str
    views: tuple[str, ...]
    expires_at: str
    budget: Budget | None
    privacy: Privacy | None


def read_budget(document: Mapping[str, Any] | None) -> Budget | None:
    """The hub's document as a typed budget; None where there is no limit."""
    return None if document is None else Budget(**{name: document[name] for name in Budget.__annotations__})


def read_permit(document: Mapping[str, Any]) -> PermitInForce:
    """The hub's document as a typed permit."""
    fields = {name: document[name] for name in PermitInForce.__annotations__}
    privacy = document["privacy"]
    return PermitInForce(
        **fields
        | {
            "views": tuple(document["views"]),
            "budget": read_budget(document["budget"]),
            "privacy": None if privacy is None else Privacy(**privacy),
        }
    )
