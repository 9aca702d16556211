"""Why a node did not answer: codes on the wire, one sentence for people on the reader's side.

No free text crosses from a node: a sentence composed there could carry a patient's value (S3).
"""

from collections.abc import Mapping
from enum import StrEnum

from maillage.base.i18n import _, mark


class Reason(StrEnum):
    """Codes, alphabetical. A new code is a new protocol version only when an old hub must act on it."""

    ANALYSIS_DIFFERS = "analysis_differs"
    ANALYSIS_UNKNOWN = "analysis_unknown"
    BUDGET_SPENT = "budget_spent"
    CANCELLED = "cancelled"
    COHORT_INVALID = "cohort_invalid"
    COHORT_UNSUPPORTED = "cohort_unsupported"
    CONCEPTS_UNKNOWN = "concepts_unknown"
    DISK_FULL = "disk_full"
    ENGINE_FAILED = "engine_failed"
    ENVELOPE_ALTERED = "envelope_altered"
    ENVELOPE_EXPIRED = "envelope_expired"
    ENVELOPE_MALFORMED = "envelope_malformed"
    ENVELOPE_REPLAYED = "envelope_replayed"
    ENVELOPE_RETARGETED = "envelope_retargeted"
    ENVELOPE_TOO_LARGE = "envelope_too_large"
    ENVELOPE_VERSION = "envelope_version"
    HELD_FOR_RELEASE = "held_for_release"
    HELD_FOR_REVIEW = "held_for_review"
    INTERNAL = "internal"
    LIMIT_REACHED = "limit_reached"
    MODEL_OUTWEIGHED = "model_outweighed"
    MODEL_RARE = "model_rare"
    MODEL_TOO_CLOSE = "model_too_close"
    MODEL_TOO_SMALL = "model_too_small"
    NOISE_UNAVAILABLE = "noise_unavailable"
    PARAMETERS_INVALID = "parameters_invalid"
    PERMIT_EXCEEDED = "permit_exceeded"
    PERMIT_EXPIRED = "permit_expired"
    PERMIT_MISSING = "permit_missing"
    PERMIT_WITHDRAWN = "permit_withdrawn"
    POLICY_REFUSED = "policy_refused"
    RELEASE_REFUSED = "release_refused"
    REVIEWER_REFUSED = "reviewer_refused"
    ROUND_REFUSED = "round_refused"
    ROUNDS_CHANGED = "rounds_changed"
    ROUNDS_DROPPED = "rounds_dropped"
    ROUNDS_FAILED = "rounds_failed"
    SIGNER_UNKNOWN = "signer_unknown"
    SUM_DROPPED = "sum_dropped"
    SUM_FAILED = "sum_failed"
    SUM_HIDDEN = "sum_hidden"
    SUM_REFUSED = "sum_refused"
    SUM_TOO_CLOSE = "sum_too_close"
    SUM_TOO_FEW = "sum_too_few"
    TOO_FEW_PARTICIPANTS = "too_few_participants"
    WAREHOUSE_UNAVAILABLE = "warehouse_unavailable"
    WAREHOUSE_VERSION = "warehouse_version"


