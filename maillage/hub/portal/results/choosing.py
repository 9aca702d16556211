"""Choose an analysis for a cohort, fill in what it asks, run it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from maillage.hub.portal.fields.controls import Section
from maillage.hub.portal.fields.errors import FieldsError
from maillage.hub.portal.fields.filled import Filled, read_form, require, start_form
from maillage.hub.portal.fields.showing import list_times, list_windows, show_form
from maillage.hub.portal.fields.units import list_units
from maillage.hub.portal.results.cohorts import Source, find_source
from maillage.hub.portal.results.fits import list_fits, take_fit
from maillage.hub.portal.results.helping import (
    asks_for_help,
    help_in,
    list_posted,
    list_searched,
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
    parts = _list_parts(request, analysis_id, source=source)
    if request.method != "POST":
        return _show(request, analysis_id, source=source, parts=parts)
    try:
        if asks_for_help(request):
            helped = [part.helped(request) for part in parts]
            return _show(request, analysis_id, source=source, parts=helped)
        draft = _write_draft(request, analysis_id, source=source, parts=parts)
        asked = ask(draft, by=requester_of(request), hub=current_hub())
    except FieldsError as error:
        told = [part.with_errors(error) for part in parts]
        return _show(request, analysis_id, source=source, parts=told, error=error)
    except MaillageError as error:
        return _show(request, analysis_id, source=source, parts=parts, error=error)
    return redirect("question", asked.id)


@dataclass(frozen=True)
class _Part:
    """The form of one analysis; `prefix` stands before its fields where there are several."""

    filled: Filled
    prefix: str
    focus: str = ""

    def helped(self, request: HttpRequest) -> "_Part":
        """With the step that a button asks, if it is for this one."""
        if field(request, "do") == f"take-fit:{self.prefix}":
            fit, requester = field(request, f"fit.{self.prefix}"), requester_of(request)
            filled = take_fit(self.filled, fit, requester=requester, hub=current_hub())
            return replace(self, filled=filled, focus="outcome")
        stepped = help_in(request, self.filled, prefix=self.prefix)
        return replace(self, filled=stepped.filled, focus=stepped.focus)

    def with_errors(self, error: FieldsError) -> "_Part":
        """With what is wrong told at its fields, if they are this one's."""
        if error.of != self.filled.analysis_id:
            return self
        return replace(self, filled=replace(self.filled, errors=error.fields))


def _list_parts(request: HttpRequest, analysis_id: str, *, source: Source) -> list[_Part]:
    """The form of each analysis: as it was sent, or as it opens."""
    posted = list_posted(request) if request.method == "POST" else None
    if analysis_id != SEVERAL:
        held = source.parameters if source.analysis == analysis_id else None
        filled = start_form(analysis_id, held=held) if posted is None else read_form(analysis_id, posted)
        return [_Part(filled, "")]
    return [
        _Part(
            start_form(name) if posted is None else read_form(name, own_fields(posted, of=name)),
            f"{name}.",
        )
        for name in _list_chosen(request)
    ]


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


def _write_draft(request: HttpRequest, analysis_id: str, *, source: Source, parts: Sequence[_Part]) -> Draft:
    return Draft(
        title=field(request, "title").strip() or source.title,
        analysis=analysis_id,
        parameters=_read_parameters(analysis_id, parts),
        cohort=source.cohort,
        sites=None,
        permit=field(request, "permit") or source.permit,
    )


def _read_parameters(analysis_id: str, parts: Sequence[_Part]) -> Mapping[str, Any]:
    """Raises FieldsError, for the first analysis that is wrong."""
    found = [{"analysis": part.filled.analysis_id, "parameters": require(part.filled)} for part in parts]
    return {"parts": found} if analysis_id == SEVERAL else found[0]["parameters"]


def _show(
    request: HttpRequest,
    analysis_id: str,
    *,
    source: Source,
    parts: Sequence[_Part],
    error: MaillageError | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "source": source,
        "analysis": load_words(analysis_id),
        "analysis_id": analysis_id,
        "sections": _list_sections(request, parts),
        "is_joint": analysis_id == SEVERAL,
        "title": field(request, "title") or source.title,
        "permits": list_permits(requester_of(request), hub=current_hub()),
        "chosen": field(request, "permit") or source.permit,
        "error": error,
        "windows": list_windows(),
        "times": list_times(),
        "units": list_units(),
    }
    status = 200 if error is None else error_status(error)
    return render(request, "portal/results/fill.html", context, status=status)


def _list_sections(request: HttpRequest, parts: Sequence[_Part]) -> list[Section]:
    searched = list_searched(request)
    hub = current_hub()
    requester = requester_of(request)
    return [
        replace(
            show_form(part.filled, hub=hub, prefix=part.prefix, focus=part.focus, searched=searched),
            fits=list_fits(part.filled.analysis_id, requester=requester),
        )
        for part in parts
    ]
