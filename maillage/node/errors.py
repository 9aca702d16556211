"""What can go wrong at a node."""

from typing import ClassVar

from maillage.base.errors import Kind, MaillageError
from maillage.base.i18n import _


class NodeError(MaillageError):
    """The root of this room's errors."""


class NodeExistsError(NodeError):
    """There is a node in this folder already; its key is never overwritten."""

    kind = Kind.CONFLICT


class NodeMissingError(NodeError):
    """This folder holds no node, or only a part of one."""

    kind = Kind.NOT_FOUND


class AgentRunningError(NodeError):
    """Another agent works in this folder."""

    kind = Kind.CONFLICT


class StoreFullError(NodeError):
    """The disk takes nothing more; what was recorded is unharmed."""

    kind = Kind.UNAVAILABLE


class StoreBrokenError(NodeError):
    """The store is not a database of this version."""

    kind = Kind.INTEGRITY


class RetentionError(NodeError):
    """The settings do not let these bodies go yet."""

    kind = Kind.REFUSED


class RangeEmptyError(NodeError):
    """The ledger has no line between these dates."""

    kind = Kind.NOT_FOUND


class TaskUnknownError(NodeError):
    """No task of that name was received here."""

    kind = Kind.NOT_FOUND


class MoveError(NodeError):
    """The task is not in a state from which this can be done."""

    kind = Kind.CONFLICT


class CommitteeKeyError(NodeError):
    """This key of the committee cannot be trusted, or not revoked."""

    kind = Kind.CONFLICT


class PermitUnknownError(NodeError):
    """No permit of that name or hash is known here."""

    kind = Kind.NOT_FOUND


class PermitRefusedError(NodeError):
    """The permit is not for this hospital, is over, or nobody trusted signed it."""

    kind = Kind.REFUSED


class EpsilonSpentError(NodeError):
    """One more private answer would cost more than its permit leaves."""

    kind = Kind.LIMIT


class ReleasesBrokenError(NodeError):
    """What was released before cannot be read: without it nothing can be compared, and nothing leaves."""

    kind = Kind.INTEGRITY


class ReleasesThereError(NodeError):
    """What was released before is not lost: there is nothing to begin anew."""

    kind = Kind.CONFLICT


class HeldBrokenError(NodeError):
    """A held answer is not the one that was sealed: it never leaves."""

    kind = Kind.INTEGRITY


class EvidenceMissingError(NodeError):
    """Nothing left under that name."""

    kind = Kind.NOT_FOUND


class EvidenceBrokenError(NodeError):
    """The evidence of a release was edited, or is that of another."""

    kind = Kind.INTEGRITY


class TooCloseError(NodeError):
    """A sum of other hospitals was signed for the same persons."""

    kind = Kind.REFUSED

    def __init__(self, session: str) -> None:
        super().__init__(
            _("Une somme des mêmes personnes a été signée pour d’autres hôpitaux."),
            why=_("C’était celle de {session}.").format(session=session),
            remedy=_("La question est à poser aux mêmes hôpitaux qu’alors."),
        )


class RoundsChangedError(NodeError):
    """The rows of a question are not those of its former rounds."""

    kind = Kind.CONFLICT

    def __init__(self) -> None:
        super().__init__(
            _("Les lignes de cette question ne sont plus celles de ses tours précédents."),
            why=_("L’entrepôt ou le registre des oppositions a changé pendant le calcul."),
        )


class LedgerBrokenError(NodeError):
    """The ledger was edited, cut or reordered."""

    kind = Kind.INTEGRITY


class HubUnreachableError(NodeError):
    """No answer came from the hub: network, proxy, certificate, or the hub is down."""

    kind = Kind.UNAVAILABLE


class HubAnswerError(NodeError):
    """The hub answered with an error; `code` is its machine-readable name, `status` the HTTP status."""

    kind: ClassVar[Kind] = Kind.REFUSED

    def __init__(self, what: str, *, status: int, code: str, why: str = "", remedy: str = "") -> None:
        super().__init__(what, why=why, remedy=remedy)
        self.status = status
        self.code = code


class ReferentielError(NodeError):
    """The référentiel that the hub offers is not the one that it signed, or no longer the current one."""

    kind = Kind.INTEGRITY


class WorkerCrashedError(NodeError):
    """The engine's process died before it answered."""

    kind = Kind.UNAVAILABLE


class WorkerStoppedError(NodeError):
    """The engine's process was told to stop: the time limit, a cancellation, or the agent's own end."""

    kind = Kind.LIMIT


class ObjectionError(NodeError):
    """A patient, or a list of patients, cannot be read; the message names the line, never the value."""


class RegisterBrokenError(NodeError):
    """The register of objections cannot be read whole: nothing is answered until it can."""

    kind = Kind.INTEGRITY
