"""What a measurement is, and how it is written down."""

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results.json"
PAGE = Path(__file__).parent.parent / "docs" / "performance.md"

_INTRODUCTION = """\
# Performance

Written by `make bench` and by `make bench-cohorts`, `bench-large`, `bench-engines`, `bench-load`,
`bench-athena`, `bench-portal` and `bench-tables`: every figure comes from the run named above it, none is
typed by hand.
Machines are shared and noisy: medians and ratios tell more than single figures, and CPU seconds more than
elapsed ones. What misses its goal says so.
"""


@dataclass(frozen=True)
class Measure:
    """One figure: what, how much, in which unit, the goal (`≤` or `≥` and a number), how it was taken."""

    name: str
    value: float
    unit: str
    goal: str
    how: str

    @property
    def verdict(self) -> str:
        """`met`, `missed`, or nothing when there is no goal."""
        if not self.goal:
            return ""
        sign, bound = self.goal.split()
        met = self.value <= float(bound) if sign == "≤" else self.value >= float(bound)
        return "met" if met else "**missed**"


class Stopwatch:
    """Adds up the elapsed and the processor seconds of the `with` blocks that it times.

    Processor seconds tell the work of all threads, whatever else the machine does meanwhile.
    """

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def __enter__(self) -> Self:
        self.wall -= time.perf_counter()
        self.cpu -= time.process_time()
        return self

    def __exit__(self, *_error: object) -> None:
        self.wall += time.perf_counter()
        self.cpu += time.process_time()


def best(watches: Sequence[Stopwatch]) -> Stopwatch:
    """The shortest of each kind: what disturbs a run only ever makes it longer."""
    found = Stopwatch()
    found.wall, found.cpu = min(one.wall for one in watches), min(one.cpu for one in watches)
    return found


def median_of(action: Callable[[], float], *, runs: int) -> float:
    """The median of what `action` measures, over `runs` runs after one that does not count."""
    action()
    return statistics.median(action() for _ in range(runs))


def milliseconds(action: Callable[[], object]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def peak_megabytes() -> float:
    """The most memory that this program ever had.

    `ru_maxrss` would do, but a child begins with its parent's.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def write_results(sections: Sequence[tuple[str, Sequence[Measure]]]) -> None:
    """`bench/results.json` for programs, `docs/performance.md` for people.

    Each section takes the place of its former self; those of other benches stay, each with its own date.
    """
    found = {section["title"]: section for section in json.loads(RESULTS.read_text(encoding="utf-8"))}
    machine = describe_machine()
    for title, measures in sections:
        found[title] = {"title": title, "run_on": machine, "measures": [asdict(one) for one in measures]}
    document = json.dumps([*found.values()], ensure_ascii=False, indent=1)
    RESULTS.write_text(document + "\n", encoding="utf-8")
    PAGE.write_text(_page(found.values()), encoding="utf-8")


def show(sections: Sequence[tuple[str, Sequence[Measure]]]) -> None:
    """Print the figures as a table."""
    table = Table("what", "figure", "goal", "verdict")
    for _title, measures in sections:
        for found in measures:
            table.add_row(found.name, f"{_number(found.value)} {found.unit}", found.goal, found.verdict)
    Console(width=140).print(table)


def describe_machine() -> str:
    """Cores, Python and date: what a reader needs to judge the figures."""
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {time.strftime('%Y-%m-%d', time.gmtime())}"
    )


def _page(sections: Iterable[Mapping[str, Any]]) -> str:
    parts = [_INTRODUCTION]
    for section in sections:
        parts.append(f"\n## {section['title']}\n\nRun on: {section['run_on']}.\n\n")
        parts.append("| what | figure | goal | | how |\n|---|---|---|---|---|\n")
        parts += [_row(Measure(**one)) for one in section["measures"]]
    return "".join(parts)


def _row(found: Measure) -> str:
    figure = f"{_number(found.value)} {found.unit}"
    return f"| {found.name} | {figure} | {found.goal} | {found.verdict} | {found.how} |\n"


def _number(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ") if abs(value) >= 100 else f"{value:.3g}"
