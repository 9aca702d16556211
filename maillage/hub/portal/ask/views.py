"""The builder's views. Each finds the draft, calls one action, and shows what it gave."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.base.errors import MaillageError
from maillage.cohort import parse_expression
from maillage.cohort.edit import EditError, new_document
from maillage.cohort.explain import draw_timeline
from maillage.hub.boot import current_hub
from maillage.hub.cohorts import drafts, live
from maillage.hub.cohorts.find import Draft, find_own, find_readable, list_versions, read_draft
from maillage.hub.portal.ask import pages
from maillage.hub.portal.ask.choosing import add_chosen, read_chosen
from maillage.hub.portal.ask.counts import describe_counts
from maillage.hub.portal.ask.editing import Edited, apply_form, start_with
from maillage.hub.portal.ask.guard import page
from maillage.hub.portal.sessions import field, requester_of
from maillage.hub.questions.follow import follow
from maillage.hub.questions.states import QuestionState

LIVE_SECONDS = 15.0
"""How long the panel's long poll waits; it asks again every 20 s in case one was lost."""


@require_http_methods(["GET", "POST"])
@page
def new(request: HttpRequest) -> HttpResponse:
    """An empty builder; the first edit starts a cohort."""
    if request.method != "POST":
        return pages.show_new(request)
    hub, by = current_hub(), requester_of(request)
    permit = pages.default_permit(by, hub=hub)
    try:
        edited = start_with(pages.fields_of(request), permit=permit, by=by, hub=hub)
    except EditError as error:
        return (
            pages.show_error(request, error)
            if pages.is_fragment(request)
            else pages.show_new(request, error=error)
        )
    if pages.is_fragment(request):
        return pages.show_started(request, edited)
    return redirect("cohort_page", edited.draft.cohort.id)


@require_GET
@page
def suggest_terms(request: HttpRequest) -> HttpResponse:
    """What the search field finds, as one types."""
    return pages.show_suggestions(request)


@require_GET
@page
def cohort(request: HttpRequest, cohort_id: str) -> HttpResponse:
    """The builder for its owner; for others the last version that was shared."""
    found = find_readable(cohort_id, by=requester_of(request))
    if found.owner == requester_of(request):
        return pages.show_draft(request, read_draft(found))
    versions = list_versions(found)
    if not versions:
        raise Http404
    return redirect("cohort_version", cohort_id, versions[0].number)


@require_POST
@page
def edit(request: HttpRequest, cohort_id: str) -> HttpResponse:
    """One edit of the draft."""
    hub, by = current_hub(), requester_of(request)
    try:
        edited = apply_form(pages.fields_of(request), cohort_id=cohort_id, by=by, hub=hub)
    except EditError as error:
        if pages.is_fragment(request):
            return pages.show_error(request, error)
        return pages.show_draft(request, _draft(request, cohort_id), error=error)
    return _answer(request, edited)


@require_POST
@page
def choose_new(request: HttpRequest) -> HttpResponse:
    """Terms chosen in the drawer, or among pasted codes, start a cohort."""
    hub, by = current_hub(), requester_of(request)
    chosen = read_chosen(request.POST, hub=hub)
    try:
        document = add_chosen(new_document(), chosen)
    except EditError as error:
        return pages.show_new(request, error=error, pasted=chosen.codes)
    permit = pages.default_permit(by, hub=hub)
    return _show_done(drafts.start(document, permit=permit, by=by, hub=hub).id, chosen.done)


@require_POST
@page
def choose(request: HttpRequest, cohort_id: str) -> HttpResponse:
    """Terms chosen in the drawer, or among pasted codes, enter the draft."""
    hub, by = current_hub(), requester_of(request)
    draft, chosen = _draft(request, cohort_id), read_chosen(request.POST, hub=hub)
    try:
        drafts.edit(cohort_id, lambda now: add_chosen(now, chosen), seen=None, by=by, hub=hub)
    except EditError as error:
        return pages.show_draft(request, draft, error=error, pasted=chosen.codes)
    return _show_done(cohort_id, chosen.done)


