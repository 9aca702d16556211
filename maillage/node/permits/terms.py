"""The terms of an answer: the permit and this hospital's policy together, the stricter of each."""

from dataclasses import dataclass, replace

from maillage.analysis.errors import AnalysisError
from maillage.analysis.registry import find_spec, list_analyses, refuse_sum, suits
from maillage.analysis.scope import covers
from maillage.disclosure.rules import DisclosureRules
from maillage.exchange.parts import list_inquiries
from maillage.exchange.permit import Budget, Counts, Masked, Permit, Plain, ReleaseCheck
from maillage.exchange.reasons import Reason
from maillage.exchange.task import Task
from maillage.node.folder import Node
from maillage.node.permits.documents import list_editions, permit_in_force
from maillage.node.policy import Policy, Verdict, decide, has_enough_participants
from maillage.node.store import Store


@dataclass(frozen=True)
class Terms:
    """Under what a question may be answered. `permit` and `policy` are the hashes of what decided.

    `name` is the permit's; what was told, asked and spent under it counts whichever of its `editions`, known
    here by their hashes, was in force. `shared`: it counts for all who ask together (`Permit.is_shared`).
    `check` says how the answer is checked before it leaves; None where it leaves by itself. `least` is
    how many hospitals a total mixes at least.
    """

    permit: str
    name: str
    editions: tuple[str, ...]
    shared: bool
    policy: str
    disclosure: DisclosureRules
    shown_alone: bool
    counts: Counts
    sums: Plain | Masked
    least: int
    budget: Budget | None
    check: ReleaseCheck | None
    verdict: Verdict


def find_terms(store: Store, *, node: Node, task: Task) -> Terms | Reason:
    """What holds now for this question, or why it gets no answer. Raises PolicyError, FloorError."""
    found = permit_in_force(store, node=node, name=task.permit)
    if isinstance(found, Reason):
        return found
    permit = found.permit
    if permit is None or not covers(permit, task) or not _can_be_told(task, permit=permit, node=node):
        return Reason.PERMIT_EXCEEDED
    policy = _tighten(node.read_policy(), permit=permit)
    if not has_enough_participants(task, policy=policy):
        return Reason.TOO_FEW_PARTICIPANTS
    return Terms(
        permit=found.hash,
        name=permit.permit_id,
        editions=list_editions(store, permit.permit_id),
        shared=permit.is_shared,
        policy=policy.hash,
        disclosure=policy.disclosure,
        shown_alone=policy.shown_alone,
        counts=permit.counts,
        sums=permit.sums,
        least=policy.minimum_participants,
        budget=_choose_budget(permit, policy=policy),
        check=permit.check,
        verdict=decide(task, policy=policy),
    )


def _can_be_told(task: Task, *, permit: Permit, node: Node) -> bool:
    """Whether the analysis, and each that it holds, suits the permit's form of numbers.

    A permit of masked sums knows this node by its present key, and the analysis adds up. Rounds wait for
    nobody: under a permit whose answers are checked there are none.
    """
    asked = list_inquiries(task.analysis.id, task.parameters)
    if not all(
        suits(name, counts=permit.counts) for name in (task.analysis.id, *(one.analysis for one in asked))
    ):
        return False
    if permit.check is not None and _has_rounds(task.analysis.id):
        return False
    if not isinstance(permit.sums, Masked):
        return True
    return permit.sums.keys[node.site] == node.key.public.text and _is_summed(task)


def _is_summed(task: Task) -> bool:
    try:
        return not refuse_sum(task.analysis.id, task.parameters)
    except AnalysisError:
        # What nobody here can compute is in no sum.
        return False


def _has_rounds(analysis_id: str) -> bool:
    return analysis_id in list_analyses() and find_spec(analysis_id).rounds is not None


def _tighten(policy: Policy, *, permit: Permit) -> Policy:
    """The policy, with the permit's word where that is the stricter."""
    floor = max(policy.disclosure.floor, permit.minimum_cell)
    return replace(
        policy,
        disclosure=replace(policy.disclosure, floor=floor),
        shown_alone=policy.shown_alone and permit.is_per_hospital,
        minimum_participants=max(policy.minimum_participants, permit.minimum_sites),
    )


def _choose_budget(permit: Permit, *, policy: Policy) -> Budget | None:
    return permit.budgets.choose(per_hospital=policy.shown_alone) if permit.budgets else None
