"""The pages of the network."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from maillage.governance.group.errors import UnknownMemberError
from maillage.hub.access.rules import Whose
from maillage.hub.boot import current_hub
from maillage.hub.hospital import describe_hospital
from maillage.hub.portal.network.map import draw_map
from maillage.hub.portal.network.page import describe_page, tone_of
from maillage.hub.portal.sessions import allows, requester_of, signed_in


@require_GET
@signed_in
def network(request: HttpRequest) -> HttpResponse:
    """The map and the list of hospitals."""
    return render(request, "portal/network/network.html", describe_page(hub=current_hub()))


@require_GET
@signed_in
def nodes_fragment(request: HttpRequest) -> HttpResponse:
    """The list alone, which the page refreshes."""
    return render(request, "portal/network/_nodes.html", describe_page(hub=current_hub()))


@require_GET
@allows(whose=Whose.EVERY)
def hospital(request: HttpRequest, site: str) -> HttpResponse:
    """One hospital, and only what is its own."""
    try:
        found = describe_hospital(site, requester=requester_of(request), hub=current_hub())
    except UnknownMemberError as error:
        raise Http404(error.what) from error
    found |= {"rank": 1, "tone": tone_of(found)}
    context = {"site": found, "map": draw_map([found])}
    return render(request, "portal/network/hospital.html", context)
