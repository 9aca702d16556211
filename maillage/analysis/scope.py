"""Whether a question lies inside its permit. Not below, with permits: bounds hold for what is computed."""

from collections.abc import Mapping
from typing import Any

from maillage.analysis.errors import AnalysisError
from maillage.analysis.registry import find_spec, read_parameters
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
    if not bounds.keys() >= inquiry.parameters.keys():
        return False
    used = fill_in(inquiry)
    return all(name in used and bound.holds(used[name]) for name, bound in bounds.items())


def fill_in(inquiry: Inquiry) -> Mapping[str, Any]:
    """Every parameter as the analysis computes with it, defaults too; none where they are not its own."""
    try:
        read = read_parameters(find_spec(inquiry.analysis), inquiry.parameters)
    except AnalysisError:
        return {}
    return read.model_dump(mode="json")
