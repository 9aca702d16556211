"""The root of every error that a person may read: what happened, why, what to do."""

from enum import StrEnum
from typing import ClassVar


class Kind(StrEnum):
    """What sort of trouble it is; the CLI maps it to an exit code, the hub to an HTTP status."""

    INPUT = "input"
    """What was given is not right: an argument, a file, a value."""
    NOT_FOUND = "not_found"
    """What was named is not there."""
    REFUSED = "refused"
    """A rule or a person does not allow it."""
    UNAVAILABLE = "unavailable"
    """It cannot be reached, or is not ready."""
    INTEGRITY = "integrity"
    """A signature, a chain or a hash does not hold: something was altered."""
    LIMIT = "limit"
    """It would take more time, memory or room than is granted."""
    CONFLICT = "conflict"
    """It contradicts what already exists or is under way."""


class MaillageError(Exception):
    """Trouble that a person can understand; each room subclasses it once, then as finely as callers need."""

    kind: ClassVar[Kind] = Kind.INPUT

    def __init__(self, what: str, *, why: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.remedy = remedy

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.why, self.remedy) if part)
