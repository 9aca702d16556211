"""Hospitals with real stores and no hub: a test carries what they say, as honestly as it wants."""

import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import numpy as np

from maillage.base.ids import new_id
from maillage.disclosure.evidence import RuleName, Trace
from maillage.disclosure.fixed_point import decode_cells
from maillage.disclosure.masking import Numbers, Reveal, Session, unmask
from maillage.exchange.envelope import AnyAnswer, open_answer, seal_task
from maillage.exchange.permit import Masked, Permit, View
from maillage.exchange.result import Summed
from maillage.exchange.sums import (
    Agreement,
    Agreements,
    KeyOffer,
    MaskedNumbers,
    News,
    Opening,
    Step,
    Survivors,
)
from maillage.exchange.task import Task
from maillage.node import tasks
from maillage.node.agent import no_probe
from maillage.node.client import HubClient
from maillage.node.decide import decide_task, open_row
from maillage.node.folder import Node
from maillage.node.log import Log
from maillage.node.permits.terms import Terms, find_terms
from maillage.node.shared import Shared
from maillage.node.store import Store
from maillage.node.sums.begin import begin_sum
from maillage.node.sums.loop import Summer
from maillage.node.sums.rows import SumRow, find_row
from maillage.node.worker.handle import Worker
from maillage.node.worker.messages import Computed
from tests.support.messages import HUB_KEY, example_permit
from tests.support.nodes import accept_permit, make_node, node_task

SITES = ("est", "nord", "ouest", "sud")
PERSONS = {"est": 1_234_567, "nord": 2_345_671, "ouest": 3_456_712, "sud": 4_567_123}
"""Numbers that are found again when they leak."""

FLOOR_ALONE = Trace(rules=(RuleName.FLOOR,), given=1, shown=1, below_floor=0, protected=0)
"""What a gate saw of a number whose persons no test has."""


def masked_permit(nodes: Sequence[Node], **changes: Any) -> Permit:
    """The standing permit, of masked sums among these hospitals."""
    fields: dict[str, Any] = {
        "sites": tuple(node.site for node in nodes),
        "views": (View.TOTAL,),
        "minimum_sites": 3,
        "sums": Masked(keys={node.site: node.key.public.text for node in nodes}),
    }
    return example_permit(**fields | changes)


def one_number(persons: int) -> dict[str, Any]:
    """A content of `count` with one step and no year."""
    cell = {"count": persons}
    return {"persons": cell, "steps": [cell], "years": [], "other_years": cell}


@dataclass
class Wire:
    """The hub as a node meets it: it answers each step with what the test put in its mouth."""

    news: dict[str, News] = field(default_factory=dict)
    said: list[Step] = field(default_factory=list)

    def post_step(self, session: str, step: Step, *, wait: float) -> News | None:
        self.said.append(step)
        return self.news.pop(session, None)


@dataclass
class Hospital:
    """A node that computed, and whatever it said since."""

    node: Node
    store: Store
    wire: Wire
    summer: Summer

    @property
    def site(self) -> str:
        return self.node.site

    def receive(self, task: Task, *, trace: Trace = FLOOR_ALONE, **content: Any) -> None:
        """Take a task, compute it and begin its sum, as poller and runner do."""
        store, node = self.store, self.node
        tasks.receive(store, node=node, task_id=task.task_id, data=seal_task(task, key=HUB_KEY))
        row = tasks.find_task(store, task.task_id)
        decide_task(store, node=node, row=row, log=Log())
        terms = find_terms(store, node=node, task=task)
        assert isinstance(terms, Terms), terms
        computed = Computed(
            job_id=task.task_id,
            content=content if "tables" in content else one_number(PERSONS[node.site]) | content,
            compile_ms=1,
            engine_ms=1,
            reference="2026-11",
            trace=trace,
        )
        delivery = open_row(row, node=node)
        maker = begin_sum(store, node=node, delivery=delivery, task=task, computed=computed, terms=terms)
        if maker is not None:
            tasks.answer(store, node=node, task_id=task.task_id, make=maker)

    def row(self, session: str) -> SumRow:
        found = find_row(self.store, session)
        assert found is not None
        return found

    def hear(self, session: str, news: News | None = None) -> Step:
        """One turn of its loop, in which the hub answers that; what the hospital said."""
        if news is not None:
            self.wire.news[session] = news
        self.summer.advance(self.row(session), wait=0)
        return self.wire.said[-1]

    def answer(self, task: Task) -> AnyAnswer | None:
        """Its last word on the task, if it gave one."""
        found = [row for row in self.store.rows("answers") if row["task_id"] == task.task_id]
        key = self.node.key.public
        return open_answer(found[0]["envelope"], signers={key.fingerprint: key}).message if found else None


