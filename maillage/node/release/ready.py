"""What the worker gave back for a task, before anybody decided whether it leaves."""

from dataclasses import dataclass

from maillage.exchange.task import Task
from maillage.node.check import Delivery
from maillage.node.permits.terms import Terms
from maillage.node.worker.messages import Computed


@dataclass(frozen=True)
class Ready:
    """What was computed for a task, under which terms and which register of objections."""

    delivery: Delivery
    task: Task
    computed: Computed
    terms: Terms
    register: int
