"""Whether a question lies inside its permit."""

from maillage.exchange.parts import Inquiry, list_inquiries
from maillage.exchange.permit import ANY, AnalysisScope, Permit
from maillage.exchange.task import Task


def covers(permit: Permit, task: Task) -> bool:
    """Network, hospitals, requester, analyses with their parameters, cohort: all of them, or it does not."""
    return (
        permit.network == task.hub
        and all(permit.names(site) for site in task.participants)
        and (permit.requesters == ANY or task.requester in permit.requesters)
        and (permit.cohorts == ANY or task.cohort_hash in permit.cohorts)
        and covers_analyses(permit, task)
    )


def covers_analyses(permit: Permit, task: Task) -> bool:
    """Whether the permit names what is asked: of a joint question every part, each by itself."""
    asked = list_inquiries(task.analysis.id, task.parameters)
    return bool(asked) and all(allows(permit, one) for one in asked)


def allows(permit: Permit, inquiry: Inquiry) -> bool:
    """Whether one of the permit's scopes holds this analysis with these parameters."""
    return any(_holds(scope, inquiry) for scope in permit.analyses)


def _holds(scope: AnalysisScope, inquiry: Inquiry) -> bool:
    if scope.id != inquiry.analysis:
        return False
    if scope.parameters == ANY:
        return True
    bounds = scope.parameters
    return all(name in bounds and bounds[name].holds(value) for name, value in inquiry.parameters.items())
