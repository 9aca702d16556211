"""`python -m tests.support.spoil [--cases 1000] [--seed 0] [--first 0]`: spoilt files against whole loads."""

import argparse
import os
import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from tests.support.extract import suggest, write_extract
from tests.support.spoil.campaign import Outcome, draw_cases, load_case, sound_case
from tests.support.spoil.sound import Kind, every_kind

MEMORY_BYTES = 4 * 2**30
_TOLD_EVERY = 50


def main() -> int:
    """Run one campaign; 1 when a case broke a promise, which is then told with its number."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.spoil")
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="go on from this case of the campaign")
    chosen = parser.parse_args()
    # A 10 MB line must not take the machine; a folded message could hide a name.
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    os.environ["COLUMNS"] = "10000"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kinds = prepare(folder)
        broken = _run(kinds, folder, numbers=range(chosen.first, chosen.cases), seed=chosen.seed)
    return 1 if broken else 0


def prepare(folder: Path) -> Sequence[Kind]:
    """The kinds of sources, and a warehouse that holds each of them, sound."""
    mapping = suggest(write_extract(folder / "extract"), to=folder / "m.yaml").read_bytes()
    kinds = every_kind(folder, mapping=mapping)
    for kind in kinds:
        outcome = load_case(sound_case(kind), folder / "work", warehouse=folder / "w.duckdb")
        if outcome.error is not None or outcome.broken:
            raise RuntimeError(f"{kind.name} is not sound: {outcome.error or outcome.broken}")
    return kinds


def _run(kinds: Sequence[Kind], folder: Path, *, numbers: range, seed: int) -> int:
    ends: Counter[str] = Counter()
    for case in islice(draw_cases(kinds, count=numbers.stop, seed=seed), numbers.start, None):
        outcome = load_case(case, folder / "work", warehouse=folder / "w.duckdb")
        ends[_end(outcome)] += 1
        if outcome.broken:
            print(f"BROKEN {case}: {outcome.broken}", flush=True)
        if case.number % _TOLD_EVERY == _TOLD_EVERY - 1:
            print(f"case {case.number}: {dict(ends)}", file=sys.stderr, flush=True)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{len(numbers)} cases, seed {seed}: {dict(ends)}; memory at most {megabytes} MB")
    return ends["broken"]


def _end(outcome: Outcome) -> str:
    if outcome.broken:
        return "broken"
    return "taken" if outcome.error is None else "refused"


if __name__ == "__main__":
    sys.exit(main())
