"""Cohort definitions as files on disk."""

from pathlib import Path

from maillage.base.i18n import _
from maillage.cohort import CohortExpression, parse_expression
from maillage.cohort.errors import CohortError


def read_definition(path: Path) -> CohortExpression:
    """The expression of a JSON file. Raises CohortError when it cannot be read."""
    try:
        return parse_expression(path.read_bytes())
    except OSError as error:
        raise CohortError(
            _("{path} est illisible.").format(path=path), why=error.strerror or type(error).__name__
        ) from error
