"""What can go wrong with a vocabulary."""

from maillage.base.errors import Kind
from maillage.warehouse.errors import SourceError, WarehouseError


class VocabularyError(WarehouseError):
    """The root of this room's errors."""


class VocabularySourceError(VocabularyError, SourceError):
    """A list to import is broken: the message names the file and, where there is one, the line."""


class ReleaseNotFoundError(VocabularyError):
    """No release at that place, or no such code in it."""

    kind = Kind.NOT_FOUND


class ReleaseBrokenError(VocabularyError):
    """The release is not whole, or not the one that its manifest describes."""

    kind = Kind.INTEGRITY


class ReleaseExistsError(VocabularyError):
    """A release is never written over."""

    kind = Kind.CONFLICT


class ReleaseWriteError(VocabularyError):
    """The release could not be written: disk full, no right."""

    kind = Kind.UNAVAILABLE


class ArchiveLimitError(VocabularyError):
    """An archive grows past what a vocabulary can be."""

    kind = Kind.LIMIT
