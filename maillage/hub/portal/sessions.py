"""Entering and leaving the portal, and the guard on every page."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.base.clock import format_instant, parse_instant
from maillage.hub.access.errors import AccessError
from maillage.hub.access.people import may_stay, use_link, use_token
from maillage.hub.boot import current_hub
from maillage.hub.charts import warm_up
from maillage.hub.questions.errors import QuestionUnknownError

View = Callable[..., HttpResponse]


class Visitor(HttpRequest):
    """A request of somebody who has entered."""

    requester: str


def signed_in(view: View) -> View:
    """Only for who has entered and still has a valid token; others are led to the door.

    A question that is not theirs is a page that does not exist.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        session = session_of(request)
        requester, since = session.get("requester", ""), session.get("since", "")
        if not requester or not since or not may_stay(requester, since=parse_instant(since)):
            session.flush()
            return _lead_to_door(request)
        cast("Visitor", request).requester = requester
        try:
            return view(request, *arguments, **named)
        except QuestionUnknownError as error:
            raise Http404(error.what) from error

    return guarded


@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """The door: a token opens it."""
    if request.method != "POST":
        return render(request, "portal/enter.html", {"onward": request.GET.get("suite", "")})
    try:
        requester = use_token(field(request, "token").strip(), at=current_hub().clock())
    except AccessError as error:
        context = {"error": error, "onward": field(request, "suite")}
        return render(request, "portal/enter.html", context, status=403)
    return _let_in(request, requester=requester, onward=field(request, "suite"))


@require_GET
def enter_by_link(request: HttpRequest, secret: str) -> HttpResponse:
    """A link that opens one session, once, and may lead further."""
    try:
        requester = use_link(secret, at=current_hub().clock())
    except AccessError as error:
        return render(request, "portal/enter.html", {"error": error}, status=403)
    return _let_in(request, requester=requester, onward=str(request.GET.get("suite", "")))


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Close the session."""
    session_of(request).flush()
    return redirect("enter")


def field(request: HttpRequest, name: str) -> str:
    """A field of the form that was sent; empty when it is not there."""
    return str(request.POST.get(name, ""))


def requester_of(request: HttpRequest) -> str:
    """Who has entered."""
    return cast("Visitor", request).requester


def session_of(request: HttpRequest) -> Any:
    """The session, which Django's middleware puts on the request."""
    return cast("Any", request).session


def _let_in(request: HttpRequest, *, requester: str, onward: str) -> HttpResponse:
    session = session_of(request)
    session.cycle_key()
    session["requester"] = requester
    session["since"] = format_instant(current_hub().clock())
    # Who enters will look at a chart: the engine is ready by then.
    warm_up()
    if url_has_allowed_host_and_scheme(onward, allowed_hosts=None) and onward.startswith("/"):
        return HttpResponseRedirect(onward)
    return redirect("home")


def _lead_to_door(request: HttpRequest) -> HttpResponse:
    address = reverse("enter")
    if request.method == "GET" and request.path != "/":
        address += "?" + urlencode({"suite": request.get_full_path()})
    if "HTTP_HX_REQUEST" in request.META:
        # A fragment must not receive a whole page: htmx follows this header with the whole window.
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
