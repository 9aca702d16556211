"""Builds the only five messages that answer a task. Each is for one delivery, none takes free text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from maillage import __version__
from maillage.exchange.envelope import AnyAnswer
from maillage.exchange.evidence import PersonCheck
from maillage.exchange.reasons import Reason
from maillage.exchange.result import Anchor, Failure, Hold, Partial, Refusal, Summed, Timings
from maillage.exchange.task import Task
from maillage.exchange.version import CURRENT
from maillage.node.check import Delivery
from maillage.node.ledger import Head
from maillage.node.permits.terms import Terms
from maillage.node.release.evidence import make_evidence
from maillage.node.worker.messages import Computed


@dataclass(frozen=True)
class Moment:
    """Where and when an answer is given; `head` is the ledger's last line before it."""

    site: str
    at: datetime
    head: Head


@dataclass(frozen=True)
class Lifted:
    """The seeds of the masks to lift, the list that all signed, and under what numbers were computed."""

    own: bytes
    shared: Mapping[str, bytes]
    survivors: frozenset[str]
    floor: int
    repeated: bool
    reference: str


Maker = Callable[[Moment], AnyAnswer]
"""An answer but for its moment, which is known only inside the transaction that records it."""


def make_partial(
    delivery: Delivery,
    task: Task,
    *,
    computed: Computed,
    terms: Terms,
    checked: PersonCheck | None = None,
) -> Maker:
    """The cells that passed the gate, under the rules that gated them; `checked` where persons did too."""
    return lambda moment: Partial(
        **_common(delivery, moment),
        analysis=task.analysis,
        content=computed.content,
        floor=terms.disclosure.floor,
        shown_alone=terms.shown_alone,
        reference=computed.reference,
        timings=Timings(compile_ms=computed.compile_ms, engine_ms=computed.engine_ms),
        evidence=make_evidence(task, computed=computed, terms=terms, checked=checked, at=moment.at),
    )


def make_summed(delivery: Delivery, task: Task, *, lifted: Lifted) -> Maker:
    """What lifts this hospital's masks from a sum."""
    return lambda moment: Summed(
        **_common(delivery, moment),
        analysis=task.analysis,
        floor=lifted.floor,
        survivors=tuple(sorted(lifted.survivors)),
        own=lifted.own.hex(),
        shared={site: seed.hex() for site, seed in lifted.shared.items()},
        repeated=lifted.repeated,
        reference=lifted.reference,
    )


def make_refusal(delivery: Delivery, *, reason: Reason) -> Maker:
    """The hospital does not answer."""
    return lambda moment: Refusal(**_common(delivery, moment), reason=reason)


def make_failure(delivery: Delivery, *, reason: Reason, incident: str) -> Maker:
    """The hospital could not answer; `incident` finds the detail in its log."""
    return lambda moment: Failure(**_common(delivery, moment), reason=reason, incident=incident)


def make_hold(
    delivery: Delivery,
    *,
    reason: Literal[Reason.HELD_FOR_REVIEW, Reason.HELD_FOR_RELEASE] = Reason.HELD_FOR_REVIEW,
) -> Maker:
    """A person will decide."""
    return lambda moment: Hold(**_common(delivery, moment), reason=reason)


def _common(delivery: Delivery, moment: Moment) -> dict[str, Any]:
    return {
        "protocol": CURRENT,
        "task_id": delivery.task_id,
        "question_id": delivery.question_id,
        "site": moment.site,
        "nonce": delivery.nonce,
        "task_hash": delivery.task_hash,
        "answered_at": moment.at,
        "software": __version__,
        "anchor": Anchor(sequence=moment.head.sequence, hash=moment.head.hash),
    }
