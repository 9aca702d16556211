"""A task as an order to the worker."""

from maillage.exchange.task import Task
from maillage.node.permits.terms import Terms
from maillage.node.worker.messages import Job


def to_job(task: Task, *, terms: Terms) -> Job:
    """What is to be computed, and under which rules its numbers leave."""
    return Job(
        job_id=task.task_id,
        analysis=task.analysis,
        parameters=task.parameters,
        cohort=task.cohort,
        floor=terms.disclosure.floor,
        network_floor=terms.disclosure.network_floor,
        permit=terms.name,
        editions=terms.editions,
        requester=task.requester,
        shared=terms.shared,
        counts=terms.counts,
    )
