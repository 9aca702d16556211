"""What a measurement is, and how it is written down."""

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results.json"
PAGE = Path(__file__).parent.parent / "docs" / "performance.md"

_INTRODUCTION = """\
# Performance

Written by `make bench`: every figure comes from the run named below, none is typed by hand. Machines are
shared and noisy: medians and ratios tell more than single figures. What misses its goal says so.

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


def median_of(action: Callable[[], float], *, runs: int) -> float:
    """The median of what `action` measures, over `runs` runs after one that does not count."""
    action()
    return statistics.median(action() for _ in range(runs))


def milliseconds(action: Callable[[], object]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def write_results(sections: Sequence[tuple[str, Sequence[Measure]]]) -> None:
    """`bench/results.json` for programs, `docs/performance.md` for people."""
    machine = describe_machine()
    document = {
        "machine": machine,
        "measures": [
            {"section": title} | asdict(found) for title, measures in sections for found in measures
        ],
    }
    RESULTS.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(_page(sections, machine=machine), encoding="utf-8")


def describe_machine() -> str:
    """Cores, Python and date: what a reader needs to judge the figures."""
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {time.strftime('%Y-%m-%d', time.gmtime())}"
    )


def _page(sections: Sequence[tuple[str, Sequence[Measure]]], *, machine: str) -> str:
    parts = [_INTRODUCTION, f"Run on: {machine}.\n"]
    for title, measures in sections:
        parts.append(f"\n## {title}\n\n| what | figure | goal | | how |\n|---|---|---|---|---|\n")
        parts += [_row(found) for found in measures]
    return "".join(parts)


def _row(found: Measure) -> str:
    figure = f"{_number(found.value)} {found.unit}"
    return f"| {found.name} | {figure} | {found.goal} | {found.verdict} | {found.how} |\n"


def _number(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ") if abs(value) >= 100 else f"{value:.3g}"
