"""What can go wrong with a warehouse."""

from maillage.base.errors import Kind, MaillageError


class WarehouseError(MaillageError):
    """The root of this room's errors."""


class WarehouseNotFoundError(WarehouseError):
    """No warehouse at that place."""

    kind = Kind.NOT_FOUND


class WarehouseVersionError(WarehouseError):
    """The file was made by another version; it must be loaded again."""

    kind = Kind.INTEGRITY


class WarehouseBrokenError(WarehouseError):
    """The file is no warehouse, or no longer a whole one."""

    kind = Kind.INTEGRITY


class WarehouseBusyError(WarehouseError):
    """Another process is writing the same warehouse."""

    kind = Kind.CONFLICT


class WarehouseWriteError(WarehouseError):
    """The file could not be written: disk full, no right, no memory. What was there is unharmed."""

    kind = Kind.UNAVAILABLE


class VocabularyMissingError(WarehouseError):
    """The warehouse has no concept: codes cannot be looked up, and every count by codes would be zero."""

    kind = Kind.UNAVAILABLE


class SourceError(WarehouseError):
    """A file to load is broken: the message names the file and the place."""


class MappingError(WarehouseError):
    """A mapping of tables says what cannot be: the message names its line."""


class BatchError(WarehouseError):
    """The batch cannot be named, found or undone."""


class EngineError(WarehouseError):
    """The engine could not answer. The message never quotes a value."""

    kind = Kind.UNAVAILABLE


class QueryInterruptedError(EngineError):
    """The query was stopped: cancelled, or past its limit of time or memory."""

    kind = Kind.LIMIT


class TimeLimitError(QueryInterruptedError):
    """The query took longer than it may."""


class MemoryLimitError(QueryInterruptedError):
    """The query needed more memory than it may."""


class QueryRefusedError(EngineError):
    """The query names what no query may name."""

    kind = Kind.REFUSED
