"""One expression, one hash: what a permit quotes and a task carries."""

from typing import Any, cast

from maillage.base.canon import canonical_hash
from maillage.cohort.circe import to_circe
from maillage.cohort.expression import CohortExpression

_EXACT = 2**53


def cohort_hash(expression: CohortExpression) -> str:
    """`sha256:…` over the canonical JSON of `to_circe`; a flag that is down changes nothing."""
    return canonical_hash(_without_large_integers(to_circe(expression)))


def _without_large_integers(value: Any) -> Any:
    # Canonical JSON has no integer beyond 2^53, and concept ids have: those enter the hash as texts.
    match value:
        case dict():
            members = cast("dict[str, Any]", value)
            return {key: _without_large_integers(item) for key, item in members.items()}
        case list():
            return [_without_large_integers(item) for item in cast("list[Any]", value)]
        case int() if abs(value) >= _EXACT:
            return str(value)
        case _:
            return value
