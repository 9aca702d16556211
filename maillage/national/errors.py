"""What can be wrong with what comes from, or goes to, the national infrastructure."""

from maillage.base.errors import Kind, MaillageError


class NationalError(MaillageError):
    """The root of this room's errors. A message never quotes a value: it may be a patient's."""


class InsError(NationalError):
    """The text is no matricule INS."""


class PscError(NationalError):
    """An answer of Pro Santé Connect that is not to be believed."""

    kind = Kind.REFUSED
