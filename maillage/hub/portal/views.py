"""What is shown where there is no page: not found, failed, a form from elsewhere."""

from django.db import DataError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from maillage.base.errors import MaillageError
from maillage.base.i18n import _
from maillage.hub.api.errors import error_response, error_status, log_away, log_unheld, tell_not_found
from maillage.hub.errors import HubError
from maillage.hub.portal.sessions import find_visitor, lead_to_door


def explain_missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, in the manner of who asks: an API's caller or a person."""
    if request.path.startswith("/api/"):
        return tell_not_found(request)
    error = exception if isinstance(exception, MaillageError) else None
    return render(request, "portal/problem.html", {"error": error, "kind": "missing"}, status=404)


def explain_failure(request: HttpRequest) -> HttpResponse:
    """500."""
    return render(request, "portal/problem.html", {"kind": "failure"}, status=500)


def explain_away(request: HttpRequest, error: OperationalError) -> HttpResponse:
    """503, with when to come back."""
    away = log_away(error)
    if request.path.startswith("/api/"):
        return error_response(away)
    response = render(request, "portal/problem.html", {"error": away, "kind": "told"}, status=503)
    response["Retry-After"] = str(away.retry_after)
    return response


def explain_unheld(request: HttpRequest, error: DataError) -> HttpResponse:
    """422: what was typed cannot be kept."""
    told = log_unheld(error)
    if request.path.startswith("/api/"):
        return error_response(told)
    context = {"error": told, "kind": "told"}
    return render(request, "portal/problem.html", context, status=error_status(told))


def explain_csrf(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """A form sent from elsewhere, or from a page left open for too long."""
    if "HTTP_HX_REQUEST" in request.META:
        # Whose session has ended is led to the door; others keep the page that they have.
        told = HubError(_("Ce formulaire n’est plus valable."), remedy=_("Rechargez la page et recommencez."))
        if find_visitor(request) is None:
            return lead_to_door(request)
        return render(request, "portal/_error.html", {"error": told}, status=403)
    return render(request, "portal/problem.html", {"kind": "form"}, status=403)
