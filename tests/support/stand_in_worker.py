"""A worker that speaks the pipe protocol, behaves as the job's cohort says, and notes every job it begins."""

import os
import sys
import time

from maillage.disclosure.evidence import RuleName, Trace
from maillage.exchange.reasons import Reason
from maillage.node.worker.messages import (
    TO_WORKER,
    Bench,
    Computed,
    Declined,
    Job,
    Ready,
    Stop,
    to_line,
)
from maillage.warehouse.place import FilePlace

CONTENT: dict[str, object] = {
    "persons": {"count": 412},
    "steps": [{"count": 412}],
    "years": [{"year": 2024, "persons": {"count": 412}}],
    "other_years": None,
}


def main() -> None:
    place = Bench.model_validate_json(sys.stdin.buffer.readline()).place
    beside = place.path if isinstance(place, FilePlace) else place.objections
    journal, planted = beside.with_suffix(".jobs"), beside.with_suffix(".planted")
    _say(Ready(reference="2026-11"))
    for line in sys.stdin.buffer:
        order = TO_WORKER.validate_json(line)
        if isinstance(order, Job):
            with journal.open("a") as file:
                file.write(order.job_id + "\n")
            _behave(order, content=_plant(order, int(planted.read_text())) if planted.exists() else CONTENT)


def _plant(job: Job, number: int) -> dict[str, object]:
    """The number that a test wrote beside the warehouse, in each cell of a count of that cohort, or in one
    department of its flows; one more is the number of stays there.
    """
    cell: object = {"count": number}
    if job.analysis.id == "flows":
        row = {"key": "69", "persons": cell, "amounts": {"stays": float(number + 1)}}
        return {"persons": cell, "tables": [{"id": "residence", "rows": [row], "rest": None}]}
    steps = [cell] * (1 + len(job.cohort.get("InclusionRules", [])))
    return {"persons": cell, "steps": steps, "years": [], "other_years": cell}


def _behave(job: Job, *, content: dict[str, object]) -> None:
    match job.cohort.get("behave", "answer"):
        case "answer":
            _compute(job, content)
        case "slow":
            time.sleep(0.6)
            _compute(job, content)
        case "patient":
            # A content that the analysis does not declare.
            _compute(job, content | {"person_ids": [1, 2, 3]})
        case "heed":
            _wait_for_stop(job)
        case "deaf":
            time.sleep(3600)
        case "crash":
            os._exit(3)
        case "babble":
            sys.stdout.buffer.write(b"hello\n")
            sys.stdout.buffer.flush()
            time.sleep(3600)
        case reason:
            _say(Declined(job_id=job.job_id, reason=Reason(reason), incident="incident-" + "5" * 32))


def _compute(job: Job, content: dict[str, object]) -> None:
    rules = (RuleName.FLOOR, RuleName.DIFFERENCING)
    _say(
        Computed(
            job_id=job.job_id,
            content=content,
            compile_ms=1.5,
            engine_ms=2.5,
            reference="2026-11",
            trace=Trace(rules=rules, given=3, shown=3, below_floor=0, protected=0, former=0),
        )
    )


def _wait_for_stop(job: Job) -> None:
    order = TO_WORKER.validate_json(sys.stdin.buffer.readline())
    assert order == Stop(job_id=job.job_id)
    _say(Declined(job_id=job.job_id, reason=Reason.LIMIT_REACHED, incident="incident-" + "6" * 32))


def _say(message: Ready | Computed | Declined) -> None:
    sys.stdout.buffer.write(to_line(message))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