_SENTENCES: Mapping[Reason, str] = {
    Reason.ANALYSIS_DIFFERS: mark("Le programme de cette analyse a changé entre la question et la réponse."),
    Reason.ANALYSIS_UNKNOWN: mark("Cette analyse n’est pas installée dans cet hôpital."),
    Reason.BUDGET_SPENT: mark("Le budget de confidentialité de l’autorisation est épuisé dans cet hôpital."),
    Reason.CANCELLED: mark("La question a été annulée."),
    Reason.COHORT_INVALID: mark("La définition de la cohorte est invalide."),
    Reason.COHORT_UNSUPPORTED: mark("La cohorte emploie une fonction que cet hôpital ne sait pas calculer."),
    Reason.CONCEPTS_UNKNOWN: mark("Le vocabulaire de cet hôpital ne connaît aucun code de la cohorte."),
    Reason.DISK_FULL: mark("Le disque du nœud est plein ; la réponse viendra quand il y aura de la place."),
    Reason.ENGINE_FAILED: mark("Le moteur de l’entrepôt a échoué."),
    Reason.ENVELOPE_ALTERED: mark("Le message a été modifié après sa signature."),
    Reason.ENVELOPE_EXPIRED: mark("La question est arrivée après sa date limite."),
    Reason.ENVELOPE_MALFORMED: mark("Le message est illisible."),
    Reason.ENVELOPE_REPLAYED: mark("Ce message a déjà servi pour une autre question."),
    Reason.ENVELOPE_RETARGETED: mark("Ce message est destiné à un autre hôpital."),
    Reason.ENVELOPE_TOO_LARGE: mark("Le message est trop grand."),
    Reason.ENVELOPE_VERSION: mark("Le message est d’une version du protocole qui n’est pas connue ici."),
    Reason.HELD_FOR_RELEASE: mark("L’hôpital a calculé la réponse et la contrôle avant sa sortie."),
    Reason.HELD_FOR_REVIEW: mark("L’hôpital examine la question avant de répondre."),
    Reason.INTERNAL: mark("Le nœud a rencontré une erreur imprévue ; son journal en garde le détail."),
    Reason.LIMIT_REACHED: mark("La question dépasse la durée ou la mémoire que cet hôpital accorde."),
    Reason.MODEL_OUTWEIGHED: mark(
        "Dans cet hôpital, un patient ou deux pèseraient presque autant que tous les autres dans le modèle."
    ),
    Reason.MODEL_RARE: mark(
        "Dans cet hôpital, un niveau, un croisement de deux niveaux ou une issue a trop peu de patients."
    ),
    Reason.MODEL_TOO_CLOSE: mark(
        "Dans cet hôpital, une réponse précédente porte sur presque les mêmes patients."
    ),
    Reason.MODEL_TOO_SMALL: mark("Cet hôpital a trop peu de patients pour ce modèle."),
    Reason.NOISE_UNAVAILABLE: mark(
        "Cet hôpital n’a pas installé ce qui tire le bruit que l’autorisation demande (maillage[dp])."
    ),
    Reason.PARAMETERS_INVALID: mark("Les paramètres de l’analyse sont invalides."),
    Reason.PERMIT_EXCEEDED: mark("La question dépasse ce que l’autorisation permet."),
    Reason.PERMIT_EXPIRED: mark("L’autorisation n’est pas encore valable, ou ne l’est plus."),
    Reason.PERMIT_MISSING: mark("Cet hôpital n’a accepté aucune autorisation de ce nom."),
    Reason.PERMIT_WITHDRAWN: mark("Cet hôpital ou le comité a retiré l’autorisation."),
    Reason.POLICY_REFUSED: mark("La politique de cet hôpital ne permet pas cette question."),
    Reason.RELEASE_REFUSED: mark("L’hôpital a contrôlé la réponse et ne la laisse pas sortir."),
    Reason.REVIEWER_REFUSED: mark("L’hôpital a examiné la question et ne répond pas."),
    Reason.ROUND_REFUSED: mark(
        "L’hôpital refuse un tour du calcul : un calcul honnête ne le demande pas, ou il en dirait trop."
    ),
    Reason.ROUNDS_CHANGED: mark(
        "Les données de l’hôpital ont changé pendant le calcul ; la question peut être posée à nouveau."
    ),
    Reason.ROUNDS_DROPPED: mark("Cet hôpital s’est arrêté pendant le calcul : il n’y est pas."),
    Reason.ROUNDS_FAILED: mark("Le calcul par tours n’a pas abouti."),
    Reason.SIGNER_UNKNOWN: mark("Le signataire du message n’est pas connu."),
    Reason.SUM_DROPPED: mark("Cet hôpital s’est arrêté avant la somme : il n’y est pas."),
    Reason.SUM_FAILED: mark(
        "La somme masquée n’a pas abouti : un hôpital s’est arrêté trop tard. À reposer aux mêmes hôpitaux."
    ),
    Reason.SUM_HIDDEN: mark(
        "Le nombre de cet hôpital est trop petit, ou protégé : il n’est pas dans la somme."
    ),
    Reason.SUM_REFUSED: mark("L’hôpital refuse cette somme masquée : une clé ou une liste est fausse."),
    Reason.SUM_TOO_CLOSE: mark(
        "L’hôpital refuse cette somme : il est déjà dans une somme des mêmes patients avec d’autres "
        "hôpitaux. Posez la question aux mêmes hôpitaux qu’alors."
    ),
    Reason.SUM_TOO_FEW: mark("Trop peu d’hôpitaux restent pour une somme masquée."),
    Reason.TOO_FEW_PARTICIPANTS: mark("Trop peu d’hôpitaux participent à la question."),
    Reason.WAREHOUSE_UNAVAILABLE: mark("L’entrepôt de cet hôpital n’est pas disponible."),
    Reason.WAREHOUSE_VERSION: mark("L’entrepôt de cet hôpital est d’une autre version."),
}


def word(reason: Reason) -> str:
    """The sentence for people, in the language of the present context."""
    return _(_SENTENCES[reason])
