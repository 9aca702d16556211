"""From where an analysis takes its cohort: `?question=…`, a question that was asked already.

Each way is a parameter of the address and a function; a new way is a line of `_WAYS`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.http import HttpRequest

from maillage.hub.questions.document import find_question
from maillage.hub.questions.errors import QuestionUnknownError


@dataclass(frozen=True)
class Source:
    """A cohort to analyse. `way` and `key` are what the address says; `cohort` is its canonical JSON."""

    way: str
    key: str
    title: str
    cohort: str
    permit: str


def find_source(request: HttpRequest, *, requester: str) -> Source:
    """The cohort that the address or the form names. Raises QuestionUnknownError."""
    given = request.POST if request.method == "POST" else request.GET
    for way, find in _WAYS.items():
        if way in given:
            return find(str(given[way]), requester)
    raise QuestionUnknownError


def _find_asked(key: str, requester: str) -> Source:
    found = find_question(key, requester=requester)
    return Source("question", found.id, found.title, found.cohort, found.permit)


_WAYS: Mapping[str, Callable[[str, str], Source]] = {"question": _find_asked}
