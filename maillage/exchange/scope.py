"""Whether a question lies inside its permit."""

from maillage.exchange.permit import ANY, AnalysisScope, Permit
from maillage.exchange.task import Task


def covers(permit: Permit, task: Task) -> bool:
    """Network, hospitals, requester, analysis with its parameters, cohort: all of them, or it does not."""
    return (
        permit.network == task.hub
        and all(permit.names(site) for site in task.participants)
        and (permit.requesters == ANY or task.requester in permit.requesters)
        and (permit.cohorts == ANY or task.cohort_hash in permit.cohorts)
        and any(_allows(scope, task) for scope in permit.analyses)
    )


def _allows(scope: AnalysisScope, task: Task) -> bool:
    if scope.id != task.analysis.id:
        return False
    if scope.parameters == ANY:
        return True
    bounds = scope.parameters
    return all(name in bounds and bounds[name].holds(value) for name, value in task.parameters.items())
