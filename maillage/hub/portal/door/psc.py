"""Going to Pro Santé Connect and coming back: to enter, or to link the identity there to an account."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from maillage.base.errors import MaillageError
from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.governance.people.actions import find_person
from maillage.hub.access import limits, proof
from maillage.hub.access.ceremonies import Begun, Purpose, begin, take
from maillage.hub.access.invitations import accept_with_psc, digest_of, find_invited, link_psc
from maillage.hub.access.psc import begin_entry, find_linked, finish_entry
from maillage.hub.boot import current_hub
from maillage.hub.portal.account.proof import lead_to_proof, proved
from maillage.hub.portal.door.views import show_door
from maillage.hub.portal.sessions import (
    address_of,
    anyone,
    find_visitor,
    keep_ceremony,
    let_in,
    own_ceremony,
    signed_in,
)
from maillage.hub.writing import writing
from maillage.national.psc import Attempt, Identity, check_return

_ENTER, _ACCEPT, _LINK = "enter", "accept", "link"
# What a ceremony is about holds 120 characters.
_LONGEST_ONWARD = 100


@require_GET
@anyone
def enter_by_psc(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider; who comes back and is linked to an account is let in."""
    onward = str(request.GET.get("suite", ""))
    return _leave_for(request, about=f"{_ENTER} {onward}" if len(onward) <= _LONGEST_ONWARD else _ENTER)


@require_GET
@anyone
def accept_psc(request: HttpRequest, secret: str) -> HttpResponse:
    """The same for somebody who was invited: who comes back is linked to that account."""
    try:
        find_invited(secret, at=current_hub().clock())
    except MaillageError as error:
        return show_door(request, error=error)
    return _leave_for(request, about=f"{_ACCEPT} {digest_of(secret)}")


@require_GET
@signed_in
@proved
def link_own(request: HttpRequest) -> HttpResponse:
    """The same for somebody who is in, as a further way in."""
    present = find_visitor(request)
    name = present.who.name if present and present.who.person_id else ""
    return _leave_for(request, about=f"{_LINK} {name}") if name else redirect("account")


@require_GET
@anyone
def come_back(request: HttpRequest) -> HttpResponse:
    """The provider's answer, brought by the browser that was sent there."""
    hub = current_hub()
    try:
        begun = take(own_ceremony(request), purpose=Purpose.PSC, hub=hub)
        attempt = Attempt(**begun.secrets)
        code = check_return({name: str(request.GET[name]) for name in request.GET}, attempt=attempt)
        identity = finish_entry(code, attempt, back=_own_address(), hub=hub)
        return _receive(request, identity, begun=begun)
    except MaillageError as error:
        hub.limiter.take(limits.WRONG_FROM_ADDRESS, address_of(request))
        return show_door(request, error=error)


def _receive(request: HttpRequest, identity: Identity, *, begun: Begun) -> HttpResponse:
    hub = current_hub()
    what, _space, whom = begun.about.partition(" ")
    if what == _ACCEPT:
        with writing(hub):
            person = accept_with_psc(whom, identity, at=hub.clock())
        return let_in(request, requester=person.name, way="psc")
    if what == _LINK:
        return _link(request, identity, name=whom)
    return let_in(request, requester=find_linked(identity), way="psc", onward=whom)


def _link(request: HttpRequest, identity: Identity, *, name: str) -> HttpResponse:
    """Only in the session that asked for it."""
    hub, present = current_hub(), find_visitor(request)
    if present is None or present.who.name != name:
        return redirect("enter")
    if not proof.is_fresh(present.digest, at=hub.clock()):
        return lead_to_proof(onward=reverse("psc_link"))
    with writing(hub):
        link_psc(find_person(name), identity, at=hub.clock())
        record(EventType.ACCOUNT_LINKED, actor=name, subject=name, at=hub.clock())
    return redirect("account")


def _leave_for(request: HttpRequest, *, about: str) -> HttpResponse:
    hub, attempt = current_hub(), Attempt()
    hub.limiter.take(limits.BEGINNINGS, address_of(request))
    try:
        address = begin_entry(attempt, back=_own_address(), hub=hub)
    except MaillageError as error:
        return show_door(request, error=error)
    keep_ceremony(request, begin(Purpose.PSC, about=about, kept=asdict(attempt), hub=hub))
    return HttpResponseRedirect(address)


def _own_address() -> str:
    """Where the provider sends people back; it knows this very text."""
    return current_hub().settings.address + reverse("psc_return")
