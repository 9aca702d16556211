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
