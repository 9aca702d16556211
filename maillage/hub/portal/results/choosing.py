"""Choose an analysis for a cohort, fill in what it asks, run it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from maillage.analysis.errors import UnknownAnalysisError
from maillage.analysis.registry import find_spec, list_analyses, load_words
from maillage.base.errors import MaillageError
from maillage.governance.people.roles import Role
from maillage.hub.api.errors import error_status
from maillage.hub.boot import current_hub
from maillage.hub.portal.results.cohorts import Source, find_source
from maillage.hub.portal.results.forms import list_fields, read_fields
from maillage.hub.portal.sessions import allows, field, requester_of
from maillage.hub.questions.ask import Draft, ask
from maillage.hub.questions.errors import QuestionUnknownError
from maillage.hub.questions.permits import list_permits


@require_GET
@allows(Role.RESEARCHER)
def choose(request: HttpRequest) -> HttpResponse:
    """The analyses that this hub has, a card each."""
    source = find_source(request, requester=requester_of(request))
    cards = [{"id": name, "words": load_words(name)} for name in list_analyses()]
    return render(request, "portal/results/choose.html", {"source": source, "cards": cards})


@require_http_methods(["GET", "POST"])
@allows(Role.RESEARCHER)
def fill(request: HttpRequest, analysis_id: str) -> HttpResponse:
    """What one analysis asks; sent, the question is asked and its page opens."""
    _require_installed(analysis_id)
    source = find_source(request, requester=requester_of(request))
    if request.method != "POST":
        return _show(request, analysis_id, source=source)
    try:
        draft = _write_draft(request, analysis_id, source=source)
        asked = ask(draft, by=requester_of(request), hub=current_hub())
    except MaillageError as error:
        return _show(request, analysis_id, source=source, error=error)
    return redirect("question", asked.id)


def _require_installed(analysis_id: str) -> None:
    """Raises QuestionUnknownError, a page that does not exist, for an analysis that this hub has not."""
    try:
        find_spec(analysis_id)
    except UnknownAnalysisError as error:
        raise QuestionUnknownError from error


def _write_draft(request: HttpRequest, analysis_id: str, *, source: Source) -> Draft:
    return Draft(
        title=field(request, "title").strip() or source.title,
        analysis=analysis_id,
        parameters=read_fields(analysis_id, filled=_typed(request)),
        cohort=source.cohort,
        sites=None,
        permit=field(request, "permit") or source.permit,
    )


def _show(
    request: HttpRequest, analysis_id: str, *, source: Source, error: MaillageError | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "source": source,
        "analysis": load_words(analysis_id),
        "analysis_id": analysis_id,
        "fields": list_fields(analysis_id, filled=None if error is None else _typed(request)),
        "title": field(request, "title") or source.title,
        "permits": list_permits(requester_of(request), hub=current_hub()),
        "chosen": field(request, "permit") or source.permit,
        "error": error,
    }
    status = 200 if error is None else error_status(error)
    return render(request, "portal/results/fill.html", context, status=status)


def _typed(request: HttpRequest) -> dict[str, str]:
    """What was typed, by parameter: the fields of the form bear the name of theirs after a dot."""
    return {
        name.removeprefix("p."): str(value) for name, value in request.POST.items() if name.startswith("p.")
    }
