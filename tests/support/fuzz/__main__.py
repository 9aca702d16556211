"""`python -m tests.support.fuzz [--seconds 600] [--seed 0] [--corpus FOLDER]`."""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.support.circe import FULL
from tests.support.fuzz.campaign import Campaign, Report
from tests.support.fuzz.rows import one_of_each
from tests.support.omop import open_tables

MEMORY_BYTES = 4 * 2**30
SEED_BYTES = 12_000
ROOT = Path(__file__).parent.parent.parent.parent
FAILURES = ROOT / ".fuzz"


def main() -> int:
    """Run one campaign; 1 when an input broke a promise, which is then kept in `.fuzz`."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.fuzz")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=time.time_ns())
    parser.add_argument("--corpus", type=Path, default=_shared_cohorts())
    chosen = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    seeds = [FULL, *_read_corpus(chosen.corpus)]
    print(f"{len(seeds)} seeds, seed {chosen.seed}, {chosen.seconds:.0f} s", flush=True)
    with tempfile.TemporaryDirectory() as folder, open_tables(Path(folder), one_of_each()) as engine:
        campaign = Campaign(seeds, engine=engine, seed=chosen.seed)
        end = time.monotonic() + chosen.seconds
        report = campaign.run(more=lambda report: _tell(report) and time.monotonic() < end)
    return _conclude(report)


def _shared_cohorts() -> Path:
    shared = os.environ.get("MAILLAGE_SHARED_DATA", str(ROOT / ".." / "shared" / "data"))
    return Path(shared) / "cohorts"


def _read_corpus(folder: Path) -> list[Any]:
    """The definitions that are small enough to be changed many times a second."""
    files = sorted(folder.rglob("*.json"), key=lambda path: path.stat().st_size)
    documents = [json.loads(path.read_bytes()) for path in files if path.stat().st_size < SEED_BYTES]
    return [
        document for document in documents if isinstance(document, dict) and "PrimaryCriteria" in document
    ]


def _tell(report: Report) -> bool:
    if report.executions and report.executions % 2000 == 0:
        print(_summary(report), flush=True)
    return True


def _summary(report: Report) -> str:
    return (
        f"{report.executions} inputs, {report.compiled} compiled, {report.kept} kept for what they reached, "
        f"{report.lines} lines of maillage/cohort, {len(report.failures)} kinds of failure, "
        f"slowest {report.slowest:.2f} s, "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB at most"
    )


def _conclude(report: Report) -> int:
    print(_summary(report))
    for rank, (where, data) in enumerate(report.failures.items()):
        FAILURES.mkdir(exist_ok=True)
        kept = FAILURES / f"failure-{rank}.json"
        kept.write_bytes(data)
        print(f"  {where}\n    {kept.relative_to(ROOT)}, {len(data)} bytes")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
