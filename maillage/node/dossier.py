"""All that this node knows of one question, for whoever decides about it or looks back at it.

It reads the definition, so it brings the cohort's language with it: the agent never imports this.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from maillage.base.errors import MaillageError
from maillage.cohort.explain import Explanation
from maillage.exchange.permit import Permit
from maillage.exchange.reasons import Reason, word
from maillage.exchange.task import Task
from maillage.node import ledger, tasks
from maillage.node.decide import open_row
from maillage.node.definition import read_definition
from maillage.node.errors import PermitUnknownError
from maillage.node.folder import Node
from maillage.node.left import NUMBERS, Left, Wanted, list_answers, list_left
from maillage.node.permits.budget import Spent, read_spent
from maillage.node.permits.documents import find_permit
from maillage.node.permits.terms import Terms, find_terms
from maillage.node.store import Store

MOST_FORMER = 20


@dataclass(frozen=True)
class Footing:
    """On what a question stands now: the permit, its terms with this hospital's policy, what was spent.

    `obstacle` says why it could not be answered now; empty where it could.
    """

    permit: Permit | None = None
    terms: Terms | None = None
    spent: Spent | None = None
    obstacle: str = ""


@dataclass(frozen=True)
class Dossier:
    """A question here. `task` is None when its envelope no longer opens.

    `former` are the numbers that its requester was given under the same permit, the latest first: those that
    the differencing guard compares with. `answers` are what was sent of this one.
    """

    row: tasks.Row
    task: Task | None
    definition: Explanation | str
    footing: Footing
    former: Sequence[Left]
    answers: Sequence[Left]
    lines: Sequence[ledger.Line]

    @property
    def is_asked_again(self) -> bool:
        """Whether the very same definition was answered before, to the same person under the same permit."""
        hashes = {left.task.cohort_hash for left in self.former if left.task}
        return self.task is not None and self.task.cohort_hash in hashes


def open_dossier(store: Store, *, node: Node, task_id: str) -> Dossier:
    """Raises TaskUnknownError."""
    row = tasks.find_task(store, task_id)
    task = open_row(row, node=node).task
    answers = list_answers(store, node=node, task_id=task_id)
    lines = ledger.lines_of(store, task_id)
    if task is None:
        return Dossier(row, None, "", Footing(), (), answers, lines)
    return Dossier(
        row=row,
        task=task,
        definition=read_definition(task),
        footing=_find_footing(store, node=node, task=task),
        former=_list_former(store, node=node, task=task),
        answers=answers,
        lines=lines,
    )


def _find_footing(store: Store, *, node: Node, task: Task) -> Footing:
    permit = _find_permit(store, task)
    try:
        terms = find_terms(store, node=node, task=task)
    except MaillageError as error:
        return Footing(permit, obstacle=str(error))
    if isinstance(terms, Reason):
        return Footing(permit, obstacle=word(terms))
    if terms.budget is None:
        return Footing(permit, terms)
    names = {"permit": terms.permit, "requester": task.requester}
    return Footing(permit, terms, read_spent(store, **names, budget=terms.budget, now=node.clock()))


def _find_permit(store: Store, task: Task) -> Permit | None:
    try:
        return find_permit(store, task.permit).permit
    except PermitUnknownError:
        return None


def _list_former(store: Store, *, node: Node, task: Task) -> list[Left]:
    wanted = Wanted(kinds=NUMBERS, permit=task.permit, requester=task.requester)
    found = list_left(store, node=node, wanted=wanted, most=MOST_FORMER)
    return [left for left in found if left.task_id != task.task_id]
