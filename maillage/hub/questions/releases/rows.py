"""Which results wait for the committee, and what of a result may be shown now."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from maillage.base.i18n import _
from maillage.exchange.permit import CheckAt, Permit
from maillage.exchange.release import OPEN, Outcome, Standing, Word
from maillage.governance.statements import execute
from maillage.hub.questions.changes import statements
from maillage.hub.questions.errors import NoReleaseError
from maillage.hub.questions.models import Question, Release


@dataclass(frozen=True)
class Visible:
    """Whether a result is shown, less what is masked; why not, when it is not."""

    standing: Standing | None
    masks: frozenset[str] = frozenset()

    @property
    def is_shown(self) -> bool:
        """Shown to its requester: nobody has to check it, or somebody released it."""
        return self.standing in (None, Standing.RELEASED)

    @property
    def sentence(self) -> str:
        """For its requester; empty where nobody has to check."""
        match self.standing:
            case None:
                return ""
            case Standing.RELEASED:
                return _("Le comité a contrôlé ce résultat avant qu’il soit montré.")
            case Standing.REFUSED:
                return _("Le comité a contrôlé ce résultat et ne le montre pas.")
            case _other:
                return _("Le comité contrôle ce résultat avant qu’il soit montré.")


def require_check(question: Question, *, permit: Permit) -> None:
    """Have the committee check the result where the permit says so, from the moment that it is asked."""
    check = permit.check
    if check is not None and check.at is CheckAt.COMMITTEE:
        Release.objects.create(question=question, checkers=check.checkers, changed_at=question.asked_at)


def find_visible(question_id: str) -> Visible:
    """What of this question's result may be shown now."""
    rows = execute(statements()["find_release"], question=question_id)
    if not rows:
        return Visible(None)
    ((standing, masks),) = rows
    return Visible(Standing(standing), frozenset(json.loads(masks)))


def find_release(question_id: str, *, lock: bool = False) -> Release:
    """The check of a question. Raises NoReleaseError where none is asked."""
    rows = Release.objects.select_for_update() if lock else Release.objects
    found = rows.filter(question_id=question_id).first()
    if found is None:
        raise NoReleaseError(
            _("La question {question} n’attend pas de contrôle du comité.").format(question=question_id[:60]),
            remedy=_("Celles qui attendent : maillage hub releases list."),
        )
    return found


def list_open() -> list[Release]:
    """Those that wait for a word, oldest first."""
    waiting = Release.objects.filter(standing__in=sorted(standing.value for standing in OPEN))
    return list(waiting.select_related("question").order_by("question__asked_at"))


def list_words(release: Release, *, present: bool = False) -> Sequence[Word]:
    """What was said, in order; with `present`, in this round only."""
    said = release.words.order_by("id")  # pyright: ignore[reportAttributeAccessIssue] - Django's reverse relation
    rows = said.filter(round=release.round) if present else said
    return [Word(row.checker, Outcome(row.outcome), frozenset(row.masks), row.note) for row in rows]
