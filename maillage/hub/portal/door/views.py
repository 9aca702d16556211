"""The door: a passkey, a password with a code, a token, a link."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.base.errors import MaillageError
from maillage.hub.access import limits, passkeys, passwords, sessions
from maillage.hub.access.ceremonies import Purpose
from maillage.hub.access.errors import AccessError, EntryError, TokenError
from maillage.hub.access.people import find_requester, use_link
from maillage.hub.api.errors import error_status
from maillage.hub.boot import current_hub
from maillage.hub.portal.door.challenges import begin_challenge, take_challenge
from maillage.hub.portal.sessions import (
    address_of,
    anyone,
    check_guesses,
    count_wrong_guess,
    field,
    find_visitor,
    let_in,
    session_of,
)


@require_http_methods(["GET", "POST"])
@anyone
def enter(request: HttpRequest) -> HttpResponse:
    """The door; a token opens it."""
    if request.method != "POST":
        return show_door(request, onward=str(request.GET.get("suite", "")), ended="fini" in request.GET)
    hub = current_hub()
    try:
        requester = find_requester(field(request, "token").strip(), at=hub.clock())
        return let_in(request, requester=requester, way="token", onward=field(request, "suite"))
    except TokenError as error:
        hub.limiter.take(limits.WRONG_FROM_ADDRESS, address_of(request))
        return show_door(request, error=error, onward=field(request, "suite"))
    except AccessError as error:
        return show_door(request, error=error, onward=field(request, "suite"))


@require_GET
@anyone
def enter_by_link(request: HttpRequest, secret: str) -> HttpResponse:
    """A link that opens one session, once, and may lead further."""
    hub, onward = current_hub(), str(request.GET.get("suite", ""))
    try:
        return let_in(request, requester=use_link(secret, at=hub.clock()), way="link", onward=onward)
    except AccessError as error:
        hub.limiter.take(limits.WRONG_FROM_ADDRESS, address_of(request))
        return show_door(request, error=error)


@require_POST
@anyone
def begin_passkey(request: HttpRequest) -> HttpResponse:
    """The challenge that a passkey signs, as JSON for the browser."""
    hub = current_hub()
    hub.limiter.take(limits.BEGINNINGS, address_of(request))
    challenge = begin_challenge(request, purpose=Purpose.PASSKEY_ENTER, about="")
    return JsonResponse(passkeys.offer_entry(challenge=challenge, settings=hub.settings))


@require_POST
@anyone
def enter_by_passkey(request: HttpRequest) -> HttpResponse:
    """The passkey's answer to it."""
    hub = current_hub()
    try:
        begun = take_challenge(request, purpose=Purpose.PASSKEY_ENTER)
        name = passkeys.enter_with(
            field(request, "credential"),
            challenge=begun.challenge,
            settings=hub.settings,
            at=hub.clock(),
        )
        return let_in(request, requester=name, way="passkey", onward=field(request, "suite"))
    except AccessError as error:
        hub.limiter.take(limits.WRONG_FROM_ADDRESS, address_of(request))
        return show_door(request, error=error, onward=field(request, "suite"))


@require_POST
@anyone
def enter_by_password(request: HttpRequest) -> HttpResponse:
    """A name, its password and the present code of its generator."""
    hub, name = current_hub(), field(request, "name").strip()[:120]
    check_guesses(request, name=name)
    try:
        found = passwords.enter_with(
            name, password=field(request, "password"), code=field(request, "code"), at=hub.clock()
        )
        return let_in(request, requester=found, way="password", onward=field(request, "suite"))
    except EntryError as error:
        count_wrong_guess(request, name=name)
        return show_door(request, error=error, onward=field(request, "suite"), name=name)
    except AccessError as error:
        return show_door(request, error=error, onward=field(request, "suite"), name=name)


@require_POST
@anyone
def leave(request: HttpRequest) -> HttpResponse:
    """Close the session, here and for every copy of its cookie."""
    present, hub = find_visitor(request), current_hub()
    if present is not None:
        sessions.end_session(present.who.name, present.digest, at=hub.clock())
    session_of(request).flush()
    return redirect("enter")


def show_door(
    request: HttpRequest,
    *,
    error: MaillageError | None = None,
    onward: str = "",
    name: str = "",
    ended: bool = False,
) -> HttpResponse:
    """The door, with what it takes here and why somebody is before it: not let in, or no more."""
    settings = current_hub().settings
    context = {
        "error": error,
        "onward": onward,
        "name": name,
        "ended": ended,
        "takes_passkeys": settings.takes_passkeys,
        "takes_psc": settings.psc is not None,
    }
    # 401 would promise a way to prove oneself by a header.
    status = 200 if error is None else max(403, error_status(error))
    return render(request, "portal/enter.html", context, status=status)
