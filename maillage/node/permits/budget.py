"""The permit's budget, counted again at the node: a hub that does not count gets no more out of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from maillage.base.clock import format_instant, parse_instant
from maillage.exchange.parts import count_inquiries
from maillage.exchange.permit import Budget
from maillage.exchange.reasons import Reason
from maillage.exchange.task import Task
from maillage.node.store import Store

TELLING = frozenset(
    {
        Reason.ENGINE_FAILED,
        Reason.INTERNAL,
        Reason.LIMIT_REACHED,
        Reason.MODEL_OUTWEIGHED,
        Reason.MODEL_RARE,
        Reason.MODEL_TOO_CLOSE,
        Reason.MODEL_TOO_SMALL,
        Reason.RELEASE_REFUSED,
        Reason.SUM_HIDDEN,
        Reason.SUM_TOO_CLOSE,
    }
)
"""What patients may have decided: who asks for such a refusal learns by it, so it costs as an answer does.

A failure too: a question can be written that fails, or lasts too long, when somebody is there.
"""


class Pace(StrEnum):
    """Whether the next question is taken now, later, or only by a person."""

    FREE = "free"
    SLOW = "slow"
    SPENT = "spent"


@dataclass(frozen=True)
class Spent:
    """Questions that the budget counts in its last hours, and the instant of the latest; empty before one."""

    questions: int
    latest: str


def read_spent(store: Store, *, permit: str, requester: str, budget: Budget, now: datetime) -> Spent:
    """What this requester had answered under this permit."""
    since = format_instant(now - timedelta(hours=budget.hours))
    row = store.row("count_spent", permit=permit, requester=requester, since=since)
    return Spent(row["questions"], row["latest"]) if row else Spent(0, "")


def find_pace(
    store: Store,
    *,
    permit: str,
    requester: str,
    budget: Budget | None,
    now: datetime,
    questions: int = 1,
) -> Pace:
    """What the budget says of so many more questions of this requester under this permit."""
    if budget is None:
        return Pace.FREE
    spent = read_spent(store, permit=permit, requester=requester, budget=budget, now=now)
    after = spent.questions + questions
    if after > budget.hold_after:
        return Pace.SPENT
    if after > budget.slow_after and spent.latest:
        next_at = parse_instant(spent.latest) + timedelta(seconds=budget.pause_seconds)
        return Pace.SLOW if next_at > now else Pace.FREE
    return Pace.FREE


def spend(store: Store, *, task: Task, permit: str, now: datetime) -> None:
    """Count a question, one for each of its analyses, inside the caller's transaction."""
    at = format_instant(now)
    for rank in range(count_inquiries(task.analysis.id, task.parameters)):
        name = f"{task.task_id}/{rank}" if rank else task.task_id
        store.change("spend", task_id=name, permit=permit, requester=task.requester, at=at)
