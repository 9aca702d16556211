"""How much a person may still ask under a permit: slower past one mark, no further past another.

What is left is told before it runs out: with each question, and by `GET /api/v1/permits`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from maillage.base.canon import canonical_hash
from maillage.base.clock import format_instant
from maillage.base.i18n import _
from maillage.exchange.parts import count_inquiries
from maillage.exchange.permit import Budget, Exact, Masked, Permit, View
from maillage.hub.questions.errors import BudgetSlowError, BudgetSpentError
from maillage.hub.questions.models import Question


@dataclass(frozen=True)
class Remaining:
    """What a budget leaves one person. `asked` are the instants that count, oldest first."""

    view: View
    budget: Budget
    contact: str
    asked: tuple[datetime, ...]
    now: datetime

    @property
    def before_slow(self) -> int:
        """Questions left before they are spaced out."""
        return max(0, self.budget.slow_after - len(self.asked))

    @property
    def before_hold(self) -> int:
        """Questions left before a person must be called."""
        return max(0, self.budget.hold_after - len(self.asked))

    @property
    def wait_seconds(self) -> int:
        """Until the next question is taken; 0 for now."""
        return self.wait_for(1)

    def wait_for(self, questions: int) -> int:
        """The seconds until so many questions at once are taken; 0 for now, or for more than are left."""
        if self.before_slow >= questions or self.before_hold < questions or not self.asked:
            return 0
        left = self.asked[-1] + timedelta(seconds=self.budget.pause_seconds) - self.now
        return max(0, ceil(left.total_seconds()))

    @property
    def free_at(self) -> datetime | None:
        """When the oldest question leaves the count; None when none counts."""
        return self.asked[0] + timedelta(hours=self.budget.hours) if self.asked else None


def find_remaining(requester: str, *, permit: Permit, now: datetime) -> Remaining | None:
    """What is left to this person under this permit; None where the permit sets no limit."""
    if permit.budgets is None:
        return None
    budget = permit.budgets.choose(per_hospital=permit.is_per_hospital)
    return Remaining(
        view=View.PER_HOSPITAL if permit.is_per_hospital else View.TOTAL,
        budget=budget,
        contact=permit.budgets.contact,
        asked=tuple(_list_asked(requester, permit=permit, since=now - timedelta(hours=budget.hours))),
        now=now,
    )


def check_budget(requester: str, *, permit: Permit, now: datetime, questions: int = 1) -> None:
    """Raises BudgetSlowError, with the seconds to wait, or BudgetSpentError, with whom to call.

    `questions`: how many are asked at once; several analyses of one cohort are as many.
    """
    left = find_remaining(requester, permit=permit, now=now)
    if left is None:
        return
    if left.before_hold < questions:
        raise BudgetSpentError(
            _("Le budget de questions de l’autorisation « {permit} » est épuisé.").format(
                permit=permit.permit_id
            ),
            why=_("{used} questions en {hours} heures.").format(
                used=len(left.asked), hours=left.budget.hours
            ),
            remedy=_("Appelez {contact}, ou attendez que la plus ancienne sorte du décompte.").format(
                contact=left.contact
            ),
        )
    if seconds := left.wait_for(questions):
        raise BudgetSlowError(
            _("Prochaine question dans {seconds} secondes.").format(seconds=seconds),
            why=_("Au-delà de {count} questions, elles sont espacées.").format(count=left.budget.slow_after),
            # Noise keyed to persons says the same again without a mark that it does: each time is counted.
            remedy=_("Répéter une question déjà posée ne coûte rien.")
            if isinstance(permit.counts, Exact)
            else _("Contact : {contact}.").format(contact=left.contact),
        )


def describe_remaining(left: Remaining) -> dict[str, Any]:
    """For programs, with a sentence for people."""
    return {
        "view": left.view.value,
        "hours": left.budget.hours,
        "used": len(left.asked),
        "before_slow": left.before_slow,
        "before_hold": left.before_hold,
        "pause_seconds": left.budget.pause_seconds,
        "wait_seconds": left.wait_seconds,
        "free_at": format_instant(left.free_at) if left.free_at else None,
        "contact": left.contact,
        "sentence": word_remaining(left),
    }


def word_remaining(left: Remaining) -> str:
    """What a person reads before and after asking."""
    if not left.before_hold:
        return _("Budget de questions épuisé : appelez {contact}, ou attendez {date}.").format(
            contact=left.contact, date=format_instant(left.free_at or left.now)
        )
    if left.wait_seconds:
        text = _("Prochaine question dans {seconds} s ; questions restantes avant arrêt : {hold}.")
    elif not left.before_slow:
        text = _("Une question toutes les {pause} s ; questions restantes avant arrêt : {hold}.")
    else:
        text = _("Questions restantes : {slow} avant ralentissement, {hold} avant arrêt, par {hours} heures.")
    return text.format(
        seconds=left.wait_seconds,
        pause=left.budget.pause_seconds,
        slow=left.before_slow,
        hold=left.before_hold,
        hours=left.budget.hours,
    )


def _list_asked(requester: str, *, permit: Permit, since: datetime) -> list[datetime]:
    """When they asked, oldest first; a question whose every number was told before is free.

    One of several analyses is there as many times.
    """
    asked = Question.objects.filter(requester=requester, permit=permit.permit_id).order_by("asked_at")
    asked = asked.only("id", "asked_at", "analysis", "parameters", "cohort_hash")
    # Not distinct by the database: a document has no order there.
    rows = {one.id: one for one in asked.filter(asked_at__gt=since, tasks__repeated=False)}
    if isinstance(permit.sums, Masked):
        rows |= {one.id: one for one in _list_first(asked) if one.asked_at > since}
    return [
        one.asked_at
        for one in sorted(rows.values(), key=lambda one: one.asked_at)
        for _part in range(count_inquiries(one.analysis["id"], one.parameters))
    ]


def _list_first(asked: Iterable[Question]) -> Iterable[Question]:
    """The first of each wording: under masks nobody here knows whether its steps were told before."""
    first: dict[str, Question] = {}
    for one in asked:
        wording = {"id": one.analysis["id"], "parameters": one.parameters, "cohort": one.cohort_hash}
        first.setdefault(canonical_hash(wording), one)
    return first.values()
