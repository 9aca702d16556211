"""The page that shows every piece that pages are made of, in all its states."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from maillage.hub.portal.sessions import signed_in

_CELLS = (
    {"count": 12_480},
    {"noisy": 320, "deviation": 5},
    {"band": [20, 29]},
    {"private": 148, "standard_deviation": 7.1},
    {"suppressed": "below_floor"},
    {"suppressed": "protected"},
    {"suppressed": "withheld"},
    {"suppressed": "too_few_sites"},
)
_STATUSES = ("waiting", "delivered", "held", "answered", "refused", "failed", "missing")
_KNOTS = (
    {"name": "Lyon", "status": "answered", "hidden": False},
    {"name": "Grenoble", "status": "answered", "hidden": True},
    {"name": "Clermont", "status": "delivered", "hidden": False},
    {"name": "Saint-Étienne", "status": "waiting", "hidden": False},
    {"name": "Annecy", "status": "held", "hidden": False},
    {"name": "Valence", "status": "refused", "hidden": False},
    {"name": "Roanne", "status": "failed", "hidden": False},
)


@require_GET
@signed_in
def show_components(request: HttpRequest) -> HttpResponse:
    """Each component with what it may hold."""
    context = {"cells": _CELLS, "statuses": _STATUSES, "knots": _KNOTS}
    return render(request, "portal/components.html", context)
