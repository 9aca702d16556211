"""From where an analysis takes its cohort: `?question=…`, one that was asked already; `?cohorte=…`, a draft.

Each way is a parameter of the address and a function; a new way is a line of `_WAYS`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from maillage.base.i18n import _
from maillage.hub.cohorts.drafts import write_document
from maillage.hub.cohorts.errors import SavedCohortError
from maillage.hub.cohorts.find import find_own, read_draft
from maillage.hub.questions.document import find_question
from maillage.hub.questions.errors import QuestionUnknownError


@dataclass(frozen=True)
class Source:
    """A cohort to analyse. `way` and `key` are what the address says; `cohort` is its canonical JSON.

    `analysis` and `parameters` are those of the question that asked of it, where one did.
    """

    way: str
    key: str
    title: str
    cohort: str
    permit: str
    analysis: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])


def find_source(request: HttpRequest, *, requester: str) -> Source:
    """The cohort that the address or the form names. Raises QuestionUnknownError."""
    given = request.POST if request.method == "POST" else request.GET
    for way, find in _WAYS.items():
        if way in given:
            return find(str(given[way]), requester)
    raise QuestionUnknownError


def _find_asked(key: str, requester: str) -> Source:
    found = find_question(key, requester=requester)
    asked = {"analysis": found.analysis["id"], "parameters": found.parameters}
    return Source("question", found.id, found.title, found.cohort, found.permit, **asked)


def _find_written(key: str, requester: str) -> Source:
    try:
        found = find_own(key, by=requester)
    except SavedCohortError as error:
        raise QuestionUnknownError from error
    title = found.name or _("Cohorte en cours d’écriture")
    return Source("cohorte", found.id, title, write_document(read_draft(found).document), found.permit)


_WAYS: Mapping[str, Callable[[str, str], Source]] = {"question": _find_asked, "cohorte": _find_written}
