"""Whose numbers are a former answer's, and whether that was to this very cohort or to one close to it.

A hospital repeats itself where two cohorts of one permit differ by fewer persons than its floor: their
subtraction would tell of those few. The number is then true of the former cohort, and only near to this
one's.
"""

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from maillage.hub.questions.models import Question, Task
from maillage.hub.questions.states import TaskState


@dataclass(frozen=True)
class Repeats:
    """Ids of hospitals. `near`: the former cohort was another, whose persons are the same or nearly; `same`:
    it was this one; `partly`: some of the numbers alone are a former answer's, such as some criteria's.
    """

    near: Sequence[str] = ()
    same: Sequence[str] = ()
    partly: Sequence[str] = ()


def find_repeats(question: Question, *, combined: Mapping[str, Any]) -> Repeats:
    """Of the hospitals that the group's answer names as repeating."""
    sites = combined["repeated"]
    if not sites:
        return Repeats()
    wholly = _list_repeating(Task.objects.filter(question_id=question.id, site__in=sites))
    same = _list_same(question, sites=wholly)
    return Repeats(
        near=[site for site in sites if site in wholly and site not in same],
        same=[site for site in sites if site in same],
        partly=[site for site in sites if site not in wholly],
    )


def _list_same(question: Question, *, sites: Set[str]) -> Set[str]:
    """Those that answered the requester on this very cohort before, with its own numbers."""
    before = Task.objects.filter(
        site__in=sites,
        state=TaskState.ANSWERED.value,
        question__requester=question.requester,
        question__permit=question.permit,
        question__cohort_hash=question.cohort_hash,
        question__asked_at__lt=question.asked_at,
    )
    return set(before.values_list("site", flat=True)) - _list_repeating(before, always=True)


def _list_repeating(tasks: QuerySet[Task], *, always: bool = False) -> Set[str]:
    """The hospitals whose number is a former answer's in one of the tasks, or in all of them.

    As they say themselves: a task's own `repeated` says that nothing at all was new.
    """
    said: dict[str, list[bool]] = {}
    for site, content in tasks.exclude(content="").values_list("site", "content"):
        said.setdefault(site, []).append(bool(json.loads(content).get("repeated")))
    return {site for site, each in said.items() if (all(each) if always else any(each))}
