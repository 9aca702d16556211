"""`/journal`: who looked at what. The officer of one hospital reads of the people of that hospital."""

from collections.abc import Sequence
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from maillage.governance.people.roles import Role
from maillage.hub.access.visits import list_visits
from maillage.hub.access.who import Who
from maillage.hub.portal.account.words import word_visits
from maillage.hub.portal.sessions import Visitor, allows


@require_GET
@allows(Role.DPO, Role.AUDITOR)
def visits(request: HttpRequest) -> HttpResponse:
    """The last lines; of one person, where one is named."""
    who, name = cast("Visitor", request).who, str(request.GET.get("personne", ""))[:120]
    lines = [line for site in _sites(who) for line in list_visits(requester=name, site=site)]
    newest = sorted(lines, key=lambda line: line["at"], reverse=True)
    return render(request, "portal/visits/visits.html", {"visits": word_visits(newest), "name": name})


def _sites(who: Who) -> Sequence[str | None]:
    """Whose people the reader may read of: None stands for everybody."""
    if Role.AUDITOR in who.roles:
        return [None]
    sites = who.sites_of(Role.DPO)
    return [None] if sites is None else sorted(sites)
