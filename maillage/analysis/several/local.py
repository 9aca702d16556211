"""The node's half of several: the cohort is run once, then each analysis reads it and passes its own gate."""

import time
from collections.abc import Sequence
from typing import cast

from pydantic import BaseModel

from maillage.analysis.base import LocalAnswer
from maillage.analysis.registry import find_spec, load_local, read_parameters
from maillage.analysis.several.spec import PartContent, SeveralParameters, hash_part, make_content
from maillage.analysis.tabular.people import Cohort, OpenCohort, open_cohort
from maillage.disclosure.gates import Gate
from maillage.exchange.parts import PartAsked
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.errors import WarehouseError

Outcome = LocalAnswer | Exception
"""What came of a part: its gated content, or what stopped it."""


def run(*, cohort: Cohort, parameters: BaseModel, engine: Engine, gate: Gate) -> LocalAnswer:
    """Every part in order, each through a gate of its own. Raises what stopped all of them."""
    asked = cast("SeveralParameters", parameters)
    started = time.perf_counter()
    with open_cohort(cohort, engine=engine) as (opened, compile_ms):
        opened_ms = (time.perf_counter() - started) * 1000
        outcomes = [_answer(part, cohort=opened, engine=engine, gate=gate) for part in asked.parts]
    told = [one for one in outcomes if isinstance(one, LocalAnswer)]
    troubles = [one for one in outcomes if isinstance(one, Exception)]
    if not told:
        raise troubles[0]
    return LocalAnswer(
        make_content(_write(asked.parts, outcomes)),
        compile_ms=compile_ms,
        engine_ms=opened_ms - compile_ms + sum(one.engine_ms for one in told),
        gate_ms=sum(one.gate_ms for one in told),
        gates=len(told),
        troubles=troubles,
    )


def _answer(part: PartAsked, *, cohort: OpenCohort, engine: Engine, gate: Gate) -> Outcome:
    own = gate.for_part(hash_part(part))
    parameters = read_parameters(find_spec(part.analysis), part.parameters)
    try:
        return load_local(part.analysis)(cohort=cohort, parameters=parameters, engine=engine, gate=own)
    except (WarehouseError, MemoryError):
        # A stop, or a session that is no longer trusted: the parts that follow would read from it.
        raise
    except Exception as error:  # noqa: BLE001 - what one analysis cannot do takes the others not along
        return error


def _write(parts: Sequence[PartAsked], outcomes: Sequence[Outcome]) -> list[PartContent]:
    return [
        PartContent(
            analysis=part.analysis,
            content=one.content.model_dump(mode="json") if isinstance(one, LocalAnswer) else None,
        )
        for part, one in zip(parts, outcomes, strict=True)
    ]