@require_POST
@page
def undo(request: HttpRequest, cohort_id: str) -> HttpResponse:
    """One step back."""
    draft = drafts.undo(cohort_id, by=requester_of(request), hub=current_hub())
    return _answer(request, Edited(draft, told=pages.tell_undone(), focus="undo"))


@require_POST
@page
def redo(request: HttpRequest, cohort_id: str) -> HttpResponse:
    """One step forward again."""
    draft = drafts.redo(cohort_id, by=requester_of(request), hub=current_hub())
    return _answer(request, Edited(draft, told=pages.tell_redone(), focus="redo"))


@require_POST
@page
def choose_permit(request: HttpRequest, cohort_id: str) -> HttpResponseBase:
    """Count under another permit from now on. The page then asks for the count as after an edit."""
    permit = field(request, "permit")
    drafts.choose_permit(cohort_id, permit, by=requester_of(request), hub=current_hub())
    if not pages.is_fragment(request):
        return redirect("cohort_page", cohort_id)
    return HttpResponse(status=204, headers={"HX-Trigger": "ask:changed"})


@require_POST
@page
def count(request: HttpRequest, cohort_id: str) -> HttpResponse:
    """Ask for the draft's count, unless it is known; the panel then follows by itself."""
    draft = _draft(request, cohort_id)
    panel = pages.count_now(draft, by=requester_of(request), hub=current_hub())
    return (
        pages.show_panel(request, panel) if pages.is_fragment(request) else redirect("cohort_page", cohort_id)
    )


@require_GET
@page
def follow_count(request: HttpRequest, cohort_id: str, question_id: str) -> HttpResponse:
    """The panel as soon as there is something newer than version `vu`."""
    hub, by = current_hub(), requester_of(request)
    seen = pages.read_seen(request)
    question = follow(question_id, requester=by, seen=seen, seconds=LIVE_SECONDS, hub=hub)
    if question.state == QuestionState.CANCELLED:
        # Superseded: the panel of the question after it is on its way.
        return HttpResponse(status=204)
    panel = describe_counts(find_own(cohort_id, by=by), question, hub=hub)
    return pages.show_panel(request, panel)


@require_POST
@page
def run(request: HttpRequest, cohort_id: str) -> HttpResponse:
    """Ask the question on purpose: it is kept among one's questions."""
    draft = pages.under_shown_permit(request, _draft(request, cohort_id))
    try:
        pages.check_complete(draft)
        question = live.run_draft(draft, by=requester_of(request), hub=current_hub())
    except MaillageError as error:
        return pages.show_draft(request, draft, error=error)
    return redirect("question", question.id)


@require_GET
@page
def explain_count(request: HttpRequest, cohort_id: str) -> HttpResponse:
    """How this is counted: every sentence, every code, each hospital, the rule of rounding."""
    return pages.show_counted(request, _draft(request, cohort_id))


@require_GET
@page
def timeline(request: HttpRequest, cohort_id: str) -> HttpResponse:
    """The draft drawn in time."""
    drawing = draw_timeline(parse_expression(_draft(request, cohort_id).document))
    return HttpResponse(drawing.encode(), content_type="image/svg+xml")


def _draft(request: HttpRequest, cohort_id: str) -> Draft:
    return read_draft(find_own(cohort_id, by=requester_of(request)))


def _show_done(cohort_id: str, done: str) -> HttpResponse:
    address = reverse("cohort_page", args=[cohort_id])
    return redirect(f"{address}?fait={done}" if done else address)


def _answer(request: HttpRequest, edited: Edited) -> HttpResponse:
    if pages.is_fragment(request):
        return pages.show_edited(request, edited)
    if edited.overtaken is not None:
        return pages.show_draft(request, edited.draft, error=edited.overtaken)
    return redirect("cohort_page", edited.draft.cohort.id)
