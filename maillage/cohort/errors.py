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
