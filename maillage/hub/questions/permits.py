"""The permits that a person may ask under, each with its form of counts and what its budget leaves them."""

from datetime import datetime
from typing import Any

from maillage.base.clock import format_instant
from maillage.exchange.envelope import Signers
from maillage.exchange.errors import EnvelopeError
from maillage.exchange.permit import ANY, DifferentialPrivacy, Permit
from maillage.governance.permits.actions import find_in_force
from maillage.governance.permits.errors import PermitError
from maillage.governance.permits.listing import list_in_force, read_permit
from maillage.governance.permits.models import PublishedPermit
from maillage.hub.boot import Hub
from maillage.hub.questions.budget import describe_remaining, find_remaining
from maillage.hub.questions.models import Question


def list_permits(requester: str, *, hub: Hub) -> list[dict[str, Any]]:
    """Those in force now that name this person, in the order of their names."""
    now = hub.clock()
    return [_describe(permit, requester=requester, now=now) for permit in find_permits(requester, hub=hub)]


def find_permits(requester: str, *, hub: Hub) -> list[Permit]:
    """Those, as they were signed."""
    found = list_in_force(signers=hub.settings.committee_signers, at=hub.clock())
    return [permit for permit in found if permit.requesters == ANY or requester in permit.requesters]


def describe_budget(permit_id: str, *, requester: str, hub: Hub) -> dict[str, Any] | None:
    """What is left of one permit's budget; None where it sets no limit, or is over."""
    now = hub.clock()
    try:
        found = find_in_force(permit_id, signers=hub.settings.committee_signers, at=now)
    except (PermitError, EnvelopeError):
        return None
    left = find_remaining(requester, permit=found.permit, now=now)
    return describe_remaining(left) if left else None


def find_contact(question: Question, *, signers: Signers) -> str:
    """Whom the permit of a question says to call; nobody when it does not say."""
    row = PublishedPermit.objects.filter(hash=question.permit_hash).first()
    permit = read_permit(row, signers=signers) if row else None
    if permit is None:
        return ""
    if isinstance(permit.counts, DifferentialPrivacy):
        return permit.counts.contact
    return permit.budgets.contact if permit.budgets else ""


def _describe_privacy(permit: Permit, *, requester: str) -> dict[str, Any] | None:
    """What differential privacy leaves by the hub's count; each hospital's own decides."""
    privacy = permit.counts
    if not isinstance(privacy, DifferentialPrivacy):
        return None
    asked = Question.objects.filter(permit=permit.permit_id)
    if privacy.per_requester:
        asked = asked.filter(requester=requester)
    different = asked.values_list("cohort_hash", "analysis").distinct().count()
    return {
        "epsilon_per_question": privacy.epsilon_per_question,
        "epsilon_total": privacy.epsilon_total,
        "per_requester": privacy.per_requester,
        "questions_left": max(0, privacy.questions - different),
        "contact": privacy.contact,
    }


def _describe(permit: Permit, *, requester: str, now: datetime) -> dict[str, Any]:
    left = find_remaining(requester, permit=permit, now=now)
    return {
        "permit_id": permit.permit_id,
        "project": permit.project,
        "purpose": permit.purpose,
        "counts": permit.counts.kind,
        "views": [view.value for view in permit.views],
        "expires_at": format_instant(permit.expires_at),
        "budget": describe_remaining(left) if left else None,
        "privacy": _describe_privacy(permit, requester=requester),
    }
