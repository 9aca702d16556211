"""The guard of these pages: who has entered; what is not theirs does not exist; errors in words."""

from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from maillage.base.errors import MaillageError
from maillage.governance.people.roles import Role
from maillage.hub.api.errors import error_status
from maillage.hub.cohorts.errors import CohortUnknownError
from maillage.hub.portal.ask.pages import is_fragment, show_error
from maillage.hub.portal.sessions import View, allows


def page(view: View) -> View:
    """For researchers; an error that the view does not tell itself is told here."""

    @allows(Role.RESEARCHER)
    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        try:
            return view(request, *arguments, **named)
        except CohortUnknownError as error:
            raise Http404(error.what) from error
        except MaillageError as error:
            if is_fragment(request):
                return show_error(request, error)
            status = error_status(error)
            return render(request, "portal/ask/problem.html", {"error": error}, status=status)

    return guarded
