"""The draft by age and sex, asked on purpose beside its live count."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from maillage.base.errors import MaillageError
from maillage.hub.boot import current_hub
from maillage.hub.cohorts import live
from maillage.hub.cohorts.find import Draft, find_own, read_draft
from maillage.hub.portal.ask import pages
from maillage.hub.portal.ask.guard import page
from maillage.hub.portal.ask.pyramid import Breakdown, describe_breakdown
from maillage.hub.portal.sessions import requester_of
from maillage.hub.questions.follow import follow

LIVE_SECONDS = 15.0
"""How long a long poll waits; the page asks again every 20 s in case one was lost."""


@require_POST
@page
def ask_breakdown(request: HttpRequest, cohort_id: str) -> HttpResponse:
    """One question more: the draft by age and sex."""
    hub, by = current_hub(), requester_of(request)
    draft = pages.under_shown_permit(request, _draft(request, cohort_id))
    try:
        pages.check_complete(draft)
        found = describe_breakdown(live.ask_pyramid(draft, by=by, hub=hub), hub=hub)
    except MaillageError as error:
        if not pages.is_fragment(request):
            return pages.show_draft(request, draft, error=error)
        found = Breakdown(error=error)
    if not pages.is_fragment(request):
        return redirect("cohort_page", cohort_id)
    return _render(request, "_breakdown", draft=draft, found=found, asked_now=True)


@require_GET
@page
def follow_breakdown(request: HttpRequest, cohort_id: str, question_id: str) -> HttpResponse:
    """The drawing as soon as there is something newer than version `vu`."""
    hub, by = current_hub(), requester_of(request)
    seen = pages.read_seen(request)
    question = follow(question_id, requester=by, seen=seen, seconds=LIVE_SECONDS, hub=hub)
    found = describe_breakdown(question, hub=hub)
    return _render(request, "_pyramid", draft=_draft(request, cohort_id), found=found)


def _render(
    request: HttpRequest, name: str, *, draft: Draft, found: Breakdown, asked_now: bool = False
) -> HttpResponse:
    context = {"draft": draft, "breakdown": found, "asked_now": asked_now}
    return render(request, f"portal/ask/{name}.html", context)


def _draft(request: HttpRequest, cohort_id: str) -> Draft:
    return read_draft(find_own(cohort_id, by=requester_of(request)))
