"""The pages. Each view gathers, then renders; what may be shown was decided below."""

from contextlib import suppress
from typing import Any, cast

from django.contrib.staticfiles.views import serve
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from maillage.base.errors import MaillageError
from maillage.governance.people.roles import Role
from maillage.hub.api.errors import error_status, tell_not_found
from maillage.hub.boot import current_hub
from maillage.hub.network import describe_network
from maillage.hub.portal.asking import OWN, STANDING, Filled, read_form, write_draft
from maillage.hub.portal.chart import HEIGHT, WIDTH, estimate, place_bars
from maillage.hub.portal.examples import list_examples
from maillage.hub.portal.sessions import Visitor, allows, anyone, signed_in
from maillage.hub.questions.ask import ask
from maillage.hub.questions.closing import cancel, expire_due
from maillage.hub.questions.document import describe_question, find_question, list_questions
from maillage.hub.questions.errors import QuestionClosedError
from maillage.hub.questions.follow import follow
from maillage.hub.questions.models import Question
from maillage.hub.questions.permits import describe_budget, list_permits

LIVE_SECONDS = 15.0
"""How long a page's long poll waits; the page asks again every 20 s in case one was lost."""

# Python refuses to read numbers of thousands of digits.
_MOST_DIGITS = 10


@require_GET
@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """The network's health and the form to ask."""
    return _home(request, filled=Filled())


@require_GET
@signed_in
def network_fragment(request: HttpRequest) -> HttpResponse:
    """The network's table alone, which the home page refreshes."""
    return render(request, "portal/_network.html", {"state": describe_network(hub=current_hub())})


@require_GET
@signed_in
def permits_fragment(request: HttpRequest) -> HttpResponse:
    """The choice of permits and what each leaves: counted down while the next question must wait."""
    chosen = str(request.GET.get("permit", STANDING))
    return render(request, "portal/_permits.html", _list_permits(request, chosen=chosen))


@require_POST
@allows(Role.RESEARCHER)
def ask_question(request: HttpRequest) -> HttpResponse:
    """Ask, then go and watch the answers; on an error the form comes back as it was filled."""
    hub, filled = current_hub(), read_form(request)
    try:
        question = ask(write_draft(filled, hub=hub), by=_requester(request), hub=hub)
    except MaillageError as error:
        return _home(request, filled=filled, error=error)
    return redirect("question", question.id)


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
@allows(Role.RESEARCHER)
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


@require_GET
@anyone
def static_file(request: HttpRequest, path: str) -> HttpResponseBase:
    """Styles and scripts, from the installed packages. A reverse proxy may serve them instead."""
    # `insecure` only says that Django's own server for them is not the fastest: there are three.
    response = serve(request, path, insecure=True)
    response["Cache-Control"] = "public, no-cache"
    return response


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


def _home(request: HttpRequest, *, filled: Filled, error: MaillageError | None = None) -> HttpResponse:
    hub = current_hub()
    context = {
        "state": describe_network(hub=hub),
        "examples": list_examples(hub.examples),
        "filled": filled,
        "own": OWN,
        "error": error,
        **_list_permits(request, chosen=filled.permit),
    }
    return render(request, "portal/home.html", context, status=200 if error is None else error_status(error))


def _list_permits(request: HttpRequest, *, chosen: str) -> dict[str, Any]:
    found = list_permits(_requester(request), hub=current_hub())
    waiting = any(permit["budget"] and permit["budget"]["wait_seconds"] for permit in found)
    return {"permits": found, "chosen": chosen, "waiting": waiting}


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
