"""How much a person has asked under a permit: slower past one mark, no further past another."""

from datetime import datetime, timedelta

from maillage.base.i18n import _
from maillage.exchange.permit import Permit
from maillage.hub.questions.errors import BudgetSlowError, BudgetSpentError
from maillage.hub.questions.models import Question


def check_budget(requester: str, *, permit: Permit, now: datetime) -> None:
    """Raises BudgetSlowError, with the seconds to wait, or BudgetSpentError, with whom to call."""
    if permit.budgets is None:
        return
    budget = permit.budgets.choose(per_hospital=permit.is_per_hospital)
    asked = _list_asked(requester, permit=permit, since=now - timedelta(hours=budget.hours))
    if len(asked) >= budget.hold_after:
        raise BudgetSpentError(
            _("Le budget de questions de l’autorisation « {permit} » est épuisé.").format(
                permit=permit.permit_id
            ),
            why=_("{used} questions en {hours} heures.").format(used=len(asked), hours=budget.hours),
            remedy=_("Appelez {contact}, ou attendez que la plus ancienne sorte du décompte.").format(
                contact=permit.budgets.contact
            ),
        )
    if len(asked) < budget.slow_after:
        return
    wait = asked[-1] + timedelta(seconds=budget.pause_seconds) - now
    if wait > timedelta():
        raise BudgetSlowError(
            _("Prochaine question dans {seconds} secondes.").format(seconds=round(wait.total_seconds())),
            why=_("Au-delà de {count} questions, elles sont espacées.").format(count=budget.slow_after),
            remedy=_("Répéter une question déjà posée ne coûte rien."),
        )


def _list_asked(requester: str, *, permit: Permit, since: datetime) -> list[datetime]:
    """When they asked, oldest first; a question that only repeated former answers is free."""
    asked = Question.objects.filter(
        requester=requester, permit=permit.permit_id, asked_at__gt=since, tasks__repeated=False
    )
    # With the id, or two questions of the same instant would be one.
    return [at for at, _id in asked.distinct().order_by("asked_at").values_list("asked_at", "id")]
