"""The life of a task at a node, as data: states, allowed moves, one checker, one ledger event per move."""

from collections.abc import Mapping
from enum import StrEnum

from maillage.base.i18n import _, mark
from maillage.base.moves import require_move
from maillage.exchange import chain
from maillage.node.errors import MoveError


class State(StrEnum):
    """Where a task stands. What was answered (partial, refusal, failure) is in its answer, not here."""

    RECEIVED = "received"
    HELD = "held"
    ACCEPTED = "accepted"
    COMPUTED = "computed"
    ANSWERED = "answered"
    SENT = "sent"
    REJECTED = "rejected"


MOVES: Mapping[State, frozenset[State]] = {
    # The envelope is stored; nothing was decided.
    State.RECEIVED: frozenset({State.HELD, State.ACCEPTED, State.ANSWERED}),
    # A person decides; meanwhile the task may be cancelled or expire, which answers it.
    State.HELD: frozenset({State.ACCEPTED, State.ANSWERED}),
    # It will be computed; a refusal (cancelled, expired) or a failure may still come of it.
    State.ACCEPTED: frozenset({State.COMPUTED, State.ANSWERED}),
    # Its answer is sealed until persons checked it; somebody who objected meanwhile has it computed anew.
    State.COMPUTED: frozenset({State.ACCEPTED, State.ANSWERED}),
    # The one final answer is stored and waits to be sent.
    State.ANSWERED: frozenset({State.SENT, State.REJECTED}),
    State.SENT: frozenset(),
    # The hub wanted no such answer; should it ask again, the same bytes go again.
    State.REJECTED: frozenset({State.SENT}),
}

_STATE_WORDS: Mapping[State, str] = {
    State.RECEIVED: mark("reçue"),
    State.HELD: mark("attend un accord"),
    State.ACCEPTED: mark("acceptée, à calculer"),
    State.COMPUTED: mark("calculée, à contrôler"),
    State.ANSWERED: mark("répondue, à remettre au hub"),
    State.SENT: mark("remise au hub"),
    State.REJECTED: mark("le hub n’en a pas voulu"),
}

OPEN = frozenset({State.RECEIVED, State.HELD, State.ACCEPTED, State.COMPUTED})
"""States without a final answer."""


def check_move(task_id: str, *, present: State, to: State) -> None:
    """Raises MoveError unless the table allows the move."""
    require_move(
        MOVES,
        present,
        to=to,
        refused=lambda state: MoveError(
            _("La tâche {task} est dans l’état « {state} ».").format(task=task_id, state=state),
            why=_("Elle ne peut pas passer à « {state} ».").format(state=to),
        ),
    )


class Event(StrEnum):
    """What the ledger says, as who:what:did. Alphabetical."""

    AGENT_ANSWER_RECORDED = "agent:answer:recorded"
    AGENT_ANSWER_REJECTED = "agent:answer:rejected"
    AGENT_ANSWER_SENT = "agent:answer:sent"
    AGENT_CATALOGUE_RECORDED = "agent:catalogue:recorded"
    AGENT_CATALOGUE_SENT = "agent:catalogue:sent"
    AGENT_NODE_STARTED = "agent:node:started"
    AGENT_RELEASE_HELD = "agent:release:held"
    AGENT_RELEASE_OUTDATED = "agent:release:outdated"
    AGENT_ROUND_TOLD = "agent:round:told"
    AGENT_SUM_MASKED = "agent:sum:masked"
    AGENT_SUM_OFFERED = "agent:sum:offered"
    AGENT_SUM_SIGNED = "agent:sum:signed"
    AGENT_TASK_RECEIVED = "agent:task:received"
    AGENT_TASK_RESUMED = "agent:task:resumed"
    AGENT_TASK_STARTED = "agent:task:started"
    COMMITTEE_PERMIT_OFFERED = "committee:permit:offered"
    COMMITTEE_PERMIT_REVOKED = "committee:permit:revoked"
    COMMITTEE_PERMIT_SIGNED_AGAIN = "committee:permit:signed_again"
    HUB_ANCHOR_DIFFERED = "hub:anchor:differed"
    HUB_AUDIT_ANCHORED = chain.HUB_ANCHORED
    HUB_AUDIT_DIFFERED = chain.HUB_DIFFERED
    HUB_DELIVERY_CONFLICTED = "hub:delivery:conflicted"
    HUB_REQUEST_REFUSED = "hub:request:refused"
    PERSON_COMMITTEE_REVOKED = "person:committee:revoked"
    PERSON_COMMITTEE_TRUSTED = "person:committee:trusted"
    PERSON_LEDGER_RETAINED = chain.NODE_RETAINED
    PERSON_NODE_CREATED = "person:node:created"
    PERSON_OBJECTION_ADDED = "person:objection:added"
    PERSON_OBJECTION_WITHDRAWN = "person:objection:withdrawn"
    PERSON_OBJECTIONS_IMPORTED = "person:objections:imported"
    PERSON_OBJECTIONS_REPLACED = "person:objections:replaced"
    PERSON_PERMIT_ACCEPTED = "person:permit:accepted"
    PERSON_PERMIT_WITHDRAWN = "person:permit:withdrawn"
    PERSON_POLICY_CHANGED = "person:policy:changed"
    PERSON_REFERENTIEL_APPLIED = "person:referentiel:applied"
    PERSON_RELEASE_CHECKED = "person:release:checked"
    PERSON_RELEASES_BEGUN_ANEW = "person:releases:begun_anew"
    PERSON_TASK_REFUSED = "person:task:refused"
    PERSON_TASK_RELEASED = "person:task:released"
    POLICY_TASK_ACCEPTED = "policy:task:accepted"
    POLICY_TASK_HELD = "policy:task:held"


