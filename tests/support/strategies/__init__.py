"""Hypothesis strategies for cohort expressions and for the rows that they are asked of."""

from collections.abc import Mapping
from typing import NamedTuple

from hypothesis import strategies as st

from maillage.cohort import CohortExpression
from tests.support.omop import Rows
from tests.support.strategies.expressions import NODES, expressions
from tests.support.strategies.rows import tables_for

__all__ = ["NODES", "Question", "expressions", "questions", "tables_for"]


class Question(NamedTuple):
    """An expression and the rows that it is asked of."""

    expression: CohortExpression
    tables: Mapping[str, Rows]


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """An expression with rows aimed at it."""
    expression = draw(expressions())
    return Question(expression, draw(tables_for(expression)))
