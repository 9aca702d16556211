"""Cohort expressions (Circe, the language of ATLAS): read, written, named by their hash.

What compiles and runs them is in `compile`, `run`, `batch`, `attrition` and `script`, which load sqlglot and
numpy: whoever only reads a definition does without.
"""

from maillage.cohort.circe import parse_expression, to_circe
from maillage.cohort.errors import (
    CohortError,
    ExpressionError,
    ExpressionTooLargeError,
    UnsupportedFeatureError,
)
from maillage.cohort.expression import CohortExpression
from maillage.cohort.identity import cohort_hash

__all__ = [
    "CohortError",
    "CohortExpression",
    "ExpressionError",
    "ExpressionTooLargeError",
    "UnsupportedFeatureError",
    "cohort_hash",
    "parse_expression",
    "to_circe",
]
