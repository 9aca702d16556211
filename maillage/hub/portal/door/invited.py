"""An invitation: whoever holds its address chooses a way in, and is in."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from maillage.base.errors import MaillageError
from maillage.hub.access import limits, passkeys, passwords
from maillage.hub.access.ceremonies import Purpose
from maillage.hub.access.errors import InvitationError
from maillage.hub.access.invitations import (
    accept_with_passkey,
    accept_with_password,
    digest_of,
    find_invited,
)
from maillage.hub.api.errors import error_status
from maillage.hub.boot import current_hub
from maillage.hub.portal.door.challenges import begin_challenge, take_challenge
from maillage.hub.portal.door.views import show_door
from maillage.hub.portal.sessions import address_of, anyone, field, let_in, start_session
from maillage.hub.writing import writing


@require_GET
@anyone
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Who is invited, and the ways in to choose from. Nothing is spent by looking."""
    return _show(request, secret)


@require_POST
@anyone
def begin_passkey(request: HttpRequest, secret: str) -> HttpResponse:
    """What the browser asks the device to make a passkey with, as JSON."""
    hub = current_hub()
    hub.limiter.take(limits.BEGINNINGS, address_of(request))
    try:
        person = find_invited(secret, at=hub.clock())
    except InvitationError as error:
        return JsonResponse({"what": error.what}, status=error_status(error))
    challenge = begin_challenge(request, purpose=Purpose.PASSKEY_NEW, about=digest_of(secret))
    return JsonResponse(passkeys.offer_registration(person, challenge=challenge, settings=hub.settings))


@require_POST
@anyone
def accept_passkey(request: HttpRequest, secret: str) -> HttpResponse:
    """The device's passkey: the invitation is spent, and its person is in."""
    hub = current_hub()
    try:
        begun = take_challenge(request, purpose=Purpose.PASSKEY_NEW)
        new = passkeys.read_registration(
            field(request, "credential"), challenge=begun.challenge, settings=hub.settings
        )
        if begun.about != digest_of(secret):
            raise InvitationError
        with writing(hub):
            person = accept_with_passkey(secret, new, label=field(request, "label"), at=hub.clock())
    except MaillageError as error:
        return _show(request, secret, error=error)
    return let_in(request, requester=person.name, way="passkey")


@require_POST
@anyone
def accept_password(request: HttpRequest, secret: str) -> HttpResponse:
    """A password and a first code: the person is in, and reads their recovery codes once."""
    hub = current_hub()
    hub.limiter.take(limits.SETTING_UP, digest_of(secret))
    try:
        with writing(hub):
            person, codes = accept_with_password(
                secret,
                password=field(request, "password"),
                code=field(request, "code"),
                at=hub.clock(),
            )
    except MaillageError as error:
        return _show(request, secret, error=error)
    start_session(request, requester=person.name, way="password")
    return render(request, "portal/door/codes.html", {"codes": codes, "onward": "home"})


def _show(request: HttpRequest, secret: str, *, error: MaillageError | None = None) -> HttpResponse:
    hub = current_hub()
    try:
        person = find_invited(secret, at=hub.clock())
    except InvitationError as over:
        hub.limiter.take(limits.WRONG_FROM_ADDRESS, address_of(request))
        return show_door(request, error=over)
    context = {
        "person": person,
        "secret": secret,
        "error": error,
        "generator": passwords.offer_generator(secret, name=person.name, network=hub.settings.name),
        "shortest": passwords.SHORTEST,
        "longest": passwords.LONGEST,
        "takes_passkeys": hub.settings.takes_passkeys,
        "takes_psc": hub.settings.psc is not None,
    }
    status = 200 if error is None else error_status(error)
    return render(request, "portal/door/invitation.html", context, status=status)
