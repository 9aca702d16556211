"""From an expression to the Python that builds just that expression."""

from maillage.cohort.dsl.python.study import to_python

__all__ = ["to_python"]
