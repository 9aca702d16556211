"""The pages. Each view gathers, then renders; what may be shown was decided below."""

from contextlib import suppress
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from maillage.base.errors import MaillageError
from maillage.hub.api.errors import tell_not_found
from maillage.hub.boot import current_hub
from maillage.hub.network import describe_network
from maillage.hub.portal.chart import HEIGHT, WIDTH, estimate, place_bars
from maillage.hub.portal.sessions import Visitor, signed_in
from maillage.hub.questions.closing import cancel, expire_due
from maillage.hub.questions.document import describe_question, find_question, list_questions
from maillage.hub.questions.errors import QuestionClosedError
from maillage.hub.questions.follow import follow
from maillage.hub.questions.models import Question
from maillage.hub.questions.permits import describe_budget

LIVE_SECONDS = 15.0
"""How long a page's long poll waits; the page asks again every 20 s in case one was lost."""

# Python refuses to read numbers of thousands of digits.
_MOST_DIGITS = 10


@require_GET
@signed_in
def network_fragment(request: HttpRequest) -> HttpResponse:
    """The network's table alone, which the home page refreshes."""
    return render(request, "portal/_network.html", {"state": describe_network(hub=current_hub())})


@require_GET
@signed_in
def questions(request: HttpRequest) -> HttpResponse:
    """One's own questions, newest first."""
    expire_due(hub=current_hub())
    return render(request, "portal/questions.html", {"questions": list_questions(_requester(request))})


@require_GET
@signed_in
def question(request: HttpRequest, question_id: str) -> HttpResponse:
    """One question and its answers."""
    expire_due(hub=current_hub())
    return _show(request, _find(request, question_id), template="portal/question.html")


@require_GET
@signed_in
def question_fragment(request: HttpRequest, question_id: str) -> HttpResponse:
    """The answers alone, as soon as there is something newer than version `vu`."""
    seen = str(request.GET.get("vu", ""))
    found = follow(
        question_id,
        requester=_requester(request),
        seen=int(seen) if seen.isdecimal() and len(seen) < _MOST_DIGITS else -1,
        seconds=LIVE_SECONDS,
        hub=current_hub(),
    )
    return _show(request, found, template="portal/_answers.html")


@require_POST
@signed_in
def cancel_question(request: HttpRequest, question_id: str) -> HttpResponse:
    """Withdraw a question; one that ended meanwhile is simply shown."""
    with suppress(QuestionClosedError):
        cancel(question_id, by=_requester(request), hub=current_hub())
    return redirect("question", question_id)


@require_GET
@signed_in
def download_cohort(request: HttpRequest, question_id: str) -> HttpResponse:
    """The cohort's expression, exactly as it was signed and sent."""
    cohort = _find(request, question_id).cohort.encode()
    return HttpResponse(
        cohort,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{question_id}.json"'},
    )


def explain_missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, in the manner of who asks: an API's caller or a person."""
    if request.path.startswith("/api/"):
        return tell_not_found(request)
    error = exception if isinstance(exception, MaillageError) else None
    return render(request, "portal/problem.html", {"error": error, "kind": "missing"}, status=404)


def explain_failure(request: HttpRequest) -> HttpResponse:
    """500."""
    return render(request, "portal/problem.html", {"kind": "failure"}, status=500)


def explain_csrf(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """A form sent from elsewhere, or from a page left open for too long."""
    return render(request, "portal/problem.html", {"kind": "form"}, status=403)


def _find(request: HttpRequest, question_id: str) -> Question:
    return find_question(question_id, requester=_requester(request))


def _show(request: HttpRequest, found: Question, *, template: str) -> HttpResponse:
    hub = current_hub()
    document = describe_question(found, settings=hub.settings)
    document["budget"] = describe_budget(found.permit, requester=found.requester, hub=hub)
    return render(request, template, {"question": document} | _derive(document))


def _derive(document: dict[str, Any]) -> dict[str, Any]:
    """What the page says beside the document: who is awaited, the funnel, the bars."""
    spoken = [site for site in document["sites"] if site["status"] not in ("waiting", "delivered")]
    combined = document["combined"]
    return {
        "spoken": len(spoken),
        "checked": [site for site in document["sites"] if site["checks"]],
        "contributing": len(combined["contributing"]),
        "most": max((estimate(site["persons"]) for site in document["sites"]), default=0),
        "tallest": max(map(estimate, combined["steps"]), default=0),
        "steps": list(zip(["", *document["rules"]], combined["steps"], strict=False)),
        "bars": place_bars(combined["years"]),
        "chart_width": WIDTH,
        "chart_height": HEIGHT,
    }


def _requester(request: HttpRequest) -> str:
    return cast("Visitor", request).requester
