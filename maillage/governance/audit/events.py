"""Everything that the group keeps a trace of: `source:subject:action`, and one sentence for people."""

from collections.abc import Mapping
from enum import StrEnum

from maillage.base.i18n import _, mark
from maillage.exchange import chain


class EventType(StrEnum):
    """Alphabetical."""

    ACCOUNT_LINKED = "person:psc:link"
    ANSWER_RECORDED = "node:answer:record"
    ANSWER_REFUSED = "hub:answer:refuse"
    AUDIT_RETAINED = chain.HUB_RETAINED
    CATALOGUE_RECORDED = "node:catalogue:record"
    CLOCK_REFUSED = "hub:clock:refuse"
    COHORT_COMMENTED = "requester:cohort:comment"
    COHORT_SAVED = "requester:cohort:save"
    COHORT_SHARED = "requester:cohort:share"
    COHORT_STARTED = "requester:cohort:start"
    COHORT_UNSHARED = "requester:cohort:unshare"
    INVITATION_CREATED = "office:invitation:create"
    LEDGER_ANCHORED = chain.NODE_ANCHORED
    LEDGER_DIFFERED = chain.NODE_DIFFERED
    LINK_CREATED = "operator:link:create"
    MEMBER_DEPARTED = "operator:member:depart"
    MEMBER_PLACED = "office:member:place"
    MEMBER_REGISTERED = "operator:member:register"
    MEMBER_REINSTATED = "operator:member:reinstate"
    MEMBER_SUSPENDED = "operator:member:suspend"
    NODE_GREETED = "node:boot:greet"
    PASSKEY_ADDED = "person:passkey:add"
    PASSKEY_REMOVED = "person:passkey:remove"
    PASSWORD_CHANGED = "person:password:change"  # noqa: S105 - an event, not a secret
    PASSWORD_SET = "person:password:set"  # noqa: S105
    PERMIT_ANSWERED = "node:permit:answer"
    PERMIT_PUBLISHED = "operator:permit:publish"
    PERMIT_REVOKED = "committee:permit:revoke"
    PERSON_DEPARTED = "office:person:depart"
    PERSON_INVITED = "office:person:invite"
    PERSON_JOINED = "person:person:join"
    PERSON_REINSTATED = "office:person:reinstate"
    PERSON_SUSPENDED = "office:person:suspend"
    QUESTION_ASKED = "requester:question:ask"
    QUESTION_CANCELLED = "requester:question:cancel"
    QUESTION_EXPIRED = "hub:question:expire"
    RECOVERY_RENEWED = "person:recovery:renew"
    REFERENTIEL_PUBLISHED = "operator:referentiel:publish"
    RELEASE_CHECKED = "committee:release:check"
    ROLE_GIVEN = "office:role:give"
    ROLE_WITHDRAWN = "office:role:withdraw"
    ROUNDS_ENDED = "hub:rounds:end"
    ROUND_ASKED = "hub:round:ask"
    ROUND_TOLD = "node:round:tell"
    SESSION_ENDED = "person:session:end"
    SESSION_OPENED = "requester:session:open"
    SUM_ADDED = "hub:sum:add"
    SUM_FAILED = "hub:sum:fail"
    SUM_MASKED = "hub:sum:mask"
    SUM_OPENED = "hub:sum:open"
    SUM_SIGNED = "hub:sum:sign"
    TASK_DELIVERED = "hub:task:deliver"
    TOKEN_CREATED = "operator:token:create"  # noqa: S105 - an event, not a secret
    TOKEN_REVOKED = "operator:token:revoke"  # noqa: S105