@contextmanager
def hospitals(folder: Path, *, sites: Sequence[str] = SITES, **permit: Any) -> Generator[dict[str, Hospital]]:
    """Nodes that accepted one permit of masked sums."""
    nodes = [make_node(folder / site, site=site, permit=None) for site in sites]
    with ExitStack() as stack:
        for node in nodes:
            accept_permit(node, masked_permit(nodes, **permit))
        yield {node.site: open_hospital(node, stack) for node in nodes}


def open_hospital(node: Node, stack: ExitStack) -> Hospital:
    """The node's store and loop; again after a restart."""
    store, wire = stack.enter_context(node.open_store()), Wire()
    worker = cast("Worker", None)
    shared = Shared(node=node, worker=worker, log=Log(), probe=no_probe, stop=threading.Event())
    return Hospital(node, store, wire, Summer(shared, store, cast("HubClient", wire)))


def ask_sum(group: Mapping[str, Hospital], **changes: Any) -> dict[str, Task]:
    """A question's task for each of these hospitals, by site."""
    sites = tuple(sorted(group))
    first = node_task(site=sites[0], participants=sites, **changes)
    common = {"question_id": first.question_id, "issued_at": first.issued_at}
    common["expires_at"] = first.issued_at + timedelta(hours=1)
    return {
        site: node_task(site=site, participants=sites, **changes | common, task_id=new_id("task"))
        for site in sites
    }


@dataclass
class Tape:
    """All that a hub has seen of one session."""

    session: str
    offers: dict[str, KeyOffer] = field(default_factory=dict)
    masked: dict[str, Numbers] = field(default_factory=dict)
    signatures: dict[str, str] = field(default_factory=dict)
    summed: dict[str, Summed] = field(default_factory=dict)

    @property
    def opening(self) -> Opening:
        return Opening(offers=self.offers)

    @property
    def agreements(self) -> Agreements:
        return Agreements(signatures=self.signatures)

    def gather(self, group: Mapping[str, Hospital]) -> None:
        """Hear every key."""
        for site, hospital in group.items():
            step = hospital.hear(self.session)
            assert isinstance(step, KeyOffer)
            self.offers[site] = step

    def mask(self, group: Mapping[str, Hospital], opening: Opening | None = None) -> None:
        """Open the session, hear the masked numbers."""
        for site, hospital in group.items():
            hospital.hear(self.session, opening or self.opening)
            step = hospital.hear(self.session)
            assert isinstance(step, MaskedNumbers)
            self.masked[site] = read_numbers(step)

    def sign(self, group: Mapping[str, Hospital], survivors: Sequence[str]) -> None:
        """Show a list, hear the signatures."""
        for site, hospital in group.items():
            hospital.hear(self.session, Survivors(sites=tuple(survivors)))
            if not hospital.row(self.session).survivors:
                continue
            step = hospital.hear(self.session)
            assert isinstance(step, Agreement)
            self.signatures[site] = step.signature

    def reveal(self, group: Mapping[str, Hospital], asked: Mapping[str, Task]) -> None:
        """Show the signatures, hear the last words."""
        for site, hospital in group.items():
            if hospital.row(self.session).sealed is not None:
                hospital.hear(self.session, self.agreements)
            answer = hospital.answer(asked[site])
            if isinstance(answer, Summed):
                self.summed[site] = answer

    def total(self) -> int:
        """The sum's first cell, as the hub reads it."""
        keys = {site: bytes.fromhex(made.key) for site, made in self.offers.items()}
        total = unmask(
            {site: self.masked[site] for site in self.summed},
            reveals={
                site: Reveal(
                    bytes.fromhex(one.own),
                    {other: bytes.fromhex(seed) for other, seed in one.shared.items()},
                )
                for site, one in self.summed.items()
            },
            session=Session(self.session, keys),
        )
        cell = decode_cells(total, hospitals=len(self.summed))[0]
        return getattr(cell, "value", 0)


def read_numbers(step: MaskedNumbers) -> Numbers:
    """The vector."""
    return np.frombuffer(bytes.fromhex(step.numbers), dtype="<u8")


def run_session(
    group: Mapping[str, Hospital], asked: Mapping[str, Task], *, lost: Sequence[str] = ()
) -> Tape:
    """An honest hub's session, in which these hospitals' numbers never arrive."""
    tape = Tape(next(iter(asked.values())).question_id)
    tape.gather(group)
    left = {site: hospital for site, hospital in group.items() if site not in lost}
    tape.mask(left)
    tape.sign(left, sorted(left))
    tape.reveal(left, asked)
    return tape
