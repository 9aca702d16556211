"""The pages of results. Each view gathers, then renders; what may be shown was decided below."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from maillage.analysis.registry import load_words
from maillage.base.clock import format_instant
from maillage.base.errors import MaillageError
from maillage.hub.api.errors import error_status
from maillage.hub.boot import current_hub
from maillage.hub.portal.results.page import describe_result, list_lines
from maillage.hub.portal.results.report import cite, say_cohort
from maillage.hub.portal.sessions import requester_of, signed_in
from maillage.hub.questions.ask import Draft, ask
from maillage.hub.questions.closing import cancel, expire_due
from maillage.hub.questions.document import find_question
from maillage.hub.questions.errors import QuestionClosedError
from maillage.hub.questions.follow import follow
from maillage.hub.questions.former import compare_with, find_former
from maillage.hub.questions.models import Question
from maillage.hub.questions.provenance import describe_provenance

LIVE_SECONDS = 15.0
"""How long a page's long poll waits; the page asks again every 20 s in case one was lost."""

# Python refuses to read numbers of thousands of digits.
_MOST_DIGITS = 10


@require_GET
@signed_in
def questions(request: HttpRequest) -> HttpResponse:
    """One's own questions, newest first."""
    expire_due(hub=current_hub())
    found = list_lines(requester_of(request))
    return render(request, "portal/results/questions.html", {"questions": found})


@require_GET
@signed_in
def question(request: HttpRequest, question_id: str) -> HttpResponse:
    """One question and its answers."""
    expire_due(hub=current_hub())
    return _show(request, find_mine(request, question_id), template="question")


@require_GET
@signed_in
def question_fragment(request: HttpRequest, question_id: str) -> HttpResponse:
    """The answers alone, as soon as there is something newer than version `vu`."""
    seen = str(request.GET.get("vu", ""))
    found = follow(
        question_id,
        requester=requester_of(request),
        seen=int(seen) if seen.isdecimal() and len(seen) < _MOST_DIGITS else -1,
        seconds=LIVE_SECONDS,
        hub=current_hub(),
    )
    return _show(request, found, template="_answers")


@require_GET
@signed_in
def provenance(request: HttpRequest, question_id: str) -> HttpResponse:
    """Who answered with what, and which lines of ledgers say so."""
    found = find_mine(request, question_id)
    context = {"origin": describe_provenance(found), "citation": cite(found, hub=current_hub())}
    return _turn(request, found, tab="provenance", more=context)


@require_GET
@signed_in
def changes(request: HttpRequest, question_id: str) -> HttpResponse:
    """The same question's former answer beside this one."""
    found = find_mine(request, question_id)
    former = find_former(found)
    compared = former and compare_with(former, question=found, settings=current_hub().settings)
    return _turn(request, found, tab="changes", more={"compared": compared})


@require_POST
@signed_in
def cancel_question(request: HttpRequest, question_id: str) -> HttpResponse:
    """Withdraw a question; one that ended meanwhile is simply shown."""
    with suppress(QuestionClosedError):
        cancel(question_id, by=requester_of(request), hub=current_hub())
    return redirect("question", question_id)


@require_POST
@signed_in
def ask_again(request: HttpRequest, question_id: str) -> HttpResponse:
    """The same question of the same hospitals, now; what forbids it is told on the page."""
    found = find_mine(request, question_id)
    draft = Draft(
        title=found.title,
        analysis=found.analysis["id"],
        parameters=found.parameters,
        cohort=found.cohort,
        sites=found.participants,
        permit=found.permit,
    )
    try:
        asked = ask(draft, by=requester_of(request), hub=current_hub())
    except MaillageError as error:
        return _show(request, found, template="question", error=error)
    return redirect("question", asked.id)


def find_mine(request: HttpRequest, question_id: str) -> Question:
    """One's own question. Raises QuestionUnknownError."""
    return find_question(question_id, requester=requester_of(request))


def _show(
    request: HttpRequest, found: Question, *, template: str, error: MaillageError | None = None
) -> HttpResponse:
    context = describe_result(found, hub=current_hub()) | {"tab": "result", "error": error}
    if template == "question":
        context["sentence"] = say_cohort(found)
    status = 200 if error is None else error_status(error)
    return render(request, f"portal/results/{template}.html", context, status=status)


def _turn(request: HttpRequest, found: Question, *, tab: str, more: Mapping[str, Any]) -> HttpResponse:
    """Another side of a question, under the same head."""
    head = {
        "id": found.id,
        "title": found.title,
        "status": found.state,
        "asked_at": format_instant(found.asked_at),
    }
    context = {"question": head, "analysis": load_words(found.analysis["id"]), "tab": tab, **more}
    return render(request, f"portal/results/{tab}.html", context)
