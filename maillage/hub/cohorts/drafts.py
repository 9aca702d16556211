"""Write a draft: each change is a step that may be undone. There is nothing to save: it is kept at once.

A draft is seen by nobody but its owner, and its steps are its own record: they leave no line in the audit.
Starting a cohort, naming a version and sharing it do.
"""

import json
from collections.abc import Callable
from datetime import datetime

from maillage.base.i18n import _
from maillage.base.ids import new_id
from maillage.cohort.edit import Document
from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.hub.boot import Hub
from maillage.hub.cohorts.errors import CohortInputError, TooManyCohortsError
from maillage.hub.cohorts.find import Draft, cohort_steps, find_own, read_draft
from maillage.hub.cohorts.models import Cohort, Step
from maillage.hub.writing import writing

MOST_COHORTS = 1_000
MAX_NAME = 120
_MOST_STEPS = 100
# Of a definition of a megabyte fewer steps are kept: a draft weighs 8 MB at most.
_MOST_HISTORY_BYTES = 8_000_000
_FEWEST_STEPS = 5


def start(document: Document, *, name: str = "", permit: str, by: str, hub: Hub) -> Cohort:
    """A new cohort whose draft is this document. Raises TooManyCohortsError, CohortInputError."""
    now = hub.clock()
    if Cohort.objects.filter(owner=by).count() >= MOST_COHORTS:
        raise TooManyCohortsError(
            _("Vous avez déjà {count} cohortes.").format(count=MOST_COHORTS),
            remedy=_("Reprenez-en une ancienne."),
        )
    cohort = Cohort(
        id=new_id("cohort"),
        name=read_name(name),
        owner=by,
        permit=permit,
        position=1,
        created_at=now,
        changed_at=now,
    )
    with writing(hub):
        cohort.save(force_insert=True)
        Step.objects.create(cohort=cohort, number=1, document=write_document(document), at=now)
        record(EventType.COHORT_STARTED, actor=by, subject=cohort.id, at=now)
    return cohort


def edit(
    cohort_id: str, change: Callable[[Document], Document], *, seen: int | None, by: str, hub: Hub
) -> Draft | None:
    """The draft after the change; None when it is no longer at the step `seen`, on which the change was made.

    `seen` is None for a change that is right on any step.

    Raises what `change` raises, CohortUnknownError and NotTheOwnerError; nothing is then written.
    """
    while True:
        draft = read_draft(find_own(cohort_id, by=by))
        if seen not in (None, draft.step):
            return None
        # Thought out before the transaction: nobody waits for it who writes something else.
        taken = _take_step(draft, change(draft.document), by=by, hub=hub)
        if taken is not None:
            return taken


def undo(cohort_id: str, *, by: str, hub: Hub) -> Draft:
    """One step back; where there is none, nothing happens. Raises as `edit`."""
    return _move(cohort_id, by=-1, owner=by, hub=hub)


def redo(cohort_id: str, *, by: str, hub: Hub) -> Draft:
    """One step forward again. Raises as `edit`."""
    return _move(cohort_id, by=1, owner=by, hub=hub)


def choose_permit(cohort_id: str, permit: str, *, by: str, hub: Hub) -> Draft:
    """Count under another permit from now on. Raises as `edit`."""
    with writing(hub, waits=True):
        cohort = find_own(cohort_id, by=by, lock=True)
        cohort.permit = permit[:120]
        cohort.save(update_fields=["permit"])
        return read_draft(cohort)


def rename(cohort_id: str, name: str, *, by: str, hub: Hub) -> Cohort:
    """Give the cohort its name. Raises CohortInputError, and as `edit`."""
    with writing(hub, waits=True):
        cohort = find_own(cohort_id, by=by, lock=True)
        cohort.name = read_name(name)
        cohort.save(update_fields=["name"])
        return cohort


def read_name(name: str) -> str:
    """The name in one line. Raises CohortInputError."""
    clean = " ".join(name.split())
    if len(clean) > MAX_NAME:
        raise CohortInputError(
            _("Le nom d’une cohorte compte au plus {most} caractères.").format(most=MAX_NAME)
        )
    if not clean.isprintable():
        raise CohortInputError(
            _("Le nom d’une cohorte ne contient que des caractères qui se voient."),
            why=_("Un signe invisible, comme une marque de sens d’écriture, en ferait lire un autre."),
            remedy=_("Retapez le nom au lieu de le coller."),
        )
    return clean


def write_document(document: Document) -> str:
    """The document as it is kept: JSON text, one for one document."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _move(cohort_id: str, *, by: int, owner: str, hub: Hub) -> Draft:
    with writing(hub, waits=True):
        cohort = find_own(cohort_id, by=owner, lock=True)
        draft = read_draft(cohort)
        if draft.first <= draft.step + by <= draft.last:
            _show_step(cohort, number=draft.step + by, at=hub.clock())
        return read_draft(cohort)


def _take_step(draft: Draft, document: Document, *, by: str, hub: Hub) -> Draft | None:
    """Write the draft's next step; None, and nothing written, when the draft has changed meanwhile."""
    # A power cut may take the last change back: it concerns nobody but who has just made it.
    with writing(hub, waits=True):
        now = read_draft(find_own(draft.cohort.id, by=by, lock=True))
        if now.document != draft.document:
            return None
        return _add_step(now, write_document(document), at=hub.clock())


def _add_step(draft: Draft, text: str, *, at: datetime) -> Draft:
    """The steps that were undone are gone; a change that changes nothing is no step."""
    if write_document(draft.document) == text:
        return draft
    cohort, number = draft.cohort, draft.step + 1
    oldest = max(draft.first, number - _most_steps(text) + 1)
    if draft.can_redo:
        cohort_steps(cohort).filter(number__gt=draft.step).delete()
    Step.objects.create(cohort=cohort, number=number, document=text, at=at)
    if oldest > draft.first:
        cohort_steps(cohort).filter(number__lt=oldest).delete()
    _show_step(cohort, number=number, at=at)
    return Draft(cohort, json.loads(text), number, oldest, number)


def _show_step(cohort: Cohort, *, number: int, at: datetime) -> None:
    cohort.position = number
    cohort.changed_at = at
    cohort.save(update_fields=["position", "changed_at"])


def _most_steps(text: str) -> int:
    return max(_FEWEST_STEPS, min(_MOST_STEPS, _MOST_HISTORY_BYTES // len(text)))
