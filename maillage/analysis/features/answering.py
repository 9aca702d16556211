"""A model's opening at one hospital: its rows are read, gated before anything of them is told, and kept."""

import time
from collections.abc import Callable
from typing import TypeVar

from maillage.analysis.base import LocalAnswer, WireModel
from maillage.analysis.rounds import Resident
from maillage.cohort import CohortExpression
from maillage.cohort.run import CohortTables, compile_for, run_plan
from maillage.disclosure.gates import Gate
from maillage.warehouse.engines.base import Engine

Rows = TypeVar("Rows")


def answer_model(
    *,
    cohort: CohortExpression,
    engine: Engine,
    gate: Gate,
    read: Callable[[CohortTables], Rows],
    open_rounds: Callable[[Rows], tuple[WireModel, Resident]],
) -> LocalAnswer:
    """Run the cohort, `read` what the model needs of it, and open its rounds; `open_rounds` asks the gate.

    Raises ModelRefusedError.
    """
    started = time.perf_counter()
    plan = compile_for(engine, cohort)
    compiled = time.perf_counter()
    with run_plan(plan, engine=engine) as tables:
        rows = read(tables)
    counted = time.perf_counter()
    content, resident = open_rounds(rows)
    gate.settle(content.model_dump(mode="json"))
    return LocalAnswer(
        content,
        compile_ms=(compiled - started) * 1000,
        engine_ms=(counted - compiled) * 1000,
        gate_ms=(time.perf_counter() - counted) * 1000,
        resident=resident,
    )
