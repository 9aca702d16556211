"""One input through the whole compiler, and what must hold of it."""

import threading
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

import sqlglot
from sqlglot import exp

from maillage.cohort import CohortError, CohortExpression, cohort_hash, parse_expression, to_circe
from maillage.cohort.run import compile_for, run_plan
from maillage.cohort.script import DIALECTS, cohort_sql
from maillage.warehouse.engines.base import Engine
from tests.support.fuzz.mutate import MARK

READ_SECONDS = 1.0
"""Of this process' own time, for reading, compiling and rendering."""
ENGINE_SECONDS = 5.0
HANG_SECONDS = 30.0


class FuzzError(AssertionError):
    """An input that breaks a promise."""


@dataclass(frozen=True)
class Outcome:
    """What became of an input: the error's class and words, or the kinds of nodes of its plan."""

    compiled: bool
    features: frozenset[object]


def probe(data: bytes, *, engine: Engine, random: Random, deep: bool) -> Outcome:
    """Read, compile, render and run. Raises whatever is no CohortError, and FuzzError."""
    with _measured("read", READ_SECONDS):
        try:
            expression = parse_expression(data)
            cohort_hash(expression)
            plan = compile_for(engine, expression)
        except CohortError as error:
            # A place that holds no number of its own: the same mistake elsewhere is not new.
            words = "".join(letter for letter in error.what.split(" : ")[-1] if not letter.isdigit())
            return Outcome(False, frozenset({(type(error).__name__, words[:60])}))
    shape = frozenset(
        (type(node.parent).__name__, type(node).__name__) for step in plan.steps for node in step.query.walk()
    )
    if deep:
        if parse_expression(to_circe(expression)) != expression:
            raise FuzzError("another expression comes back")
        _check_script(expression, dialect=random.choice(DIALECTS))
        with _measured("engine", ENGINE_SECONDS), _stopping(engine), run_plan(plan, engine=engine):
            pass
    return Outcome(True, shape)


@contextmanager
def _measured(what: str, seconds: float) -> Generator[None]:
    begun = time.process_time()
    yield
    spent = time.process_time() - begun
    if spent > seconds:
        raise FuzzError(f"{what} took {spent:.1f} s")


@contextmanager
def _stopping(engine: Engine) -> Generator[None]:
    timer = threading.Timer(HANG_SECONDS, engine.interrupt)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _check_script(expression: CohortExpression, *, dialect: str) -> None:
    """The script is SQL, of the statements that it was made of, and no text of the input became syntax."""
    with _measured("rendering", READ_SECONDS):
        script = cohort_sql(expression, dialect=dialect)
    statements = sqlglot.parse(script, read=dialect)
    if not all(isinstance(statement, exp.Create | exp.Cache | exp.Select) for statement in statements):
        raise FuzzError("a statement of another kind")
    for statement in statements:
        for node in statement.walk() if statement else ():
            if _is_marked(node) and not (isinstance(node, exp.Literal) and node.is_string):
                raise FuzzError(f"a text became {type(node).__name__}")


def _is_marked(node: exp.Expr) -> bool:
    texts: Iterable[object] = (*node.args.values(), *(node.comments or ()))
    return any(isinstance(text, str) and MARK in text.lower() for text in texts)
