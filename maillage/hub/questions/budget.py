"""How much a person has asked under a permit: slower past one mark, no further past another."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from maillage.base.i18n import _
from maillage.exchange.permit import Budget, Permit
from maillage.hub.questions.errors import BudgetSlowError, BudgetSpentError
from maillage.hub.questions.models import Question


@dataclass(frozen=True)
class Spending:
    """What of a budget is spent. `used` counts questions that brought something new, in the window.

    `next_at` is when the next question is taken, None when at once; `frees_at` when the oldest leaves the
    window, None when there is none.
    """

    budget: Budget
    used: int
    next_at: datetime | None
    frees_at: datetime | None

    @property
    def is_spent(self) -> bool:
        """Whether no further question is taken before one leaves the window."""
        return self.used >= self.budget.hold_after


def find_spending(requester: str, *, permit: Permit, now: datetime) -> Spending | None:
    """None when the permit sets no budget. A question that only repeated former answers is free."""
    if permit.budgets is None:
        return None
    budget = permit.budgets.choose(per_hospital=permit.is_per_hospital)
    window = timedelta(hours=budget.hours)
    rows = (
        Question.objects.filter(
            requester=requester,
            permit=permit.permit_id,
            asked_at__gt=now - window,
            tasks__repeated=False,
        )
        .distinct()
        .order_by("asked_at")
        # With the id, or two questions of the same instant would be one.
        .values_list("asked_at", "id")
    )
    asked = [at for at, _question in rows]
    slow = len(asked) >= budget.slow_after
    next_at = asked[-1] + timedelta(seconds=budget.pause_seconds) if slow else None
    return Spending(
        budget=budget,
        used=len(asked),
        next_at=next_at if next_at is not None and next_at > now else None,
        frees_at=asked[0] + window if asked else None,
    )


def check_budget(requester: str, *, permit: Permit, now: datetime) -> None:
    """Raises BudgetSlowError, with the seconds to wait, or BudgetSpentError, with whom to call."""
    found = find_spending(requester, permit=permit, now=now)
    if found is None or permit.budgets is None:
        return
    if found.is_spent:
        raise BudgetSpentError(
            _("Le budget de questions de l’autorisation « {permit} » est épuisé.").format(
                permit=permit.permit_id
            ),
            why=_("{used} questions en {hours} heures.").format(used=found.used, hours=found.budget.hours),
            remedy=_("Appelez {contact}, ou attendez que la plus ancienne sorte du décompte.").format(
                contact=permit.budgets.contact
            ),
        )
    if found.next_at is not None:
        raise BudgetSlowError(
            _("Prochaine question dans {seconds} secondes.").format(
                seconds=round((found.next_at - now).total_seconds())
            ),
            why=_("Au-delà de {count} questions, elles sont espacées.").format(count=found.budget.slow_after),
            remedy=_("Répéter une question déjà posée ne coûte rien."),
        )
