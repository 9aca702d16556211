"""The guard on every page: who may open it, in which session, and how somebody is let in.

Each view carries one of `anyone`, `signed_in` and `allows(…)` below its `require_…`; without one, the hub
does not start (`access/rules.py`).
"""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, cast
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from maillage.analysis.rendering import warm_up
from maillage.base.errors import Kind, MaillageError
from maillage.governance.people.roles import Role
from maillage.hub.access import limits
from maillage.hub.access.errors import CredentialUnknownError, RoleError, TooManyError
from maillage.hub.access.limits import Limit
from maillage.hub.access.rules import ANYONE, Audience, Rule, Whose, declare
from maillage.hub.access.sessions import Present, end_session, find_present, open_session
from maillage.hub.access.who import Who
from maillage.hub.boot import current_hub

View = Callable[..., HttpResponseBase]

_SECRET, _CEREMONY = "session", "ceremony"


class Visitor(HttpRequest):
    """A request of somebody who has entered."""

    requester: str
    who: Who
    session_digest: str


def anyone(view: View) -> View:
    """For the door and what is public. A burst from one address is slowed."""

    @wraps(view)
    def counted(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        try:
            return view(request, *arguments, **named)
        except TooManyError as error:
            return tell_slow(request, error)

    return declare(counted, ANYONE)


def signed_in(view: View) -> View:
    """For everybody who has entered, whatever their roles; others are led to the door."""
    return allows()(view)


def allows(*roles: Role, whose: Whose = Whose.OWN, limit: Limit = limits.PAGES) -> Callable[[View], View]:
    """For who has entered and holds one of the roles now; no role named: everybody who has entered.

    What is not theirs is a page that does not exist. `whose`: of an object that the address names, only one's
    own is there, or everybody's.
    """
    rule = Rule(Audience.PERSON, frozenset(roles), whose)

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
            present = find_visitor(request)
            if present is None:
                return lead_to_door(request)
            visitor = cast("Visitor", request)
            visitor.who, visitor.requester = present.who, present.who.name
            visitor.session_digest = present.digest
            try:
                current_hub().limiter.take(limit, present.who.name)
                rule.check(present.who)
                return view(request, *arguments, **named)
            except RoleError as error:
                return _tell_refused(request, error)
            except TooManyError as error:
                return tell_slow(request, error)
            except MaillageError as error:
                if error.kind is not Kind.NOT_FOUND:
                    raise
                raise Http404(error.what) from error

        return declare(guarded, rule)

    return guard


def find_visitor(request: HttpRequest) -> Present | None:
    """Who is in the session of this request, if it is still open."""
    # What htmx fetches by itself is no gesture; a form that it sends is one.
    acts = request.method != "GET" or "HTTP_HX_REQUEST" not in request.META
    secret = str(session_of(request).get(_SECRET, ""))
    return find_present(secret, acts=acts, hub=current_hub()) if secret else None


def let_in(request: HttpRequest, *, requester: str, way: str, onward: str = "") -> HttpResponse:
    """Open a session and go on: only to an address of this portal. Raises AccountClosedError."""
    start_session(request, requester=requester, way=way)
    return lead_on(onward)


def lead_on(onward: str) -> HttpResponse:
    """To an address of this portal; home, for any other."""
    if url_has_allowed_host_and_scheme(onward, allowed_hosts=None) and onward.startswith("/"):
        return HttpResponseRedirect(onward)
    return redirect("home")


def start_session(request: HttpRequest, *, requester: str, way: str) -> None:
    """Open a session in this browser. Raises AccountClosedError.

    Nothing of what the browser brought stays: a session, or a form's secret, that somebody else put there.
    The session that it had ends, for copies of its cookie too.
    """
    former = find_visitor(request)
    browser = str(request.META.get("HTTP_USER_AGENT", ""))
    secret = open_session(requester, way=way, browser=name_browser(browser), hub=current_hub())
    keep_secret(request, secret)
    if former is not None:
        _end(former)
    # Who enters will look at a chart: the engine is ready by then.
    warm_up()


def _end(former: Present) -> None:
    # Of two forms that were sent at once the other has ended it.
    with suppress(CredentialUnknownError):
        end_session(former.who.name, former.digest, at=current_hub().clock())


def keep_secret(request: HttpRequest, secret: str) -> None:
    """Have the browser keep the session's secret, and nothing of what it brought before."""
    session = session_of(request)
    session.flush()
    session.cycle_key()
    session[_SECRET] = secret
    rotate_token(request)


def check_guesses(request: HttpRequest, *, name: str) -> None:
    """Before a password of that account is tried, at the door or inside. Raises TooManyError."""
    limiter = current_hub().limiter
    limiter.check(limits.WRONG_FROM_ADDRESS, address_of(request))
    limiter.check(limits.WRONG_FOR_ACCOUNT, name.casefold())


def count_wrong_guess(request: HttpRequest, *, name: str) -> None:
    """After one that was wrong. Raises TooManyError."""
    limiter = current_hub().limiter
    limiter.take(limits.WRONG_FROM_ADDRESS, address_of(request))
    limiter.take(limits.WRONG_FOR_ACCOUNT, name.casefold())


def keep_ceremony(request: HttpRequest, secret: str) -> None:
    """Have the browser bring back under what its ceremony is kept."""
    session_of(request)[_CEREMONY] = secret


def own_ceremony(request: HttpRequest) -> str:
    """Under what it is kept; empty when none was begun in this browser."""
    return str(session_of(request).pop(_CEREMONY, ""))


def address_of(request: HttpRequest) -> str:
    """From where the request comes, as limits count it."""
    return str(request.META.get("REMOTE_ADDR", ""))


def name_browser(agent: str) -> str:
    """A browser and its system in two words, for people who look at their sessions."""
    browsers = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
    systems = (
        *(("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows")),
        *(("Mac OS", "macOS"), ("Linux", "Linux")),
    )
    found = [next((name for mark, name in table if mark in agent), "") for table in (browsers, systems)]
    return " · ".join(filter(None, found))


def field(request: HttpRequest, name: str) -> str:
    """A field of the form that was sent; empty when it is not there."""
    return str(request.POST.get(name, ""))


def requester_of(request: HttpRequest) -> str:
    """Who has entered."""
    return cast("Visitor", request).requester


def session_of(request: HttpRequest) -> Any:
    """The session, which Django's middleware puts on the request."""
    return cast("Any", request).session


def tell_slow(request: HttpRequest, error: TooManyError) -> HttpResponse:
    """429, with when to come back."""
    response = render(request, "portal/problem.html", {"error": error, "kind": "told"}, status=429)
    response["Retry-After"] = str(error.retry_after)
    return response


def _tell_refused(request: HttpRequest, error: MaillageError) -> HttpResponse:
    return render(request, "portal/problem.html", {"error": error, "kind": "told"}, status=403)


def lead_to_door(request: HttpRequest) -> HttpResponse:
    """To the door, which says that a session has ended where one had, and leads back to the page after."""
    is_part = "HTTP_HX_REQUEST" in request.META
    onward, ended = _find_page(request), is_part or _SECRET in session_of(request)
    session_of(request).flush()
    told = ({"suite": onward} if onward not in ("", "/") else {}) | ({"fini": "1"} if ended else {})
    address = reverse("enter") + ("?" + urlencode(told) if told else "")
    if is_part:
        # A fragment must not receive a whole page: htmx follows this header with the whole window.
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _find_page(request: HttpRequest) -> str:
    """The page where one was: that in the window for a part of it, or for a form that was sent from it."""
    if "HTTP_HX_REQUEST" not in request.META and request.method == "GET":
        return request.get_full_path()
    told = request.META.get("HTTP_HX_CURRENT_URL") or request.META.get("HTTP_REFERER") or ""
    with suppress(ValueError):
        page = urlsplit(str(told))
        return f"{page.path}?{page.query}" if page.query else page.path
    return ""
