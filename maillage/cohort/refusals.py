"""The words in which a question is refused that no warehouse can answer."""

from maillage.base.i18n import _
from maillage.cohort.errors import ExpressionError, UnsupportedFeatureError
from maillage.cohort.expression.domains import Attribute, CountColumn, Domain, Refusal


def no_such_set(codeset_id: int) -> ExpressionError:
    """A criterion refers to a concept set that is not in the expression."""
    return ExpressionError(
        _("la liste de concepts {id} n’existe pas.").format(id=codeset_id),
        path="$.ConceptSets",
        why=_("Un critère y renvoie."),
        remedy=_("Ajoutez cette liste, ou corrigez le numéro dans le critère."),
    )


def not_available(attribute: Attribute) -> UnsupportedFeatureError:
    """The attribute reads what CDM 5.4 does not hold."""
    reasons = {
        Refusal.COLUMN_LEFT: _("OMOP CDM 5.4 n’a pas la colonne {column}.").format(column=attribute.column),
        Refusal.LOCATION_HISTORY: _("Il lit la table LOCATION_HISTORY, qui n’est pas dans OMOP CDM 5.4."),
    }
    return UnsupportedFeatureError(
        _("L’attribut {name} n’est pas disponible.").format(name=attribute.name),
        why=reasons[attribute.refusal] if attribute.refusal else "",
        remedy=_("Retirez cet attribut de la cohorte."),
    )


def not_countable(domain: Domain, counted: CountColumn) -> UnsupportedFeatureError:
    """Distinct occurrences are counted by a column that the domain lacks."""
    return UnsupportedFeatureError(
        _("{domain} ne se compte pas par {column}.").format(domain=domain.name, column=counted),
        why=_("La table {table} n’a pas cette colonne.").format(table=domain.table),
        remedy=_("Comptez par une autre colonne (CountColumn)."),
    )
