"""The pages. Each view gathers, then renders; what may be shown was decided below."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from maillage.base.errors import MaillageError
from maillage.hub.api.errors import error_status, tell_not_found
from maillage.hub.boot import current_hub
from maillage.hub.network import describe_network
from maillage.hub.portal.asking import OWN, STANDING, Filled, read_form, write_draft
from maillage.hub.portal.examples import list_examples
from maillage.hub.portal.sessions import requester_of, signed_in
from maillage.hub.questions.ask import ask
from maillage.hub.questions.permits import list_permits


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
@signed_in
def ask_question(request: HttpRequest) -> HttpResponse:
    """Ask, then go and watch the answers; on an error the form comes back as it was filled."""
    hub, filled = current_hub(), read_form(request)
    try:
        question = ask(write_draft(filled, hub=hub), by=requester_of(request), hub=hub)
    except MaillageError as error:
        return _home(request, filled=filled, error=error)
    return redirect("question", question.id)


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
    found = list_permits(requester_of(request), hub=current_hub())
    waiting = any(permit["budget"] and permit["budget"]["wait_seconds"] for permit in found)
    return {"permits": found, "chosen": chosen, "waiting": waiting}
