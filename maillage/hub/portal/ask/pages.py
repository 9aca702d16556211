"""What the builder's page and its parts need to be drawn."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from maillage.base.errors import MaillageError
from maillage.base.i18n import _
from maillage.cohort import cohort_hash, parse_expression
from maillage.cohort.edit import OPTIONS, EditError, missing, new_document
from maillage.hub.api.errors import error_status
from maillage.hub.boot import Hub, current_hub
from maillage.hub.cohorts import drafts
from maillage.hub.cohorts.errors import IncompleteCohortError
from maillage.hub.cohorts.find import Draft
from maillage.hub.cohorts.live import cancel_superseded, count_draft, find_asked
from maillage.hub.portal.ask.builder import Builder, describe_builder
from maillage.hub.portal.ask.counted import describe_counting
from maillage.hub.portal.ask.counts import Panel, describe_counts, describe_nothing
from maillage.hub.portal.ask.editing import Edited
from maillage.hub.portal.ask.pyramid import known_breakdown
from maillage.hub.portal.ask.terms import MAX_TEXT, Hit, search_terms
from maillage.hub.portal.ask.words import word_done, words
from maillage.hub.portal.examples import list_examples
from maillage.hub.portal.sessions import field, requester_of
from maillage.hub.questions.permits import find_permits, list_permits

STANDING = "feasibility"
"""The permit of feasibility counts, chosen unless somebody says otherwise."""

Context = dict[str, Any]

_TAKE_TIMES = ("rule", "to")
"""The targets where a number of events can be asked for: an entry event is one."""

# Python refuses to read numbers of thousands of digits.
MOST_DIGITS = 10


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks, and wants a part of a page."""
    return "HTTP_HX_REQUEST" in request.META


def fields_of(request: HttpRequest) -> dict[str, str]:
    """What was sent, a field with several values parted by spaces."""
    sent: Any = request.POST
    return {name: " ".join(sent.getlist(name)) for name in sent}


def show_new(request: HttpRequest, *, error: MaillageError | None = None, pasted: str = "") -> HttpResponse:
    """The page of a draft that does not exist yet: nothing is written until there is something to keep.

    `pasted` are codes that an error kept out: they are still there to be read.
    """
    hub = current_hub()
    permits = list_permits(requester_of(request), hub=hub)
    permit = pick_permit([one["permit_id"] for one in permits])
    builder = describe_builder(new_document())
    budget = next((one["budget"] for one in permits if one["permit_id"] == permit), None)
    panel = Panel(missing=builder.missing, budget=budget)
    context = _workshop(request, draft=None, builder=builder, panel=panel, permits=permits)
    context |= {"examples": list_examples(hub.examples), "error": error, "permit": permit, "pasted": pasted}
    return render(request, "portal/ask/page.html", context, status=status_of(error))


def show_draft(
    request: HttpRequest, draft: Draft, *, error: MaillageError | None = None, pasted: str = ""
) -> HttpResponse:
    """The whole page of a draft, with its count if it is known; `pasted` as for `show_new`."""
    hub, by = current_hub(), requester_of(request)
    builder = describe_builder(draft.document)
    panel = known_panel(draft, builder=builder, by=by, hub=hub)
    context = _workshop(request, draft=draft, builder=builder, panel=panel, permits=list_permits(by, hub=hub))
    done = word_done(str(request.GET.get("fait", "")))
    context |= {"error": error, "done": done, "tour": "visite" in request.GET, "pasted": pasted}
    context["breakdown"] = known_breakdown(draft, by=by, hub=hub)
    return render(request, "portal/ask/page.html", context, status=status_of(error))


def show_edited(request: HttpRequest, edited: Edited) -> HttpResponse:
    """The builder alone after an edit; the panel of counts hears of it by an event and asks by itself."""
    draft = edited.draft
    context = _builder_context(draft, builder=describe_builder(draft.document)) | {"edited": edited}
    response = render(request, "portal/ask/_edited.html", context)
    response["Maillage-Step"] = str(draft.step)
    response["Maillage-Event"] = "ask:added" if edited.added else "ask:changed"
    return response


def show_started(request: HttpRequest, edited: Edited) -> HttpResponse:
    """The first edit makes the cohort: its whole workshop, and its address in the browser's bar."""
    hub, by, draft = current_hub(), requester_of(request), edited.draft
    builder, permit = describe_builder(draft.document), draft.cohort.permit
    panel = describe_nothing(draft.cohort, permit=permit, by=by, missing=builder.missing, hub=hub)
    context = _workshop(request, draft=draft, builder=builder, panel=panel, permits=list_permits(by, hub=hub))
    response = render(request, "portal/ask/_workshop.html", context | {"edited": edited})
    response["Maillage-Address"] = reverse("cohort_page", args=[draft.cohort.id])
    response["Maillage-Event"] = "ask:added"
    return response


def show_suggestions(request: HttpRequest) -> HttpResponse:
    """What the search field finds, alone."""
    context = find_suggestions(request, hub=current_hub()) | words()
    cohort_id = str(request.GET.get("cohorte", ""))
    return render(request, "portal/ask/_suggestions.html", context | {"edit_url": _edit_url(cohort_id)})


def show_counted(request: HttpRequest, draft: Draft) -> HttpResponse:
    """How the draft is counted, as a part of its page or as a page."""
    hub, by = current_hub(), requester_of(request)
    context = describe_counting(draft, by=by, hub=hub)
    name = "_counted" if is_fragment(request) else "counted"
    return render(request, f"portal/ask/{name}.html", context)


