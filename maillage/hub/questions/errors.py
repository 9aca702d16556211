"""Why a question is not taken, or not found; why an answer is not taken."""

from maillage.base.errors import Kind
from maillage.base.i18n import _
from maillage.hub.errors import HubError


class QuestionError(HubError):
    """The root of this folder's errors."""

    code = "question"


class QuestionInvalidError(QuestionError):
    """The question cannot be asked as it is."""

    code = "question_invalid"


class SitesError(QuestionError):
    """Hospitals are named that cannot be asked, or there are none."""

    code = "sites_invalid"


class BudgetSlowError(QuestionError):
    """The person asks faster than the permit lets them."""

    kind = Kind.LIMIT
    code = "budget_slow"


class BudgetSpentError(QuestionError):
    """The person has asked all that the permit lets them for now."""

    kind = Kind.LIMIT
    code = "budget_spent"


class QuestionUnknownError(QuestionError):
    """No question of that id belongs to this requester."""

    kind = Kind.NOT_FOUND
    code = "question_unknown"

    def __init__(self) -> None:
        super().__init__(
            _("Cette question n’existe pas, ou n’est pas de vous."),
            remedy=_("La liste de vos questions est sur /api/v1/questions et dans le portail."),
        )


class QuestionClosedError(QuestionError):
    """The question has ended."""

    kind = Kind.CONFLICT
    code = "question_closed"

    def __init__(self) -> None:
        super().__init__(_("Cette question est close : elle ne change plus."))


class TaskUnknownError(QuestionError):
    """No task of that id."""

    kind = Kind.NOT_FOUND
    code = "task_unknown"

    def __init__(self) -> None:
        super().__init__(_("Cette tâche n’existe pas à ce hub."))


class FormerBootError(QuestionError):
    """A poll of a process other than the one that greeted last."""

    kind = Kind.CONFLICT
    code = "boot_former"

    def __init__(self) -> None:
        super().__init__(
            _("Ce nœud a redémarré depuis : un autre de ses processus a salué le hub."),
            remedy=_("Le nœud salue à nouveau ; un seul agent tourne par hôpital."),
        )


class StepConflictError(QuestionError):
    """Another step of that kind is recorded in this masked sum."""

    kind = Kind.CONFLICT
    code = "step_exists"

    def __init__(self) -> None:
        super().__init__(
            _("Un autre envoi de cet hôpital est déjà enregistré pour cette somme."),
            why=_("Un hôpital n’a qu’une clé, qu’un envoi et qu’une signature par somme masquée."),
        )


class AnswerError(QuestionError):
    """An answer that is not taken, and whose refusal is in the audit."""

    kind = Kind.INTEGRITY
    code = "answer_refused"


class AnswerMismatchError(AnswerError):
    """A valid signature around an answer to something else."""

    code = "answer_mismatch"


class AnswerRejectedError(AnswerError):
    """The content breaks the analysis's form or the network's floor."""

    code = "answer_rejected"


class AnswerConflictError(QuestionError):
    """There is another last word of this hospital."""

    kind = Kind.CONFLICT
    code = "answer_exists"

    def __init__(self) -> None:
        super().__init__(
            _("Une autre réponse définitive à cette tâche est déjà enregistrée."),
            why=_("Un hôpital ne répond qu’une fois à une tâche."),
        )


class NoReleaseError(QuestionError):
    """No check of that question is asked of the committee."""

    kind = Kind.NOT_FOUND
    code = "release_unknown"


class RoundConflictError(QuestionError):
    """Another part of that round is recorded, or that round was not asked."""

    kind = Kind.CONFLICT
    code = "round_exists"

    def __init__(self) -> None:
        super().__init__(
            _("Un autre envoi de cet hôpital est déjà enregistré pour ce tour, ou il n’est pas demandé."),
            remedy=_("Un tour est dit une fois. Restaurez ensemble node.sqlite et le dossier du nœud."),
        )
