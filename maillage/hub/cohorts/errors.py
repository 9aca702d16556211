"""Why a cohort is not shown, or not changed."""

from maillage.base.errors import Kind
from maillage.base.i18n import _
from maillage.hub.errors import HubError


class SavedCohortError(HubError):
    """The root of this folder's errors."""

    code = "saved_cohort"


class CohortUnknownError(SavedCohortError):
    """No cohort of that id is theirs or shared: another's is not told from none."""

    kind = Kind.NOT_FOUND
    code = "saved_cohort_unknown"

    def __init__(self) -> None:
        super().__init__(
            _("Cette cohorte n’existe pas, ou n’est pas partagée avec vous."),
            remedy=_("Vos cohortes et celles du groupement sont à la page « Mes cohortes »."),
        )


class NotTheOwnerError(SavedCohortError):
    """Only its owner changes a cohort."""

    kind = Kind.REFUSED
    code = "saved_cohort_of_another"

    def __init__(self) -> None:
        super().__init__(
            _("Cette cohorte est d’une autre personne : vous pouvez la lire et la commenter."),
            remedy=_("Faites-en une copie : elle sera à vous."),
        )


class CohortInputError(SavedCohortError):
    """A name, a note, a comment or a document that is too long or empty."""

    code = "saved_cohort_invalid"


class IncompleteCohortError(SavedCohortError):
    """The draft cannot be counted or named yet."""

    kind = Kind.CONFLICT
    code = "saved_cohort_incomplete"


class TooManyCohortsError(SavedCohortError):
    """A person keeps more cohorts than the hub allows."""

    kind = Kind.LIMIT
    code = "saved_cohort_too_many"


class OvertakenError(SavedCohortError):
    """The draft has changed in another window since the page that made this change was drawn."""

    kind = Kind.CONFLICT
    code = "saved_cohort_overtaken"

    def __init__(self, typed: str = "") -> None:
        lost = _("Ce que vous veniez d’y changer n’est pas fait ({typed}).").format(typed=typed)
        super().__init__(
            _("Ce brouillon a changé dans une autre fenêtre : le voici."),
            why=lost if typed else _("Ce que vous veniez d’y changer n’est pas fait."),
            remedy=_("Refaites-le ici s’il le faut encore."),
        )
