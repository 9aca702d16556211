"""What the ask form means: an example or a pasted or uploaded cohort, under a title."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from maillage.base.canon import read_json
from maillage.base.i18n import _
from maillage.exchange.message import MAX_COHORT_BYTES
from maillage.hub.boot import Hub
from maillage.hub.portal.examples import find_example
from maillage.hub.portal.sessions import field
from maillage.hub.questions.ask import Draft
from maillage.hub.questions.errors import QuestionInvalidError

STANDING = "feasibility"
"""The permit of feasibility counts, chosen unless somebody says otherwise."""

OWN = "own"
"""The choice of one's own cohort instead of an example."""


@dataclass(frozen=True)
class Filled:
    """The form as it was sent, to be shown again with its error."""

    choice: str = ""
    title: str = ""
    cohort: str = ""
    permit: str = STANDING


def read_form(request: HttpRequest) -> Filled:
    """What was typed; an uploaded file wins over pasted text."""
    upload: Any = request.FILES.get("file")
    text = upload.read().decode("utf-8", "replace") if upload else field(request, "cohort")
    permit = field(request, "permit").strip() or STANDING
    return Filled(field(request, "choice"), field(request, "title").strip(), text, permit)


def write_draft(filled: Filled, *, hub: Hub) -> Draft:
    """The question that the form asks. Raises QuestionError or CanonError."""
    title, cohort = _own(filled) if filled.choice == OWN else _example(filled, hub=hub)
    return Draft(
        title=title, analysis="count", parameters={}, cohort=cohort, sites=None, permit=filled.permit
    )


def _own(filled: Filled) -> tuple[str, Mapping[str, Any]]:
    if not filled.cohort.strip():
        raise QuestionInvalidError(
            _("Il manque la cohorte."),
            remedy=_("Collez l’expression exportée d’ATLAS, ou choisissez son fichier."),
        )
    cohort = read_json(filled.cohort, max_bytes=MAX_COHORT_BYTES)
    if not isinstance(cohort, dict):
        raise QuestionInvalidError(_("Une cohorte est un objet JSON."))
    return filled.title or _("Question sans titre"), cohort


def _example(filled: Filled, *, hub: Hub) -> tuple[str, Mapping[str, Any]]:
    example = find_example(hub.examples, slug=filled.choice)
    if example is None:
        raise QuestionInvalidError(
            _("Il manque la cohorte."), remedy=_("Choisissez un exemple ou donnez la vôtre.")
        )
    return filled.title or example.title, example.cohort
