"""`/compte/mot-de-passe` and `/compte/codes`: another password, other recovery codes."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from maillage.base.errors import MaillageError
from maillage.governance.people.models import Person
from maillage.hub.access import limits, passwords
from maillage.hub.access.errors import CredentialUnknownError, ProofError
from maillage.hub.access.models import Password
from maillage.hub.access.renewing import Claim, change_password, is_fresh, renew_codes
from maillage.hub.access.ways import describe_ways
from maillage.hub.api.errors import error_status
from maillage.hub.boot import current_hub
from maillage.hub.portal.sessions import (
    Visitor,
    check_guesses,
    count_wrong_guess,
    field,
    keep_secret,
    signed_in,
)
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
    claim, hub = _read_claim(request), current_hub()
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
    claim, hub = _read_claim(request), current_hub()
    try:
        with writing(hub):
            made = renew_codes(claim, at=hub.clock())
    except MaillageError as error:
        return _refuse(request, error, template=_CODES)
    return render(request, "portal/door/codes.html", {"codes": made, "onward": "account"})


def _read_claim(request: HttpRequest) -> Claim:
    """What was typed. Raises CredentialUnknownError where there is no password, or TooManyError."""
    person = _find_person(request)
    if person is None:
        raise CredentialUnknownError
    # Each try costs a hash of 46 MiB, right or wrong.
    current_hub().limiter.take(limits.SETTING_UP, person.id)
    check_guesses(request, name=person.name)
    visitor = cast("Visitor", request)
    return Claim(person, visitor.session_digest, field(request, "password"), field(request, "code"))


def _refuse(request: HttpRequest, error: MaillageError, *, template: str) -> HttpResponse:
    if isinstance(error, ProofError):
        count_wrong_guess(request, name=cast("Visitor", request).who.name)
    return _show(request, template, error=error)


def _show(request: HttpRequest, template: str, *, error: MaillageError | None = None) -> HttpResponse:
    person = _find_person(request)
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


def _find_person(request: HttpRequest) -> Person | None:
    """Who is here, where they enter by a password at all."""
    known = Password.objects.filter(person_id=cast("Visitor", request).who.person_id)
    found = known.select_related("person").first()
    return None if found is None else found.person
