"""Cohort definitions as files on disk."""

from pathlib import Path

from maillage.base.i18n import _
from maillage.cohort import CohortExpression, parse_expression
from maillage.cohort.circe.limits import MAX_BYTES
from maillage.cohort.errors import CohortError


def read_definition(path: Path) -> CohortExpression:
    """The expression of a JSON file. Raises CohortError when it cannot be read."""
    return parse_expression(read_bytes(path))


def read_bytes(path: Path) -> bytes:
    """The bytes of a definition, at most one more than a definition may have. Raises CohortError."""
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise CohortError(
            _("{path} est illisible.").format(path=path), why=error.strerror or type(error).__name__
        ) from error
