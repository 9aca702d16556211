"""`/comite`: what waits, one result with its evidence, and a checker's word."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from maillage.base.errors import MaillageError
from maillage.base.i18n import _
from maillage.exchange.release import Outcome, Word, WordError, word_outcome
from maillage.governance.people.roles import Role
from maillage.hub.access.rules import Whose
from maillage.hub.api.errors import error_status
from maillage.hub.boot import current_hub
from maillage.hub.portal.sessions import Visitor, allows, field
from maillage.hub.questions.models import Question
from maillage.hub.questions.releases.checkers import PORTAL
from maillage.hub.questions.releases.describe import describe_release, explain, list_waiting
from maillage.hub.questions.releases.former import list_former
from maillage.hub.questions.releases.rule import rule

_MOST_MASKS = 500


@require_GET
@allows(Role.COMMITTEE)
def committee(request: HttpRequest) -> HttpResponse:
    """The results that wait, oldest first."""
    lines = list_waiting(hub=current_hub())
    own = _name(request)
    context = {"waiting": [line | {"is_own": line["requester"] == own} for line in lines]}
    return render(request, "portal/committee/committee.html", context)


@require_GET
@allows(Role.COMMITTEE, whose=Whose.EVERY)
def release(request: HttpRequest, question_id: str) -> HttpResponse:
    """One result as it would be shown; with `masque`, as it would be once these cells are hidden."""
    masks = _read_masks(request.GET)
    return _show(request, question_id, masks=masks)


@require_POST
@allows(Role.COMMITTEE, whose=Whose.EVERY)
def decide(request: HttpRequest, question_id: str) -> HttpResponse:
    """One checker's word."""
    masks = _read_masks(request.POST)
    try:
        word = _read_word(request, masks=masks)
        rule(question_id, word=word, operator=PORTAL, hub=current_hub())
    except MaillageError as error:
        return _show(request, question_id, masks=masks, error=error)
    return redirect("release", question_id)


def _read_masks(sent: Any) -> frozenset[str]:
    return frozenset(map(str, sent.getlist("masque")[:_MOST_MASKS]))


def _read_word(request: HttpRequest, *, masks: frozenset[str]) -> Word:
    outcome = field(request, "outcome")
    if outcome not in list(Outcome):
        raise WordError(_("Choisissez l’une des quatre issues."))
    chosen = Outcome(outcome)
    note = " ".join(field(request, "note").split())[:2000]
    # Boxes that stayed ticked mean something for one issue only.
    return Word(_name(request), chosen, masks if chosen is Outcome.MASKED else frozenset(), note)


def _show(
    request: HttpRequest, question_id: str, *, masks: frozenset[str], error: MaillageError | None = None
) -> HttpResponse:
    hub, name = current_hub(), _name(request)
    found = describe_release(question_id, hub=hub)
    if found["requester"] == name:
        # Its author reads it when it is shown, like every requester.
        return render(request, "portal/committee/own.html", {"question_id": question_id}, status=403)
    masked = describe_release(question_id, hub=hub, masks=masks) if masks else found
    context: dict[str, Any] = {
        "release": found,
        "definition": explain(Question.objects.get(id=question_id)),
        "cells": _join(found, masked, masks=masks),
        "masks": masks,
        "former": list_former(question_id, hub=hub),
        "outcomes": [(one.value, word_outcome(one)) for one in Outcome],
        "chosen": field(request, "outcome"),
        "note": field(request, "note"),
        "error": error,
        "may_speak": found["is_open"] and name not in found["spoken"],
    }
    status = 200 if error is None else error_status(error)
    return render(request, "portal/committee/release.html", context, status=status)


def _join(found: dict[str, Any], masked: dict[str, Any], *, masks: frozenset[str]) -> list[dict[str, Any]]:
    """Each cell as it is and as it would be shown; what goes with the masked ones is gone from the second."""
    after = {cell["name"]: cell["cell"] for cell in masked["cells"]}
    gone = {"suppressed": "withheld"}
    return [
        cell | {"after": after.get(cell["name"], gone), "is_masked": cell["name"] in masks}
        for cell in found["cells"]
    ]


def _name(request: HttpRequest) -> str:
    return cast("Visitor", request).who.name
