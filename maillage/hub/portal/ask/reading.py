"""What the pages of versions show: each in words with its counts, and two side by side."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maillage.cohort import parse_expression
from maillage.cohort.edit import compare
from maillage.cohort.explain import explain_cohort
from maillage.hub.boot import Hub
from maillage.hub.cohorts.find import find_version, list_versions
from maillage.hub.cohorts.models import Cohort, CohortVersion, Comment
from maillage.hub.portal.ask.counts import Difference, subtract
from maillage.hub.questions.document import describe_question

Context = dict[str, Any]


@dataclass(frozen=True)
class Counted:
    """A version, and the answer to the question that counted it last, if there is one."""

    version: CohortVersion
    answer: Mapping[str, Any] | None


@dataclass(frozen=True)
class Moved:
    """One count in two versions."""

    label: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    difference: Difference | None


def describe_versions(cohort: Cohort, *, by: str, hub: Hub) -> Context:
    """The versions, newest first."""
    found = [_count(version, hub=hub) for version in list_versions(cohort)]
    return {"cohort": cohort, "own": cohort.owner == by, "versions": found}


def describe_version(version: CohortVersion, *, by: str, hub: Hub) -> Context:
    """One version in words."""
    comments = Comment.objects.filter(version_id=version.pk).order_by("at")
    return {
        "cohort": version.cohort,
        "own": version.cohort.owner == by,
        "counted": _count(version, hub=hub),
        "explanation": explain_cohort(parse_expression(version.document)),
        "comments": list(comments),
    }


def describe_comparison(cohort: Cohort, *, old: int, new: int, hub: Hub) -> Context:
    """What changed in words, and how the counts moved. Raises CohortUnknownError."""
    before, after = (_count(find_version(cohort, number=number), hub=hub) for number in (old, new))
    return {
        "cohort": cohort,
        "before": before,
        "after": after,
        "changes": compare(json.loads(before.version.document), json.loads(after.version.document)),
        "moved": _move(before.answer, after.answer) if before.answer and after.answer else (),
    }


def _count(version: CohortVersion, *, hub: Hub) -> Counted:
    asked = version.question
    return Counted(version, describe_question(asked, settings=hub.settings) if asked else None)


def _move(before: Mapping[str, Any], after: Mapping[str, Any]) -> Sequence[Moved]:
    former = {site["id"]: site["persons"] for site in before["sites"]}
    total = _pair("", before["combined"]["persons"], after["combined"]["persons"])
    return [total, *(_pair(site["name"], former.get(site["id"]), site["persons"]) for site in after["sites"])]


def _pair(label: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Moved:
    return Moved(label, before, after, subtract(after, before))
