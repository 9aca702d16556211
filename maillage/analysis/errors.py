"""What can go wrong with an analysis."""

from maillage.base.errors import Kind, MaillageError


class AnalysisError(MaillageError):
    """The root of this room's errors."""


class UnknownAnalysisError(AnalysisError):
    """No analysis of that name is installed."""

    kind = Kind.NOT_FOUND


class ParametersError(AnalysisError):
    """The parameters are not those that the analysis takes."""


class ContentError(AnalysisError):
    """A hospital's part is not of the form that the analysis declares, or holds a cell under the floor."""

    kind = Kind.INTEGRITY


class RoundRefusedError(AnalysisError):
    """A round that an honest exchange does not ask: out of order, past the end, or with wild parameters."""

    kind = Kind.REFUSED
