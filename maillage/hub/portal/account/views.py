"""`/compte`: everybody's own page. Nothing here is anybody else's."""

from datetime import timedelta
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from maillage.base.errors import MaillageError
from maillage.governance.people.actions import find_person
from maillage.governance.people.listing import describe_person
from maillage.governance.people.models import Person
from maillage.hub.access import passkeys, sessions
from maillage.hub.access.ceremonies import Purpose
from maillage.hub.access.errors import EntryError
from maillage.hub.access.people import create_own_token, list_tokens, revoke_own_token
from maillage.hub.access.proof import is_fresh
from maillage.hub.access.visits import list_visits
from maillage.hub.access.ways import describe_ways, remove_passkey
from maillage.hub.api.errors import error_status
from maillage.hub.boot import current_hub
from maillage.hub.portal.account.history import list_events
from maillage.hub.portal.account.proof import proved
from maillage.hub.portal.account.words import word_visits
from maillage.hub.portal.door.challenges import begin_challenge, take_challenge
from maillage.hub.portal.sessions import Visitor, field, signed_in
from maillage.hub.writing import writing

TOKEN_DAYS = (30, 90, 366)
"""The lives of a token to choose from."""


@require_GET
@signed_in
def account(request: HttpRequest) -> HttpResponse:
    """Who I am here, and what I can undo."""
    return _show(request)


@require_GET
@signed_in
def history(request: HttpRequest) -> HttpResponse:
    """What was logged about me: what I changed, what I looked at."""
    name = _visitor(request).who.name
    context = {"events": list_events(name), "visits": word_visits(list_visits(requester=name))}
    return render(request, "portal/account/history.html", context)


@require_POST
@signed_in
@proved
def begin_passkey(request: HttpRequest) -> HttpResponse:
    """What the browser asks the device to make a further passkey with, as JSON."""
    person, hub = _own_person(request), current_hub()
    challenge = begin_challenge(request, purpose=Purpose.PASSKEY_NEW, about=person.id)
    return JsonResponse(passkeys.offer_registration(person, challenge=challenge, settings=hub.settings))


@require_POST
@signed_in
@proved
def add_passkey(request: HttpRequest) -> HttpResponse:
    """Keep the passkey that the device made."""
    person, hub = _own_person(request), current_hub()
    try:
        begun = take_challenge(request, purpose=Purpose.PASSKEY_NEW)
        if begun.about != person.id:
            raise EntryError
        new = passkeys.read_registration(
            field(request, "credential"), challenge=begun.challenge, settings=hub.settings
        )
        with writing(hub):
            passkeys.add_another(person, new, label=field(request, "label"), at=hub.clock())
    except MaillageError as error:
        return _show(request, error=error)
    return redirect("account")


@require_POST
@signed_in
def drop_passkey(request: HttpRequest) -> HttpResponse:
    """Forget one of my passkeys, unless it is my only way in; sessions elsewhere end."""
    person, hub = _own_person(request), current_hub()
    try:
        with writing(hub):
            remove_passkey(person, field(request, "passkey"), at=hub.clock())
            sessions.end_sessions(
                person.name, by=person.name, at=hub.clock(), but=_visitor(request).session_digest
            )
    except MaillageError as error:
        return _show(request, error=error)
    return redirect("account")


@require_POST
@signed_in
def end_session(request: HttpRequest) -> HttpResponse:
    """Close one of my sessions, or all but this one."""
    visitor, hub = _visitor(request), current_hub()
    name, digest = visitor.who.name, field(request, "session")
    try:
        with writing(hub):
            if digest:
                sessions.end_session(name, digest, at=hub.clock())
            else:
                sessions.end_sessions(name, by=name, at=hub.clock(), but=visitor.session_digest)
    except MaillageError as error:
        return _show(request, error=error)
    return redirect("account")


@require_POST
@signed_in
@proved
def create_token(request: HttpRequest) -> HttpResponse:
    """A token for a program of mine: told on this page, once."""
    hub, days = current_hub(), field(request, "days")
    lasts = timedelta(days=int(days) if days in map(str, TOKEN_DAYS) else 0)
    label = field(request, "label").strip()
    try:
        with writing(hub):
            token = create_own_token(_visitor(request).who.name, label=label, lasts=lasts, at=hub.clock())
    except MaillageError as error:
        return _show(request, error=error)
    return _show(request, token=token)


@require_POST
@signed_in
def revoke_token(request: HttpRequest) -> HttpResponse:
    """Revoke one of my tokens."""
    hub, chosen = current_hub(), field(request, "token")
    try:
        with writing(hub):
            token_id = int(chosen) if chosen.isdecimal() and len(chosen) < 18 else -1
            revoke_own_token(_visitor(request).who.name, token_id, at=hub.clock())
    except MaillageError as error:
        return _show(request, error=error)
    return redirect("account")


def _show(request: HttpRequest, *, error: MaillageError | None = None, token: str = "") -> HttpResponse:
    hub, visitor = current_hub(), _visitor(request)
    now, person = hub.clock(), Person.objects.filter(id=visitor.who.person_id).first()
    context: dict[str, Any] = {
        "person": None if person is None else describe_person(person, at=now),
        "ways": None if person is None else describe_ways(person),
        "roles": visitor.who.roles,
        "sessions": sessions.list_sessions(visitor.who.name, present=visitor.session_digest, hub=hub),
        "tokens": list_tokens(visitor.who.name, at=now),
        "is_fresh": is_fresh(visitor.session_digest, at=now),
        "token_days": TOKEN_DAYS,
        "new_token": token,
        "error": error,
        "has_new_password": request.GET.get("fait") == "mot-de-passe",
        "takes_passkeys": hub.settings.takes_passkeys,
        "takes_psc": hub.settings.psc is not None,
    }
    status = 200 if error is None else error_status(error)
    return render(request, "portal/account/account.html", context, status=status)


def _own_person(request: HttpRequest) -> Person:
    """The account of who is here. Raises PersonUnknownError for the bearer of a token without one."""
    return find_person(_visitor(request).who.name)


def _visitor(request: HttpRequest) -> Visitor:
    return cast("Visitor", request)
