"""The terms of an answer: the permit and this hospital's policy together, the stricter of each."""

from dataclasses import dataclass, replace

from maillage.disclosure.rules import DisclosureRules
from maillage.exchange.permit import Budget, Counts, Output, Permit
from maillage.exchange.reasons import Reason
from maillage.exchange.scope import covers
from maillage.exchange.task import Task
from maillage.node.folder import Node
from maillage.node.permits.documents import permit_in_force
from maillage.node.policy import Decision, Policy, Verdict, decide, has_enough_participants
from maillage.node.store import Store


@dataclass(frozen=True)
class Terms:
    """Under what a question may be answered. `permit` and `policy` are the hashes of what decided."""

    permit: str
    policy: str
    disclosure: DisclosureRules
    shown_alone: bool
    counts: Counts
    budget: Budget | None
    verdict: Verdict


def find_terms(store: Store, *, node: Node, task: Task) -> Terms | Reason:
    """What holds now for this question, or why it gets no answer. Raises PolicyError, FloorError."""
    policy = node.read_policy()
    found = permit_in_force(store, node=node, name=task.permit)
    if isinstance(found, Reason):
        return found
    permit = found.permit
    if permit is None or not covers(permit, task):
        return Reason.PERMIT_EXCEEDED
    if not _has_enough_participants(task, policy=policy, permit=permit):
        return Reason.TOO_FEW_PARTICIPANTS
    return Terms(
        permit=found.hash,
        policy=policy.hash,
        disclosure=_raise_floor(policy.disclosure, to=permit.minimum_cell),
        shown_alone=policy.shown_alone and permit.is_per_hospital,
        counts=permit.counts,
        budget=_choose_budget(permit, policy=policy),
        verdict=_decide(task, policy=policy, permit=permit),
    )


def _has_enough_participants(task: Task, *, policy: Policy, permit: Permit) -> bool:
    shown_alone = policy.shown_alone and permit.is_per_hospital
    minimum = max(policy.minimum_participants, permit.minimum_sites)
    return has_enough_participants(
        task, policy=replace(policy, shown_alone=shown_alone, minimum_participants=minimum)
    )


def _choose_budget(permit: Permit, *, policy: Policy) -> Budget | None:
    if permit.budgets is None:
        return None
    return permit.budgets.choose(per_hospital=policy.shown_alone and permit.is_per_hospital)


def _raise_floor(rules: DisclosureRules, *, to: int) -> DisclosureRules:
    return replace(rules, floor=max(rules.floor, to))


def _decide(task: Task, *, policy: Policy, permit: Permit) -> Verdict:
    """The policy's word, except that a permit in held mode is never answered by itself."""
    verdict = decide(task, policy=policy)
    if verdict.decision is Decision.AUTO and permit.output is Output.HELD:
        return replace(verdict, decision=Decision.HOLD)
    return verdict
