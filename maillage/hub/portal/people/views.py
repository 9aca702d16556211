"""`/personnes`: invite, give and withdraw roles, suspend. Nobody does any of it to themselves."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from maillage.base.errors import MaillageError
from maillage.base.i18n import _
from maillage.governance.group.models import Member
from maillage.governance.people import actions
from maillage.governance.people.actions import Giving, Newcomer
from maillage.governance.people.errors import PersonInvalidError, PersonUnknownError
from maillage.governance.people.listing import describe_person, list_people
from maillage.governance.people.models import Grant, Person
from maillage.governance.people.roles import GROUP_ONLY, Role, word_powers, word_role
from maillage.hub.access.closing import close_account
from maillage.hub.access.invitations import create_invitation
from maillage.hub.access.rules import Whose
from maillage.hub.api.errors import error_status
from maillage.hub.boot import current_hub
from maillage.hub.portal.sessions import Visitor, allows, field
from maillage.hub.writing import writing

DAYS = (30, 90, 180, 366)
"""The lives of a role to choose from."""


@require_GET
@allows(Role.OFFICE, Role.AUDITOR, Role.DPO)
def people(request: HttpRequest) -> HttpResponse:
    """Everybody, their state and the roles in force."""
    return _show_all(request)


@require_POST
@allows(Role.OFFICE)
def invite(request: HttpRequest) -> HttpResponse:
    """Open an account and show the address to hand to its person, once."""
    hub = current_hub()
    try:
        newcomer = Newcomer(
            field(request, "name").strip(),
            field(request, "full_name").strip(),
            field(request, "email").strip(),
        )
        with writing(hub):
            person = actions.invite(newcomer, by=_name(request), at=hub.clock())
            _give_first(request, person)
            secret = create_invitation(person.name, by=_name(request), at=hub.clock())
    except MaillageError as error:
        return _show_all(request, error=error)
    return _show_one(request, person, secret=secret)


@require_GET
@allows(Role.OFFICE, Role.AUDITOR, Role.DPO, whose=Whose.EVERY)
def person(request: HttpRequest, person_id: str) -> HttpResponse:
    """One person: roles now and before."""
    return _show_one(request, _find(person_id))


@require_POST
@allows(Role.OFFICE, whose=Whose.EVERY)
def give_role(request: HttpRequest, person_id: str) -> HttpResponse:
    """A role from now on, for the chosen time and place."""
    found, hub = _find(person_id), current_hub()
    return _change(
        request,
        found,
        lambda: actions.give_role(found.name, _read_giving(request), by=_name(request), at=hub.clock()),
    )


@require_POST
@allows(Role.OFFICE, whose=Whose.EVERY)
def withdraw_role(request: HttpRequest, person_id: str) -> HttpResponse:
    """Take a role back; it ends with the next request."""
    found, grant, hub = _find(person_id), field(request, "grant"), current_hub()
    if not Grant.objects.filter(id=grant, person=found).exists():
        raise PersonUnknownError(grant)
    return _change(request, found, lambda: actions.withdraw_role(grant, by=_name(request), at=hub.clock()))


@require_POST
@allows(Role.OFFICE, whose=Whose.EVERY)
def change_state(request: HttpRequest, person_id: str) -> HttpResponse:
    """Suspend, reinstate or close the account; whoever is in is out with the next request."""
    found, hub, wanted = _find(person_id), current_hub(), field(request, "to")
    moves: Mapping[str, Callable[[], object]] = {
        "suspend": lambda: close_account(found.name, for_good=False, by=_name(request), at=hub.clock()),
        "reinstate": lambda: actions.reinstate(found.name, by=_name(request), at=hub.clock()),
        "depart": lambda: close_account(found.name, for_good=True, by=_name(request), at=hub.clock()),
    }
    return _change(request, found, moves.get(wanted, _refuse_unknown))


@require_POST
@allows(Role.OFFICE, whose=Whose.EVERY)
def new_link(request: HttpRequest, person_id: str) -> HttpResponse:
    """A new address for who has not come yet, or lost their way in."""
    found, hub = _find(person_id), current_hub()
    try:
        with writing(hub):
            secret = create_invitation(found.name, by=_name(request), at=hub.clock())
    except MaillageError as error:
        return _show_one(request, found, error=error)
    return _show_one(request, found, secret=secret)


def _change(request: HttpRequest, found: Person, action: Callable[[], object]) -> HttpResponse:
    try:
        with writing(current_hub()):
            action()
    except MaillageError as error:
        return _show_one(request, found, error=error)
    return redirect("person", found.id)


def _give_first(request: HttpRequest, found: Person) -> None:
    if field(request, "role"):
        giving = _read_giving(request)
        actions.give_role(found.name, giving, by=_name(request), at=current_hub().clock())


def _read_giving(request: HttpRequest) -> Giving:
    role, days = field(request, "role"), field(request, "days")
    if role not in list(Role) or days not in map(str, DAYS):
        raise PersonInvalidError(_("Choisissez un rôle et une durée de la liste."))
    return Giving(Role(role), timedelta(days=int(days)), field(request, "site"))


def _refuse_unknown() -> None:
    raise PersonInvalidError(_("Choisissez un état de la liste."))


def _find(person_id: str) -> Person:
    found = Person.objects.filter(id=person_id).first()
    if found is None:
        raise PersonUnknownError(person_id)
    return found


def _show_all(request: HttpRequest, *, error: MaillageError | None = None) -> HttpResponse:
    context = {"people": list_people(at=current_hub().clock()), "error": error, **_choices(request)}
    status = 200 if error is None else error_status(error)
    return render(request, "portal/people/people.html", context, status=status)


def _show_one(
    request: HttpRequest, found: Person, *, error: MaillageError | None = None, secret: str = ""
) -> HttpResponse:
    hub = current_hub()
    fresh = Person.objects.prefetch_related("grants").get(id=found.id)
    context = {
        "person": describe_person(fresh, at=hub.clock()),
        "error": error,
        "link": hub.settings.address + reverse("invitation", args=[secret]) if secret else "",
        **_choices(request),
    }
    status = 200 if error is None else error_status(error)
    return render(request, "portal/people/person.html", context, status=status)


def _choices(request: HttpRequest) -> dict[str, Any]:
    """What the forms offer, and whether the reader may use them at all."""
    return {
        "may_change": Role.OFFICE in cast("Visitor", request).who.roles,
        "own_name": _name(request),
        "days": DAYS,
        "role_choices": [
            {
                "role": role.value,
                "words": word_role(role),
                "powers": word_powers(role),
                "group": role in GROUP_ONLY,
            }
            for role in Role
        ],
        "members": Member.objects.values("site", "name"),
        "filled": {name: field(request, name) for name in ("name", "full_name", "email", "role")},
    }


def _name(request: HttpRequest) -> str:
    return cast("Visitor", request).who.name
