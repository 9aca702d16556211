"""Which cohorts a person may see, and their drafts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from maillage.base.statements import load_statements
from maillage.cohort.edit import Document
from maillage.governance.statements import execute
from maillage.hub.cohorts.errors import CohortUnknownError, NotTheOwnerError
from maillage.hub.cohorts.models import Cohort, CohortVersion, Step

SHOWN = 200
"""How many cohorts a list shows at most, the last changed first."""


@dataclass(frozen=True)
class Draft:
    """A cohort as its owner is writing it. `step` is the change that is shown, `last` the last one made."""

    cohort: Cohort
    document: Document
    step: int
    first: int
    last: int

    @property
    def can_undo(self) -> bool:
        """Whether there is a step before."""
        return self.step > self.first

    @property
    def can_redo(self) -> bool:
        """Whether a step was undone."""
        return self.step < self.last


def find_readable(cohort_id: str, *, by: str) -> Cohort:
    """The cohort if it is theirs or shared. Raises CohortUnknownError."""
    found = Cohort.objects.filter(Q(owner=by) | Q(is_shared=True), id=cohort_id).first()
    if found is None:
        raise CohortUnknownError
    return found


def find_own(cohort_id: str, *, by: str, lock: bool = False) -> Cohort:
    """The cohort if it is theirs. Raises CohortUnknownError, NotTheOwnerError where it is shared by another.

    `lock`: in the caller's transaction, nobody else changes it meanwhile.
    """
    rows = Cohort.objects.select_for_update() if lock else Cohort.objects
    found = rows.filter(Q(owner=by) | Q(is_shared=True), id=cohort_id).first()
    if found is None:
        raise CohortUnknownError
    if found.owner != by:
        raise NotTheOwnerError
    return found


def read_draft(cohort: Cohort) -> Draft:
    """The draft at the step that it shows."""
    ((text, first, last),) = execute(_statements()["read_step"], cohort=cohort.id, number=cohort.position)
    return Draft(cohort, json.loads(text), cohort.position, first, last)


def cohort_steps(cohort: Cohort) -> Any:
    """The steps of one cohort, in no order."""
    return Step.objects.filter(cohort_id=cohort.id)


def list_own(by: str, *, limit: int = SHOWN) -> list[Cohort]:
    """One's own cohorts, the last changed first."""
    return list(Cohort.objects.filter(owner=by).order_by("-changed_at")[:limit])


def list_shared(by: str, *, limit: int = SHOWN) -> list[Cohort]:
    """What others share, the last changed first."""
    return list(Cohort.objects.filter(is_shared=True).exclude(owner=by).order_by("-changed_at")[:limit])


def list_versions(cohort: Cohort) -> list[CohortVersion]:
    """The versions that were named, newest first."""
    found = CohortVersion.objects.filter(cohort_id=cohort.id).select_related("question")
    return list(found.order_by("-number"))


def find_version(cohort: Cohort, *, number: int) -> CohortVersion:
    """That version. Raises CohortUnknownError."""
    found = CohortVersion.objects.filter(cohort_id=cohort.id, number=number).first()
    if found is None:
        raise CohortUnknownError
    return found


def _statements() -> Mapping[str, str]:
    return load_statements("maillage.hub.cohorts", "sql/queries.sql")
