"""The root of the hub's own errors."""

from typing import ClassVar

from maillage.base.errors import Kind, MaillageError


class HubError(MaillageError):
    """Trouble at the hub; `code` names it for programs, as the APIs answer it."""

    code: ClassVar[str] = "hub"


class HubUnavailableError(HubError):
    """The hub cannot start, or is not ready."""

    kind = Kind.UNAVAILABLE
    code = "hub_unavailable"
