"""`/compte/mot-de-passe` and `/compte/codes`: another password, other recovery codes."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from maillage.base.errors import MaillageError
from maillage.governance.people.models import Person
from maillage.hub.access import passwords
from maillage.hub.access.errors import ProofError
from maillage.hub.access.proof import is_fresh
from maillage.hub.access.renewing import change_password, renew_codes
from maillage.hub.access.ways import describe_ways
from maillage.hub.api.errors import error_status
from maillage.hub.boot import current_hub
from maillage.hub.portal.account.proof import find_person, read_claim
from maillage.hub.portal.sessions import Visitor, count_wrong_guess, field, keep_secret, signed_in
from maillage.hub.writing import writing

_PASSWORD, _CODES = "portal/account/password.html", "portal/account/codes.html"


@require_GET
@signed_in
def password(request: HttpRequest) -> HttpResponse:
    """The form for another password."""
    return _show(request, _PASSWORD)


@require_POST
@signed_in
def take_password(request: HttpRequest) -> HttpResponse:
    """Another password: this session goes on, every other one ends."""
    claim, hub = read_claim(request), current_hub()
    try:
        with writing(hub):
            secret = change_password(claim, new=field(request, "new"), at=hub.clock())
    except MaillageError as error:
        return _refuse(request, error, template=_PASSWORD)
    keep_secret(request, secret)
    return redirect(reverse("account") + "?fait=mot-de-passe")


@require_GET
@signed_in
def codes(request: HttpRequest) -> HttpResponse:
    """How many recovery codes are left; never which."""
    return _show(request, _CODES)


@require_POST
@signed_in
def make_codes(request: HttpRequest) -> HttpResponse:
    """New ones, told on this page, once."""
    claim, hub = read_claim(request), current_hub()
    try:
        with writing(hub):
            made = renew_codes(claim, at=hub.clock())
    except MaillageError as error:
        return _refuse(request, error, template=_CODES)
    return render(request, "portal/door/codes.html", {"codes": made, "onward": "account"})


def _refuse(request: HttpRequest, error: MaillageError, *, template: str) -> HttpResponse:
    if isinstance(error, ProofError):
        count_wrong_guess(request, name=cast("Visitor", request).who.name)
    return _show(request, template, error=error)


def _show(request: HttpRequest, template: str, *, error: MaillageError | None = None) -> HttpResponse:
    person = find_person(request)
    if person is None:
        return redirect("account")
    status = 200 if error is None else error_status(error)
    return render(request, template, _describe(request, person) | {"error": error}, status=status)


def _describe(request: HttpRequest, person: Person) -> dict[str, Any]:
    now, session = current_hub().clock(), cast("Visitor", request).session_digest
    return {
        "person": person,
        "ways": describe_ways(person),
        "is_fresh": is_fresh(session, at=now),
        "shortest": passwords.SHORTEST,
        "longest": passwords.LONGEST,
        "all_codes": passwords.RECOVERY_CODES,
    }