_SENTENCES: Mapping[Event, str] = {
    Event.AGENT_ANSWER_RECORDED: mark("Réponse définitive enregistrée."),
    Event.AGENT_ANSWER_REJECTED: mark("Le hub n’a pas voulu de la réponse."),
    Event.AGENT_ANSWER_SENT: mark("Réponse remise au hub."),
    Event.AGENT_CATALOGUE_RECORDED: mark("Catalogue du jour compté et signé."),
    Event.AGENT_CATALOGUE_SENT: mark("Catalogue du jour remis au hub."),
    Event.AGENT_NODE_STARTED: mark("Démarrage du nœud."),
    Event.AGENT_RELEASE_HELD: mark("Réponse calculée, retenue pour le contrôle de sortie."),
    Event.AGENT_RELEASE_OUTDATED: mark(
        "Réponse retenue écartée : une opposition est venue depuis le calcul."
    ),
    Event.AGENT_ROUND_TOLD: mark("Sommes d’un tour de calcul remises au hub."),
    Event.AGENT_SUM_MASKED: mark("Nombres remis sous masques pour une somme."),
    Event.AGENT_SUM_OFFERED: mark("Clé offerte pour une somme masquée."),
    Event.AGENT_SUM_SIGNED: mark("Liste des hôpitaux d’une somme signée."),
    Event.AGENT_TASK_RECEIVED: mark("Question reçue."),
    Event.AGENT_TASK_RESUMED: mark("Question reprise après un arrêt."),
    Event.AGENT_TASK_STARTED: mark("Calcul commencé."),
    Event.COMMITTEE_PERMIT_OFFERED: mark("Autorisation du comité reçue."),
    Event.COMMITTEE_PERMIT_REVOKED: mark("Autorisation reprise par le comité."),
    Event.COMMITTEE_PERMIT_SIGNED_AGAIN: mark("Autorisation signée d’une nouvelle clé du comité."),
    Event.HUB_ANCHOR_DIFFERED: mark("Le hub connaît un autre registre que celui-ci."),
    Event.HUB_AUDIT_ANCHORED: mark("Tête signée du journal du hub."),
    Event.HUB_AUDIT_DIFFERED: mark("Tête signée du hub qui contredit une tête d’avant."),
    Event.HUB_DELIVERY_CONFLICTED: mark("Autre message reçu sous le nom d’une question connue."),
    Event.HUB_REQUEST_REFUSED: mark("Le hub a refusé une requête du nœud."),
    Event.PERSON_COMMITTEE_REVOKED: mark("Clé du comité révoquée."),
    Event.PERSON_COMMITTEE_TRUSTED: mark("Clé du comité reconnue."),
    Event.PERSON_LEDGER_RETAINED: mark("Détail des lignes anciennes retiré du registre."),
    Event.PERSON_NODE_CREATED: mark("Création du nœud."),
    Event.PERSON_OBJECTION_ADDED: mark("Opposition d’un patient enregistrée."),
    Event.PERSON_OBJECTION_WITHDRAWN: mark("Opposition d’un patient retirée."),
    Event.PERSON_OBJECTIONS_IMPORTED: mark("Oppositions d’une liste enregistrées."),
    Event.PERSON_OBJECTIONS_REPLACED: mark("Registre des oppositions remplacé par une liste."),
    Event.PERSON_PERMIT_ACCEPTED: mark("Autorisation acceptée par l’hôpital."),
    Event.PERSON_PERMIT_WITHDRAWN: mark("Autorisation retirée par l’hôpital."),
    Event.PERSON_POLICY_CHANGED: mark("Politique de l’hôpital changée."),
    Event.PERSON_REFERENTIEL_APPLIED: mark("Référentiel du groupe mis dans l’entrepôt."),
    Event.PERSON_RELEASE_CHECKED: mark("Sortie contrôlée par une personne."),
    Event.PERSON_RELEASES_BEGUN_ANEW: mark(
        "Réponses déjà données perdues : une personne laisse le nœud recommencer sans elles."
    ),
    Event.PERSON_TASK_REFUSED: mark("Question refusée par une personne."),
    Event.PERSON_TASK_RELEASED: mark("Question autorisée par une personne."),
    Event.POLICY_TASK_ACCEPTED: mark("Question acceptée par la politique."),
    Event.POLICY_TASK_HELD: mark("Question mise en attente d’une personne."),
}


def word_event(event: Event) -> str:
    """The sentence for people, in the language of the present context."""
    return _(_SENTENCES[event])


def word_any(event: str) -> str:
    """The same of what a ledger holds: what is no event of ours is shown as it is, for `verify` to judge."""
    return word_event(Event(event)) if event in set(Event) else event


def word_state(state: State) -> str:
    """Where a task stands, for people."""
    return _(_STATE_WORDS[state])
