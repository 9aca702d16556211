"""Cohort expressions (Circe, the language of ATLAS): read, compiled, run."""

from maillage.cohort.attrition import attrition, best_prefixes
from maillage.cohort.batch import run_cohorts
from maillage.cohort.circe import parse_expression, to_circe
from maillage.cohort.compile import CohortPlan, compile_cohort
from maillage.cohort.errors import (
    CohortError,
    ExpressionError,
    ExpressionTooLargeError,
    UnsupportedFeatureError,
)
from maillage.cohort.expression import CohortExpression
from maillage.cohort.identity import cohort_hash
from maillage.cohort.run import CohortTables, compile_for, run_cohort, run_plan
from maillage.cohort.script import cohort_sql

__all__ = [
    "CohortError",
    "CohortExpression",
    "CohortPlan",
    "CohortTables",
    "ExpressionError",
    "ExpressionTooLargeError",
    "UnsupportedFeatureError",
    "attrition",
    "best_prefixes",
    "cohort_hash",
    "cohort_sql",
    "compile_cohort",
    "compile_for",
    "parse_expression",
    "run_cohort",
    "run_cohorts",
    "run_plan",
    "to_circe",
]
