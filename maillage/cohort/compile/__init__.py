"""One set-oriented compiler from nodes to sqlglot trees; engines differ by dialect and by what they keep."""

from maillage.cohort.compile.cohort import compile_cohort
from maillage.cohort.compile.plan import CodesetTable, CohortPlan, Keep, Scan, Step
from maillage.cohort.compile.prune import no_rows, prune

__all__ = ["CodesetTable", "CohortPlan", "Keep", "Scan", "Step", "compile_cohort", "no_rows", "prune"]
