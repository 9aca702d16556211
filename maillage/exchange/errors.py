"""Why a message from outside is not taken."""

from maillage.base.errors import Kind, MaillageError
from maillage.base.i18n import _
from maillage.exchange.reasons import Reason, word


class ExchangeError(MaillageError):
    """The root of this room's errors."""

    kind = Kind.REFUSED


class EnvelopeError(ExchangeError):
    """An envelope that is not taken; `reason` says why in one code."""

    def __init__(self, reason: Reason, *, why: str = "") -> None:
        super().__init__(word(reason), why=why)
        self.reason = reason


class SignatureError(ExchangeError):
    """A request whose signature does not hold."""


class ClockSkewError(SignatureError):
    """A request signed at another time than now: one of the two clocks is wrong."""

    def __init__(self, *, seconds: float) -> None:
        super().__init__(
            _("L’horloge de l’appelant diffère de la nôtre de {seconds} s.").format(seconds=round(seconds)),
            remedy=_("Réglez l’horloge de la machine (NTP), puis réessayez."),
        )
        self.seconds = seconds


class ChainError(ExchangeError):
    """A chain of lines that was edited, cut or put together otherwise; `sequence` is the first bad line."""

    kind = Kind.INTEGRITY

    def __init__(self, what: str, *, why: str = "", remedy: str = "", sequence: int = 0) -> None:
        super().__init__(what, why=why, remedy=remedy)
        self.sequence = sequence


class ExportFileError(ExchangeError):
    """The file of an export cannot be read, or not be written."""

    kind = Kind.INPUT


class ExportError(ExchangeError):
    """A file that is not the export of a ledger, or not the one that its manifest signs."""

    kind = Kind.INTEGRITY
