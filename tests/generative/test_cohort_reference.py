"""Every kind of engine finds what the reference finds, whatever the expression and the rows.

`MAILLAGE_EXAMPLES=20000 pytest tests/generative/test_cohort_reference.py` looks longer, elsewhere each time.
"""

import os
from collections import Counter
from collections.abc import Callable

from hypothesis import HealthCheck, Phase, given, settings

from maillage.cohort import CohortError, CohortExpression, parse_expression, to_circe
from maillage.cohort.compile import compile_cohort
from maillage.cohort.reference import find_rows, refusals
from tests.support.engines import KINDS, disagreements, reference
from tests.support.strategies import Question, expressions, many_questions, questions

ASKED = os.environ.get("MAILLAGE_EXAMPLES")
EXAMPLES = int(ASKED or 60)
LEAST_SHARE = 0.4

SETTINGS = settings(
    max_examples=EXAMPLES,
    derandomize=ASKED is None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@SETTINGS
@given(questions())
def test_every_kind_finds_what_the_reference_finds(question: Question) -> None:
    check(question)


@settings(SETTINGS, max_examples=max(1, EXAMPLES // 4))
@given(many_questions())
def test_every_kind_sets_the_bits_that_the_reference_sets(question: Question) -> None:
    check(question)


def check(question: Question) -> None:
    expected = reference(question.expression, tables=question.tables)
    found = {kind: answer(question.expression, tables=question.tables) for kind, answer in KINDS.items()}
    assert list(disagreements(found, expected=expected)) == []


@SETTINGS
@given(expressions(refusable=True))
def test_the_compiler_refuses_what_the_reference_refuses(expression: CohortExpression) -> None:
    reasons = {said_by(error) for error in refusals(expression)}
    compiled = refusal_of(lambda: compile_cohort(expression))
    evaluated = refusal_of(lambda: find_rows(expression, tables={}))
    assert (compiled is None) == (evaluated is None) == (not reasons)
    assert {compiled, evaluated} - {None} <= reasons


def said_by(error: CohortError) -> tuple[type[CohortError], str, str, str]:
    return type(error), error.what, error.why, error.remedy


def refusal_of(work: Callable[[], object]) -> tuple[type[CohortError], str, str, str] | None:
    try:
        work()
    except CohortError as error:
        return said_by(error)
    return None


@SETTINGS
@given(expressions())
def test_every_expression_is_read_again_as_it_was_written(expression: CohortExpression) -> None:
    assert parse_expression(to_circe(expression)) == expression


def test_many_examples_have_an_answer() -> None:
    shares: Counter[str] = Counter()

    @settings(SETTINGS, max_examples=150, derandomize=True, phases=[Phase.generate])
    @given(questions())
    def look(question: Question) -> None:
        found = reference(question.expression, tables=question.tables)
        shares.update(all=1, rows=bool(found.rows), masks=len({event[2] for event in found.masks or ()}) > 1)

    look()
    assert shares["rows"] >= LEAST_SHARE * shares["all"], shares
    assert shares["masks"] > 0, shares
