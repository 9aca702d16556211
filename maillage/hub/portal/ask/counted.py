"""« Comment c’est compté »: what a black box would not say."""

from typing import Any

from maillage.base.i18n import _
from maillage.cohort import parse_expression
from maillage.cohort.explain import explain_cohort
from maillage.hub.boot import Hub
from maillage.hub.cohorts.find import Draft
from maillage.hub.network import describe_network
from maillage.hub.questions.permits import list_permits
from maillage.hub.terms.buckets import read_years


def describe_counting(draft: Draft, *, by: str, hub: Hub) -> dict[str, Any]:
    """Every sentence and code of the draft, the hospitals that are asked, and what is done to numbers."""
    permits = {permit["permit_id"]: permit for permit in list_permits(by, hub=hub)}
    years = read_years(hub=hub)
    found = permits.get(draft.cohort.permit)
    return {
        "draft": draft,
        "explanation": explain_cohort(parse_expression(draft.document)),
        "sites": [site | {"years": years.get(site["id"])} for site in describe_network(hub=hub)["sites"]],
        "rounding": word_counts(found["counts"] if found else ""),
    }


def word_counts(kind: str) -> str:
    """What a permit's form of counts does to a number."""
    match kind:
        case "exact":
            return _("Nombres exacts : l’autorisation les permet.")
        case "bands":
            return _("Nombres en tranches : on sait entre quelles bornes ils sont.")
        case "dp":
            return _("Nombres avec le bruit de la confidentialité différentielle ; l’écart est dit à côté.")
        case _other:
            return _(
                "Nombres bruités de quelques personnes, toujours du même écart pour les mêmes personnes : "
                "répéter la question n’apprend rien de plus."
            )
