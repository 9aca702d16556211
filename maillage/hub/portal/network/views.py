"""The pages of the network."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from maillage.base.errors import MaillageError
from maillage.governance.group import actions
from maillage.governance.group.errors import DepartmentError
from maillage.governance.people.roles import Role
from maillage.hub.access.rules import Whose
from maillage.hub.api.errors import error_status
from maillage.hub.boot import current_hub
from maillage.hub.hospital import describe_hospital
from maillage.hub.portal.network.map import draw_map
from maillage.hub.portal.network.page import describe_nodes, describe_page, tone_of
from maillage.hub.portal.sessions import Visitor, allows, field, requester_of, signed_in
from maillage.hub.writing import writing


@require_GET
@signed_in
def network(request: HttpRequest) -> HttpResponse:
    """The map and the list of hospitals."""
    context = describe_page(hub=current_hub()) | {"may_place": _may_place(request)}
    return render(request, "portal/network/network.html", context)


@require_GET
@signed_in
def nodes_fragment(request: HttpRequest) -> HttpResponse:
    """The list alone, which its pages refresh."""
    return render(request, "portal/network/_nodes.html", describe_nodes(hub=current_hub()))


@require_GET
@allows(whose=Whose.EVERY)
def hospital(request: HttpRequest, site: str) -> HttpResponse:
    """One hospital, and only what is its own."""
    return _show(request, site)


@require_POST
@allows(Role.OFFICE, whose=Whose.EVERY)
def place(request: HttpRequest, site: str) -> HttpResponse:
    """Say in which department the hospital is; the map shows it there from now on."""
    hub, by = current_hub(), requester_of(request)
    try:
        with writing(hub):
            actions.place(site, field(request, "department").strip().upper(), by=by, at=hub.clock())
    except DepartmentError as error:
        return _show(request, site, error=error)
    return redirect("hospital", site)


def _show(request: HttpRequest, site: str, *, error: MaillageError | None = None) -> HttpResponse:
    found = describe_hospital(site, requester=requester_of(request), hub=current_hub())
    found |= {"rank": 1, "tone": tone_of(found)}
    context = {
        "site": found,
        "map": draw_map([found]),
        "may_place": _may_place(request),
        "typed": field(request, "department") if error else found["department"],
        "error": error,
    }
    status = 200 if error is None else error_status(error)
    return render(request, "portal/network/hospital.html", context, status=status)


def _may_place(request: HttpRequest) -> bool:
    return Role.OFFICE in cast("Visitor", request).who.roles
