"""Choose an analysis for a cohort, fill in what it asks, run it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from maillage.analysis.errors import UnknownAnalysisError
from maillage.analysis.registry import find_spec, list_analyses, list_joinable, load_words
from maillage.base.errors import MaillageError
from maillage.exchange.parts import LEAST_PARTS, MOST_PARTS, SEVERAL
from maillage.governance.people.roles import Role
from maillage.hub.api.errors import error_status
from maillage.hub.boot import current_hub
from maillage.hub.portal.results.cohorts import Source, find_source
from maillage.hub.portal.results.forms import list_fields, read_fields
from maillage.hub.portal.results.helping import (
    asks_for_help,
    describe_help,
    help_in,
    list_posted,
    own_fields,
)
from maillage.hub.portal.sessions import allows, field, requester_of
from maillage.hub.questions.ask import Draft, ask
from maillage.hub.questions.errors import QuestionUnknownError
from maillage.hub.questions.permits import list_permits


@require_GET
@allows(Role.RESEARCHER)
def choose(request: HttpRequest) -> HttpResponse:
    """The analyses that this hub has, a card each; and those that may be asked together."""
    source = find_source(request, requester=requester_of(request))
    names = [name for name in list_analyses() if name != SEVERAL]
    context = {
        "source": source,
        "cards": [{"id": name, "words": load_words(name)} for name in names],
        "joinable": [{"id": name, "words": load_words(name)} for name in list_joinable()],
    }
    return render(request, "portal/results/choose.html", context)


@require_http_methods(["GET", "POST"])
@allows(Role.RESEARCHER)
def fill(request: HttpRequest, analysis_id: str) -> HttpResponse:
    """What one analysis asks, or several; sent, the question is asked and its page opens."""
    _require_installed(analysis_id)
    source = find_source(request, requester=requester_of(request))
    if analysis_id == SEVERAL and len(_list_chosen(request)) < LEAST_PARTS:
        return redirect(f"{reverse('analyses')}?{urlencode({source.way: source.key})}")
    if request.method != "POST":
        return _show(request, analysis_id, source=source)
    posted = list_posted(request)
    try:
        if asks_for_help(request):
            return _show(request, analysis_id, source=source, posted=help_in(request, posted))
        asked = ask(
            _write_draft(request, analysis_id, source=source, posted=posted),
            by=requester_of(request),
            hub=current_hub(),
        )
    except MaillageError as error:
        return _show(request, analysis_id, source=source, posted=posted, error=error)
    return redirect("question", asked.id)


def _require_installed(analysis_id: str) -> None:
    """Raises QuestionUnknownError, a page that does not exist, for an analysis that this hub has not."""
    try:
        find_spec(analysis_id)
    except UnknownAnalysisError as error:
        raise QuestionUnknownError from error


def _list_chosen(request: HttpRequest) -> list[str]:
    """The analyses to ask together, in the order of the page."""
    given = request.POST if request.method == "POST" else request.GET
    return [name for name in list_joinable() if name in (given.getlist("parts") or ())][:MOST_PARTS]


def _write_draft(
    request: HttpRequest, analysis_id: str, *, source: Source, posted: Mapping[str, str]
) -> Draft:
    return Draft(
        title=field(request, "title").strip() or source.title,
        analysis=analysis_id,
        parameters=_read_parameters(request, analysis_id, posted=posted),
        cohort=source.cohort,
        sites=None,
        permit=field(request, "permit") or source.permit,
    )


def _read_parameters(request: HttpRequest, analysis_id: str, *, posted: Mapping[str, str]) -> dict[str, Any]:
    if analysis_id != SEVERAL:
        return read_fields(analysis_id, filled=posted)
    return {
        "parts": [
            {"analysis": name, "parameters": read_fields(name, filled=own_fields(posted, of=name))}
            for name in _list_chosen(request)
        ]
    }


def _list_sections(
    request: HttpRequest, analysis_id: str, *, posted: Mapping[str, str] | None
) -> list[dict[str, Any]]:
    """The fields of each analysis; of one among several they bear its name too."""
    if analysis_id != SEVERAL:
        return [{"id": analysis_id, "fields": list_fields(analysis_id, filled=posted)}]
    sections: list[dict[str, Any]] = []
    for name in _list_chosen(request):
        fields = list_fields(name, filled=None if posted is None else own_fields(posted, of=name))
        named = [replace(one, name=f"{name}.{one.name}") for one in fields]
        sections.append({"id": name, "words": load_words(name), "fields": named})
    return sections


def _show(
    request: HttpRequest,
    analysis_id: str,
    *,
    source: Source,
    posted: Mapping[str, str] | None = None,
    error: MaillageError | None = None,
) -> HttpResponse:
    sections = _list_sections(request, analysis_id, posted=posted)
    context: dict[str, Any] = {
        "source": source,
        "analysis": load_words(analysis_id),
        "analysis_id": analysis_id,
        "sections": sections,
        "is_joint": analysis_id == SEVERAL,
        "title": field(request, "title") or source.title,
        "permits": list_permits(requester_of(request), hub=current_hub()),
        "chosen": field(request, "permit") or source.permit,
        "error": error,
    }
    context |= describe_help(request, sections, hub=current_hub())
    status = 200 if error is None else error_status(error)
    return render(request, "portal/results/fill.html", context, status=status)
