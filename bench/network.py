"""The network: what it adds to the slowest hospital's engine, and what a node weighs."""

import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
from rich.console import Console

from bench.measure import Measure
from maillage.cli.demo.hospitals import synthetic_hospitals
from maillage.cli.demo.network import NetworkOptions, RunningNetwork, running_network
from maillage.cli.demo.permits import STUDY
from maillage.client import Hub

PATIENTS = 20_000
QUESTIONS = 40
QUESTION = Path(__file__).parent.parent / "maillage" / "cli" / "examples" / "diabete-type-2-metformine.json"
MEGABYTE = 1_000_000


def measure_network(*, home: Path, console: Console) -> Sequence[Measure]:
    """Ask the demo's question again and again of a network with signatures, ledgers and disclosure on."""
    hospitals = synthetic_hospitals(
        folder=home / "warehouses", patients=PATIENTS, decisions={}, console=console
    )
    with tempfile.TemporaryDirectory(prefix="bench-", dir=home) as folder:
        options = NetworkOptions(worker_threads=1, idle_worker_seconds=2)
        with running_network(hospitals, folder=Path(folder), options=options) as network:
            measures = [*_measure_overhead(network), *_measure_memory(network)]
    return measures


def _measure_overhead(network: RunningNetwork) -> list[Measure]:
    with network.connect() as hub:
        _ask(hub)
        spent = spend(network)
        elapsed = [_ask(hub) for _ in range(QUESTIONS)]
        taken = {name: seconds - spent[name] for name, seconds in spend(network).items()}
    engines = _read_slowest_engines(network)[-QUESTIONS:]
    overheads = [milliseconds - engine for milliseconds, engine in zip(elapsed, engines, strict=True)]
    how = f"{QUESTIONS} questions, 4 nodes of {PATIENTS} patients, one thread each, on one machine"
    return [
        Measure("submit → combined", statistics.median(elapsed), "ms", "≤ 1000", f"median; {how}"),
        Measure(
            "overhead: elapsed − slowest node's SQL",
            statistics.median(overheads),
            "ms",
            "≤ 50",
            f"median; {how}; permits, guard, budgets and marks of time on",
        ),
        Measure("overhead, 90th percentile", statistics.quantiles(overheads, n=10)[-1], "ms", "", how),
        *(
            Measure(f"a question, {name}", seconds / QUESTIONS * 1000, "ms CPU", "", f"mean; {how}")
            for name, seconds in taken.items()
        ),
    ]


def _ask(hub: Hub) -> float:
    started = time.perf_counter()
    result = hub.count(QUESTION, permit=STUDY)
    milliseconds = (time.perf_counter() - started) * 1000
    if len(result.combined.contributing) != len(result.sites):
        raise RuntimeError(f"a hospital did not answer: {result}")
    return milliseconds


def _read_slowest_engines(network: RunningNetwork) -> list[float]:
    """By question, the longest SQL in milliseconds: from the nodes' logs, for what leaves is rounded up."""
    logs = [network.folder / f"{name}.log" for name in network.processes if name != "hub"]
    times = [
        [json.loads(line)["engine_ms"] for line in log.read_text().splitlines() if "job_computed" in line]
        for log in logs
    ]
    return [max(each) for each in zip(*times, strict=True)]


def spend(network: RunningNetwork) -> dict[str, float]:
    """The processor seconds so far of the hub, of the agents, of their workers."""
    found = {"hub": 0.0, "agents": 0.0, "workers": 0.0}
    for name, process in network.processes.items():
        own = psutil.Process(process.pid)
        found["hub" if name == "hub" else "agents"] += _processor_seconds(own)
        found["workers"] += sum(map(_processor_seconds, own.children(recursive=True)))
    return found


def _processor_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _measure_memory(network: RunningNetwork) -> list[Measure]:
    nodes = [psutil.Process(process.pid) for name, process in network.processes.items() if name != "hub"]
    warm = [_resident(node) for node in nodes]
    _wait_until_idle(nodes)
    idle = [_resident(node) for node in nodes]
    hub = _resident(psutil.Process(network.processes["hub"].pid))
    return [
        Measure("idle node, resident", max(idle), "MB", "≤ 100", "largest of 4, its worker ended"),
        Measure("node with its worker warm, resident", max(warm), "MB", "", "agent + worker, largest of 4"),
        Measure("hub, resident", hub, "MB", "", "after the questions"),
    ]


def _wait_until_idle(nodes: Sequence[psutil.Process]) -> None:
    deadline = time.monotonic() + 30
    while any(node.children() for node in nodes) and time.monotonic() < deadline:
        time.sleep(0.1)


def _resident(process: psutil.Process) -> float:
    family = [process, *process.children(recursive=True)]
    return sum(member.memory_info().rss for member in family) / MEGABYTE
