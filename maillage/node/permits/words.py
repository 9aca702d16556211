"""A permit in words, for the steward who reads it before signing."""

from collections.abc import Mapping, Sequence

from maillage.base.french import format_moment
from maillage.base.i18n import _, mark, ngettext
from maillage.exchange.permit import (
    ANY,
    AnalysisScope,
    Bands,
    Bound,
    Budget,
    CellKey,
    CheckAt,
    DifferentialPrivacy,
    Exact,
    Masked,
    Output,
    Permit,
)
from maillage.node.permits.states import PermitState

_STATES: Mapping[PermitState, str] = {
    PermitState.OFFERED: mark("reçue, sans réponse d’ici"),
    PermitState.ACCEPTED: mark("acceptée"),
    PermitState.WITHDRAWN: mark("retirée par l’hôpital"),
    PermitState.REVOKED: mark("reprise par le comité"),
}


def word_permit_state(state: PermitState) -> str:
    """Where a permit stands, for people."""
    return _(_STATES[state])


def list_facts(permit: Permit) -> list[tuple[str, str]]:
    """Every bound that the permit sets: a label, and what it says."""
    return [
        (_("Projet"), permit.project),
        (_("But"), permit.purpose),
        (_("Réseau"), permit.network),
        (_("Qui demande"), _word_names(permit.requesters, everyone=_("toute personne que le hub nomme"))),
        (_("Hôpitaux"), _word_names(permit.sites, everyone=_("tous les membres, présents et à venir"))),
        (_("Analyses"), " ; ".join(_word_scope(scope) for scope in permit.analyses)),
        (_("Cohortes"), _word_names(permit.cohorts, everyone=_("toute définition"))),
        (_("Nombres"), word_counts(permit)),
        (_("Plus petit nombre montré"), _word_persons(permit.minimum_cell)),
        (_("Un total mêle au moins"), _word_hospitals(permit.minimum_sites)),
        (_("Ce qui est montré"), _word_views(permit)),
        (_("Sommes"), _word_sums(permit)),
        (_("Sortie"), word_output(permit)),
        (_("Budget"), _word_budgets(permit)),
        (
            _("Valable"),
            _("du {start} au {end}").format(
                start=format_moment(permit.starts_at), end=format_moment(permit.expires_at)
            ),
        ),
    ]


def word_counts(permit: Permit) -> str:
    """In which form numbers leave."""
    match permit.counts:
        case Exact() if permit.is_shared:
            return _("exacts, chacun comparé à tout ce qui a déjà été reçu, par qui que ce soit")
        case Exact():
            return _("exacts, chacun comparé à ce que la même personne a déjà reçu")
        case CellKey():
            return _("bruités, le bruit étant choisi par les personnes comptées")
        case Bands(width=width):
            return _("par tranches de {width} personnes").format(width=width)
        case DifferentialPrivacy() as found:
            return _("confidentialité différentielle : ε {each} par question, {total} en tout").format(
                each=f"{found.epsilon_per_question:g}", total=f"{found.epsilon_total:g}"
            )


def word_output(permit: Permit) -> str:
    """Whether an answer leaves by itself."""
    if permit.output is Output.AUTOMATIC or permit.check is None:
        return _("chaque réponse part d’elle-même")
    persons = ngettext(
        "chaque réponse attend qu’une personne la contrôle ici",
        "chaque réponse attend que {count} personnes la contrôlent ici",
        permit.check.checkers,
    ).format(count=permit.check.checkers)
    if permit.check.at is CheckAt.COMMITTEE:
        return persons + _(", puis le comité contrôle le résultat du groupe")
    return persons


def word_budget(budget: Budget) -> str:
    """How many questions one person may have answered, and when it slows and holds."""
    return _(
        "en {hours} h, au plus {hold} questions par personne ; dès {slow}, {pause} s entre deux questions"
    ).format(hours=budget.hours, hold=budget.hold_after, slow=budget.slow_after, pause=budget.pause_seconds)


def _word_names(names: Sequence[str] | str, *, everyone: str) -> str:
    return everyone if names == ANY else ", ".join(names)


def _word_scope(scope: AnalysisScope) -> str:
    if scope.parameters == ANY:
        return _("{name}, tous paramètres").format(name=scope.id)
    bounds = ", ".join(f"{name} {_word_bound(bound)}" for name, bound in scope.parameters.items())
    return _("{name}, avec {bounds}").format(name=scope.id, bounds=bounds or _("aucun paramètre"))


def _word_bound(bound: Bound) -> str:
    if bound.among is not None:
        return _("parmi {values}").format(values=", ".join(str(value) for value in bound.among))
    low = "" if bound.minimum is None else f"≥ {bound.minimum:g}"
    high = "" if bound.maximum is None else f"≤ {bound.maximum:g}"
    return " ".join(filter(None, (low, high)))


def _word_persons(count: int) -> str:
    return ngettext("{count} personne", "{count} personnes", count).format(count=count)


def _word_hospitals(count: int) -> str:
    return ngettext("{count} hôpital", "{count} hôpitaux", count).format(count=count)


def _word_views(permit: Permit) -> str:
    if permit.is_per_hospital:
        return _("le total, et chaque hôpital dont la politique l’accepte")
    return _("le total seul")


def _word_sums(permit: Permit) -> str:
    if isinstance(permit.sums, Masked):
        return _("masquées : le hub ne lit aucun nombre d’un hôpital")
    return _("en clair : le hub lit les cases de chaque hôpital")


def _word_budgets(permit: Permit) -> str:
    if permit.budgets is None:
        return _("sans limite de questions")
    return _("{total}. Par hôpital : {each}. Contact : {contact}").format(
        total=word_budget(permit.budgets.total),
        each=word_budget(permit.budgets.per_hospital),
        contact=permit.budgets.contact,
    )