_SENTENCES: Mapping[EventType, str] = {
    EventType.ACCOUNT_LINKED: mark("{actor} a associé son identité Pro Santé Connect."),
    EventType.ANSWER_RECORDED: mark("{actor} a répondu à la tâche {subject}."),
    EventType.ANSWER_REFUSED: mark("Une réponse de {actor} à la tâche {subject} a été refusée."),
    EventType.AUDIT_RETAINED: mark("{actor} a retiré le détail des lignes d’avant le {subject}."),
    EventType.CATALOGUE_RECORDED: mark("{actor} a remis son catalogue du {subject}."),
    EventType.CLOCK_REFUSED: mark("L’horloge de {actor} est fausse : ses requêtes sont refusées."),
    EventType.COHORT_COMMENTED: mark("{actor} a commenté la cohorte {subject}."),
    EventType.COHORT_SAVED: mark("{actor} a gardé une version de la cohorte {subject}."),
    EventType.COHORT_SHARED: mark("{actor} a partagé la cohorte {subject} avec le groupement."),
    EventType.COHORT_STARTED: mark("{actor} a commencé la cohorte {subject}."),
    EventType.COHORT_UNSHARED: mark("{actor} a retiré la cohorte {subject} du partage."),
    EventType.INVITATION_CREATED: mark("{actor} a fait un lien d’invitation pour {subject}."),
    EventType.LEDGER_ANCHORED: mark("{actor} a remis la tête signée de son registre."),
    EventType.LEDGER_DIFFERED: mark("{actor} a signé une tête qui contredit une tête d’avant."),
    EventType.LINK_CREATED: mark("{actor} a fait un lien d’entrée pour {subject}."),
    EventType.MEMBER_DEPARTED: mark("{actor} a retiré l’hôpital {subject} du réseau."),
    EventType.MEMBER_PLACED: mark("{actor} a changé le département de l’hôpital {subject}."),
    EventType.MEMBER_REGISTERED: mark("{actor} a inscrit l’hôpital {subject}."),
    EventType.MEMBER_REINSTATED: mark("{actor} a rétabli l’hôpital {subject}."),
    EventType.MEMBER_SUSPENDED: mark("{actor} a suspendu l’hôpital {subject}."),
    EventType.NODE_GREETED: mark("Le nœud de {actor} a démarré."),
    EventType.PASSKEY_ADDED: mark("{actor} a ajouté une clé d’accès."),
    EventType.PASSKEY_REMOVED: mark("{actor} a retiré une clé d’accès."),
    EventType.PASSWORD_CHANGED: mark("{actor} a changé de mot de passe."),
    EventType.PASSWORD_SET: mark("{actor} a choisi un mot de passe et un générateur de codes."),
    EventType.PERMIT_ANSWERED: mark("{actor} s’est prononcé sur l’autorisation {subject}."),
    EventType.PERMIT_PUBLISHED: mark("{actor} a publié l’autorisation {subject}."),
    EventType.PERMIT_REVOKED: mark("Le comité a repris l’autorisation {subject}, publiée par {actor}."),
    EventType.PERSON_DEPARTED: mark("{actor} a clos le compte de {subject}."),
    EventType.PERSON_INVITED: mark("{actor} a invité {subject}."),
    EventType.PERSON_JOINED: mark("{subject} a ouvert son compte."),
    EventType.PERSON_REINSTATED: mark("{actor} a rétabli {subject}."),
    EventType.PERSON_SUSPENDED: mark("{actor} a suspendu {subject}."),
    EventType.QUESTION_ASKED: mark("{actor} a posé la question {subject}."),
    EventType.QUESTION_CANCELLED: mark("{actor} a annulé la question {subject}."),
    EventType.QUESTION_EXPIRED: mark("La question {subject} a atteint sa date limite."),
    EventType.RECOVERY_RENEWED: mark("{actor} a fait de nouveaux codes de secours."),
    EventType.REFERENTIEL_PUBLISHED: mark("{actor} a publié le référentiel {subject}."),
    EventType.RELEASE_CHECKED: mark("{actor} a contrôlé la sortie de la question {subject}."),
    EventType.ROLE_GIVEN: mark("{actor} a donné un rôle à {subject}."),
    EventType.ROLE_WITHDRAWN: mark("{actor} a retiré un rôle à {subject}."),
    EventType.ROUNDS_ENDED: mark("Le calcul par tours de la question {subject} est terminé."),
    EventType.ROUND_ASKED: mark("Le hub demande un tour de calcul pour la question {subject}."),
    EventType.ROUND_TOLD: mark("{actor} a dit ses sommes d’un tour, pour la tâche {subject}."),
    EventType.SESSION_ENDED: mark("{actor} a fermé des sessions de {subject}."),
    EventType.SESSION_OPENED: mark("{actor} est entré dans le portail."),
    EventType.SUM_ADDED: mark("La somme masquée de la question {subject} est faite."),
    EventType.SUM_FAILED: mark("La somme masquée de la question {subject} n’a pas abouti."),
    EventType.SUM_MASKED: mark("Les nombres masqués de la question {subject} sont arrivés."),
    EventType.SUM_OPENED: mark("La somme masquée de la question {subject} est ouverte."),
    EventType.SUM_SIGNED: mark("Les hôpitaux de la somme de la question {subject} ont signé leur liste."),
    EventType.TASK_DELIVERED: mark("La tâche {subject} a été remise à {actor}."),
    EventType.TOKEN_CREATED: mark("{actor} a fait un jeton pour {subject}."),
    EventType.TOKEN_REVOKED: mark("{actor} a révoqué un jeton de {subject}."),
}


def describe(event_type: str, *, actor: str, subject: str) -> str:
    """The event in words, in the language of the present context."""
    return _(_SENTENCES[EventType(event_type)]).format(actor=actor, subject=subject)


def word_removed(event_type: str) -> str:
    """The same where a retention removed who and what."""
    return _("{event} (détail retiré)").format(event=event_type)