def show_error(request: HttpRequest, error: MaillageError) -> HttpResponse:
    """What happened and what to do, and in which field: the builder stays as it is."""
    response = render(request, "portal/_error.html", {"error": error}, status=error_status(error))
    if isinstance(error, EditError) and error.field:
        response["Maillage-Field"] = error.field
    return response


def show_panel(request: HttpRequest, panel: Panel) -> HttpResponse:
    """The panel of counts alone."""
    return render(request, "portal/ask/_counts.html", {"panel": panel, "whole": False})


def known_panel(draft: Draft, *, builder: Builder, by: str, hub: Hub) -> Panel:
    """The panel of a question that is known already; nothing is asked."""
    permit = draft.cohort.permit
    if builder.missing:
        return describe_nothing(draft.cohort, permit=permit, by=by, missing=builder.missing, hub=hub)
    hashed = cohort_hash(parse_expression(draft.document))
    question = find_asked(hashed, permit=permit, by=by, hub=hub)
    if question is None:
        return describe_nothing(draft.cohort, permit=permit, by=by, hub=hub)
    return describe_counts(draft.cohort, question, reused=True, hub=hub)


def count_now(draft: Draft, *, by: str, hub: Hub) -> Panel:
    """The panel of the draft's count, asked now unless it is known; or why it cannot be asked."""
    permit, lacks = draft.cohort.permit, missing(draft.document)
    if lacks:
        cancel_superseded(draft, but="", by=by, hub=hub)
        return describe_nothing(draft.cohort, permit=permit, by=by, missing=lacks, hub=hub)
    try:
        counted = count_draft(draft, by=by, hub=hub)
    except MaillageError as error:
        return describe_nothing(draft.cohort, permit=permit, by=by, error=error, hub=hub)
    return describe_counts(draft.cohort, counted.question, reused=counted.reused, hub=hub)


def under_shown_permit(request: HttpRequest, draft: Draft) -> Draft:
    """The draft under the permit that stood on the page when its button was pressed.

    The page tells a choice of permit at once, but a button pressed right after it may overtake it.
    """
    shown = field(request, "permit")
    if shown in {"", draft.cohort.permit}:
        return draft
    return drafts.choose_permit(draft.cohort.id, shown, by=requester_of(request), hub=current_hub())


def default_permit(by: str, *, hub: Hub) -> str:
    """The standing permit where it is in force, else the first that names this person."""
    return pick_permit([permit.permit_id for permit in find_permits(by, hub=hub)])


def pick_permit(names: Sequence[str]) -> str:
    """The standing permit where it is among them or there is none, else the first."""
    return STANDING if STANDING in names or not names else names[0]


def check_complete(draft: Draft) -> None:
    """Raises IncompleteCohortError while something is yet to be said."""
    if missing(draft.document):
        raise IncompleteCohortError(
            _("La cohorte n’est pas complète."), remedy=" ".join(missing(draft.document))
        )


def read_seen(request: HttpRequest) -> int:
    """The version that the page has; -1 when it has none."""
    seen = str(request.GET.get("vu", ""))
    return int(seen) if seen.isdecimal() and len(seen) < MOST_DIGITS else -1


def tell_undone() -> str:
    """For who does not see the page."""
    return _("Dernier changement annulé.")


def tell_redone() -> str:
    """For who does not see the page."""
    return _("Changement rétabli.")


def find_suggestions(request: HttpRequest, *, hub: Hub) -> Context:
    """What the search field finds of what is typed, and where it would go."""
    text, target = str(request.GET.get("q", ""))[:MAX_TEXT], str(request.GET.get("cible", ""))[:80]
    kind, _colon, path = target.partition(":")
    found: Sequence[Hit] = search_terms(text, hub=hub) if text.strip() else ()
    takes_times = kind in _TAKE_TIMES
    return {
        "query": text,
        "target": target,
        "target_kind": kind,
        "target_path": path,
        "found": found,
        "unsaid": any(hit.found.bucket is None for hit in found),
        "takes_times": takes_times,
        "times_lost": None if takes_times else next((hit.occurs for hit in found if hit.occurs), None),
    }


def _workshop(
    request: HttpRequest,
    *,
    draft: Draft | None,
    builder: Builder,
    panel: Panel,
    permits: Sequence[Mapping[str, Any]],
) -> Context:
    search = find_suggestions(request, hub=current_hub())
    return (
        _builder_context(draft, builder=builder)
        | search
        | {
            "panel": panel,
            "permit": draft.cohort.permit if draft else "",
            "permits": permits,
            "whole": True,
        }
    )


def _builder_context(draft: Draft | None, *, builder: Builder) -> Context:
    return {
        "draft": draft,
        "seen": draft.step if draft else "",
        "builder": builder,
        "outline": builder.outline,
        "edit_url": _edit_url(draft.cohort.id if draft else ""),
        "choose_url": reverse("cohort_choose", args=[draft.cohort.id]) if draft else reverse("ask_choose"),
        "options": OPTIONS,
        **words(),
    }


def _edit_url(cohort_id: str) -> str:
    return reverse("cohort_edit", args=[cohort_id]) if cohort_id else reverse("ask_new")


def status_of(error: MaillageError | None) -> int:
    """The status of a page with an error on it."""
    return 200 if error is None else error_status(error)
