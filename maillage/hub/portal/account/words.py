"""Lines of the log of consultations in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from maillage.base.i18n import _, mark

_ROUTES: Mapping[str, str] = {
    "home": mark("Accueil"),
    "questions": mark("Liste de ses questions"),
    "question": mark("Une question"),
    "question_fragment": mark("Suivi d’une question"),
    "cohort": mark("Définition d’une cohorte"),
    "nodes_fragment": mark("État du réseau"),
    "account": mark("Son compte"),
    "history": mark("Ce qui est journalisé sur soi"),
    "people": mark("Liste des personnes"),
    "person": mark("Une personne"),
    "committee": mark("Résultats à contrôler"),
    "release": mark("Un résultat à contrôler"),
    "visits": mark("Journal des consultations"),
    "release_decide": mark("Avis sur un résultat"),
    "ask": mark("Pose d’une question"),
    "cancel": mark("Annulation d’une question"),
    "permits_fragment": mark("Autorisations en cours"),
    "person_invite": mark("Invitation d’une personne"),
    "hospital_place": mark("Changement du département d’un hôpital"),
    "role_give": mark("Don d’un rôle"),
    "role_withdraw": mark("Retrait d’un rôle"),
    "person_state": mark("Changement d’un compte"),
    "person_link": mark("Nouveau lien d’invitation"),
    "token_create": mark("Nouveau jeton"),
    "token_revoke": mark("Révocation d’un jeton"),
    "session_end": mark("Fermeture de sessions"),
    "passkey_begin": mark("Nouvelle clé d’accès"),
    "passkey_add": mark("Nouvelle clé d’accès"),
    "passkey_drop": mark("Retrait d’une clé d’accès"),
    "proof": mark("Prouver que c’est vous"),
    "proof_give": mark("Nouvelle preuve d’identité"),
    "password": mark("Changer de mot de passe"),
    "password_change": mark("Changement de mot de passe"),
    "codes": mark("Codes de secours"),
    "codes_renew": mark("Nouveaux codes de secours"),
    "psc_link": mark("Association à Pro Santé Connect"),
    "ask_new": mark("Nouvelle cohorte"),
    "ask_suggest": mark("Recherche de termes"),
    "ask_choose": mark("Recherche de termes"),
    "terms": mark("Recherche de termes"),
    "terms_suggestions": mark("Recherche de termes"),
    "terms_codes": mark("Recherche de codes"),
    "term": mark("Un terme"),
    "cohorts": mark("Liste de ses cohortes"),
    "cohort_import": mark("Import d’une cohorte"),
    "cohort_example": mark("Ouverture d’une cohorte d’exemple"),
    "cohort_page": mark("Une cohorte"),
    "cohort_edit": mark("Changement d’une cohorte"),
    "cohort_choose": mark("Changement d’une cohorte"),
    "cohort_undo": mark("Changement d’une cohorte"),
    "cohort_redo": mark("Changement d’une cohorte"),
    "cohort_permit": mark("Choix de l’autorisation d’une cohorte"),
    "cohort_count": mark("Compte d’une cohorte"),
    "cohort_follow": mark("Suivi du compte d’une cohorte"),
    "cohort_breakdown": mark("Répartition d’une cohorte par âge et sexe"),
    "cohort_follow_breakdown": mark("Suivi d’une répartition par âge et sexe"),
    "cohort_run": mark("Pose d’une question"),
    "cohort_counted": mark("Comment une cohorte est comptée"),
    "cohort_timeline": mark("Frise d’une cohorte"),
    "cohort_export": mark("Export d’une cohorte"),
    "cohort_save": mark("Enregistrement d’une version"),
    "cohort_share": mark("Partage d’une cohorte"),
    "cohort_versions": mark("Versions d’une cohorte"),
    "cohort_compare": mark("Comparaison de deux versions"),
    "cohort_version": mark("Une version d’une cohorte"),
    "cohort_comment": mark("Commentaire d’une version"),
    "cohort_copy": mark("Copie d’une version"),
    "cohort_restore": mark("Reprise d’une version"),
    "network": mark("Le réseau"),
    "hospital": mark("Un hôpital"),
    "provenance": mark("Provenance d’un résultat"),
    "changes": mark("Évolution d’un résultat"),
    "ask_again": mark("Pose d’une question"),
    "result_json": mark("Téléchargement d’un résultat"),
    "result_pdf": mark("Téléchargement d’un résultat"),
    "result_table": mark("Téléchargement d’un tableau"),
    "analyses": mark("Choix d’une analyse"),
    "analysis": mark("Pose d’une question"),
    "leave": mark("Sortie"),
    "components": mark("Les composants des pages"),
    # The calls of the client API, which programs make.
    "ask_question": mark("Pose d’une question, par un programme"),
    "list_own": mark("Liste de ses questions, par un programme"),
    "read_question": mark("Une question, par un programme"),
    "cancel_question": mark("Annulation d’une question, par un programme"),
    "list_own_permits": mark("Autorisations en cours, par un programme"),
    "read_network": mark("État du réseau, par un programme"),
}


def word_visits(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each line with its address in words, and its outcome."""
    return [
        {**line, "page": word_route(line["route"]), "outcome": word_status(line["status"])} for line in lines
    ]


def word_route(name: str) -> str:
    """What the address shows; its name where it has no words."""
    return _(_ROUTES[name]) if name in _ROUTES else name


def word_status(status: int) -> str:
    """What became of the request."""
    match status:
        case 401 | 403:
            return _("refusé")
        case 404:
            return _("rien à montrer")
        case 429:
            return _("trop de demandes")
        case _ if status >= 400:
            return _("erreur")
        case _:
            return _("montré")
