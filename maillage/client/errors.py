"""What can go wrong between a researcher's program and the hub."""

from maillage.base.errors import Kind, MaillageError


class ClientError(MaillageError):
    """The root of this room's errors."""


class ArgumentError(ClientError):
    """What was given to the client is not what it takes; nothing was sent."""

    kind = Kind.INPUT
    code = "argument_invalid"


class HubUnreachableError(ClientError):
    """The hub does not answer."""

    kind = Kind.UNAVAILABLE


class HubRefusedError(ClientError):
    """The hub answered that it will not; what, why and remedy are its own words."""

    kind = Kind.REFUSED

    def __init__(self, what: str, *, code: str, status: int, why: str = "", remedy: str = "") -> None:
        super().__init__(what, why=why, remedy=remedy)
        self.code = code
        self.status = status


class PandasMissingError(ClientError):
    """The table was wanted as a DataFrame and pandas is not installed."""

    kind = Kind.NOT_FOUND
