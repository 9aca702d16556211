"""`/compte/preuve`: who is in proves again that it is them, and goes on where that was asked."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from maillage.base.errors import MaillageError
from maillage.governance.people.models import Person
from maillage.hub.access import limits, passwords, proof
from maillage.hub.access.errors import CredentialUnknownError, ProofError, ProofNeededError
from maillage.hub.access.models import Password
from maillage.hub.access.ways import describe_ways
from maillage.hub.api.errors import error_status
from maillage.hub.boot import current_hub
from maillage.hub.portal.sessions import (
    Visitor,
    check_guesses,
    count_wrong_guess,
    field,
    lead_on,
    let_in,
    signed_in,
)

View = Callable[..., HttpResponseBase]


def proved(view: View) -> View:
    """Below the guard, for what lets in for longer than a session: without a fresh proof, its page."""

    @wraps(view)
    def asked(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        try:
            proof.require_fresh(_visitor(request).session_digest, at=current_hub().clock())
        except ProofNeededError as error:
            # A form that was sent is filled in again; a link is followed again.
            onward = request.get_full_path() if request.method == "GET" else reverse("account")
            return _show(request, onward=onward, error=error)
        return view(request, *arguments, **named)

    return asked


@require_GET
@signed_in
def show_proof(request: HttpRequest) -> HttpResponse:
    """The strong ways in that this person has; straight on where nothing more is to be proved."""
    onward = str(request.GET.get("suite", "")) or reverse("account")
    if proof.is_fresh(_visitor(request).session_digest, at=current_hub().clock()):
        return lead_on(onward)
    return _show(request, onward=onward)


@require_POST
@signed_in
def give_proof(request: HttpRequest) -> HttpResponse:
    """The password and a code: a new session takes the place of this one, and of every copy of its cookie."""
    claim, onward = read_claim(request), field(request, "suite")
    try:
        proof.prove(claim, at=current_hub().clock())
    except ProofError as error:
        count_wrong_guess(request, name=claim.person.name)
        return _show(request, onward=onward, error=error)
    return let_in(request, requester=claim.person.name, way="password", onward=onward)


def lead_to_proof(*, onward: str) -> HttpResponse:
    """To the page that asks for it, and from there on."""
    return redirect(reverse("proof") + "?" + urlencode({"suite": onward}))


def read_claim(request: HttpRequest) -> proof.Claim:
    """What was typed. Raises CredentialUnknownError where there is no password, or TooManyError."""
    person = find_person(request)
    if person is None:
        raise CredentialUnknownError
    # Each try costs a hash of 46 MiB, right or wrong.
    current_hub().limiter.take(limits.SETTING_UP, person.id)
    check_guesses(request, name=person.name)
    digest = _visitor(request).session_digest
    return proof.Claim(person, digest, field(request, "password"), field(request, "code"))


def find_person(request: HttpRequest) -> Person | None:
    """Who is here, where they enter by a password at all."""
    known = Password.objects.filter(person_id=_visitor(request).who.person_id)
    found = known.select_related("person").first()
    return None if found is None else found.person


def _show(request: HttpRequest, *, onward: str, error: MaillageError | None = None) -> HttpResponse:
    settings, who = current_hub().settings, _visitor(request).who
    person = Person.objects.filter(id=who.person_id).first()
    ways = {} if person is None else describe_ways(person)
    context: dict[str, Any] = {
        "person": person,
        "onward": onward,
        "error": error,
        "longest": passwords.LONGEST,
        "by_passkey": bool(ways.get("passkeys")) and settings.takes_passkeys,
        "by_password": bool(ways.get("has_password")),
        "by_psc": bool(ways.get("has_psc")) and settings.psc is not None,
    }
    status = 200 if error is None else error_status(error)
    return render(request, "portal/account/proof.html", context, status=status)


def _visitor(request: HttpRequest) -> Visitor:
    return cast("Visitor", request)
