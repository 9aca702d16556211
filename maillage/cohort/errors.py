"""What can go wrong with a cohort expression."""

from maillage.base.errors import Kind, MaillageError


class CohortError(MaillageError):
    """The root of this room's errors."""


class ExpressionError(CohortError):
    """The expression is not one: `path` is the JSON path of the place, from `$`."""

    def __init__(self, what: str, *, path: str = "$", why: str = "", remedy: str = "") -> None:
        super().__init__(f"{path} : {what}", why=why, remedy=remedy)
        self.path = path


class ExpressionTooLargeError(CohortError):
    """The expression is larger, deeper or richer than any definition in use."""

    kind = Kind.LIMIT


class UnsupportedFeatureError(CohortError):
    """The expression is right, but asks for something that Maillage does not answer; `feature` names it."""

    kind = Kind.REFUSED

    def __init__(self, feature: str, *, why: str = "", remedy: str = "") -> None:
        super().__init__(feature, why=why, remedy=remedy)
        self.feature = feature


class ConceptsUnknownError(CohortError):
    """The warehouse's vocabulary knows no concept that the criteria name: its answer would be no answer."""

    kind = Kind.UNAVAILABLE


class StudyError(CohortError):
    """What was written in Python cannot be: two words that contradict each other, a bound upside down."""


class CodeError(CohortError):
    """A code of a study cannot be made a concept."""


class UnknownCodeError(CodeError):
    """No concept has this code; `nearest` describes those that look like it."""

    kind = Kind.NOT_FOUND

    def __init__(self, what: str, *, nearest: tuple[str, ...] = (), why: str = "", remedy: str = "") -> None:
        super().__init__(what, why=why, remedy=remedy)
        self.nearest = nearest


class AmbiguousCodeError(CodeError):
    """Several concepts have this code."""

    kind = Kind.CONFLICT


class EditError(CohortError):
    """An edit of a draft cannot be made, or a form does not say one; `field` names the wrong field."""

    def __init__(self, what: str, *, why: str = "", remedy: str = "", field: str = "") -> None:
        super().__init__(what, why=why, remedy=remedy)
        self.field = field
