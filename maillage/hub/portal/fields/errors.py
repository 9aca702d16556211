"""What is wrong with a filled form, told at its fields."""

from collections.abc import Mapping

from maillage.analysis.errors import ParametersError


class UnfitError(ValueError):
    """What was typed in one field is not what it asks for; the message is for people."""


class FieldsError(ParametersError):
    """The form of an analysis, `of`, cannot be sent: by the name of each field, why."""

    def __init__(self, what: str, *, of: str, fields: Mapping[str, str], why: str = "") -> None:
        super().__init__(what, why=why)
        self.of = of
        self.fields = dict(fields)
