"""What left this hospital: each final answer as it was sent, with its question and its line of the ledger.

It reads definitions for the names of steps, and brings the cohort's language with it: the agent never
imports this.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

from maillage.analysis.base import NamedCell
from maillage.analysis.errors import AnalysisError
from maillage.analysis.registry import load_withholding
from maillage.base.i18n import _, mark
from maillage.base.keys import PublicKey
from maillage.exchange.envelope import AnyAnswer, open_answer
from maillage.exchange.errors import EnvelopeError
from maillage.exchange.reasons import Reason, word
from maillage.exchange.result import Partial
from maillage.exchange.task import Task
from maillage.node import ledger
from maillage.node.check import read_delivery
from maillage.node.definition import list_rules
from maillage.node.folder import Node
from maillage.node.states import State
from maillage.node.store import Store

_NEWEST = 2**62

NUMBERS = frozenset({"partial", "summed"})
"""The kinds of answers by which numbers leave."""
_KINDS: Mapping[str, str] = {
    "partial": mark("nombres"),
    "summed": mark("nombres dans une somme masquée"),
    "refusal": mark("refus"),
    "failure": mark("échec"),
    "hold": mark("attente annoncée"),
}


FINAL = ("partial", "summed", "refusal", "failure")
"""The kinds of which one ends a question."""


def word_kind(kind: str) -> str:
    """The kind of an answer, for people."""
    return _(_KINDS[kind])


@dataclass(frozen=True)
class Wanted:
    """Which answers are looked for; what is empty asks nothing. `text` is part of a title, name or id."""

    text: str = ""
    kinds: frozenset[str] = frozenset()
    permit: str = ""
    requester: str = ""

    def holds(self, found: "Left") -> bool:
        """Whether it is one of them."""
        names = (found.title, found.requester, found.task_id, found.question_id)
        return (
            (not self.kinds or found.kind in self.kinds)
            and self.permit in ("", found.permit)
            and self.requester in ("", found.requester)
            and any(self.text.casefold() in name.casefold() for name in names)
        )


@dataclass(frozen=True)
class Left:
    """One answer. `was_taken`: the hub has it. Numbers are those of the signed bytes, not computed again.

    `envelope` is opened when something in it is asked for: a search reads many answers and shows few.
    """

    answer_id: int
    task_id: str
    kind: str
    reason: str
    hash: str
    at: str
    was_taken: bool
    task: Task | None
    envelope: bytes = field(repr=False)
    key: PublicKey

    @cached_property
    def message(self) -> AnyAnswer | None:
        """What was said; None when the stored bytes are not this node's, of which `verify` says more."""
        try:
            return open_answer(self.envelope, signers={self.key.fingerprint: self.key}).message
        except EnvelopeError:
            return None

    @property
    def title(self) -> str:
        """What the requester calls the question."""
        return self.task.title if self.task else ""

    @property
    def requester(self) -> str:
        """Who asked, as the hub says; empty of a question that no longer opens."""
        return self.task.requester if self.task else ""

    @property
    def permit(self) -> str:
        """The name under which it was asked."""
        return self.task.permit if self.task else ""

    @property
    def question_id(self) -> str:
        """The question that the task is a part of."""
        return self.task.question_id if self.task else ""

    @property
    def words(self) -> str:
        """What kind of answer it is, and why it holds no number."""
        kind = word_kind(self.kind)
        return f"{kind} : {word(Reason(self.reason))}" if self.reason in set(Reason) else kind

    @cached_property
    def cells(self) -> Sequence[NamedCell]:
        """The numbers as they left; none of another answer, nor of an analysis that is gone."""
        if not isinstance(self.message, Partial):
            return ()
        try:
            room = load_withholding(self.message.analysis.id)
        except AnalysisError:
            return ()
        return room.list_cells(self.message.content, rules=list_rules(self.task) if self.task else ())


def list_left(
    store: Store, *, node: Node, wanted: Wanted | None = None, before: int = _NEWEST, most: int = 50
) -> list[Left]:
    """Final answers, the latest first, from before the answer of that number."""
    found = _each(store, node=node, before=before)
    return list(islice((one for one in found if (wanted or Wanted()).holds(one)), most))


def _each(store: Store, *, node: Node, before: int) -> Iterator[Left]:
    return (_read(row, node=node) for row in store.each("final_answers", before=before))


def list_answers(store: Store, *, node: Node, task_id: str) -> list[Left]:
    """What was sent of one task, in order: a hold, then its final answer."""
    return [_read(row, node=node) for row in store.rows("answers_of_task", task_id=task_id)]


def find_line(store: Store, left: Left) -> int | None:
    """The line of the ledger that recorded it; None once its body was removed."""
    lines = ledger.lines_of(store, left.task_id)
    return next((line.sequence for line in lines if line.body.get("answer") == left.hash), None)


def describe_left(store: Store, left: Left) -> dict[str, Any]:
    """One as a document, without its numbers."""
    return {
        "task_id": left.task_id,
        "question_id": left.question_id,
        "title": left.title,
        "requester": left.requester,
        "permit": left.permit,
        "kind": left.kind,
        "words": left.words,
        "at": left.at,
        "line": find_line(store, left),
        "taken": left.was_taken,
    }


def _read(row: sqlite3.Row, *, node: Node) -> Left:
    delivery = read_delivery(
        row["delivery"], data_hash=row["delivery_hash"], task_id=row["task_id"], signers=node.signers
    )
    return Left(
        answer_id=row["answer_id"],
        task_id=row["task_id"],
        kind=row["kind"],
        reason=row["reason"] or "",
        hash=row["hash"],
        at=row["recorded_at"],
        was_taken=not row["due"] and row["state"] != State.REJECTED,
        task=delivery.task,
        envelope=row["envelope"],
        key=node.key.public,
    )
