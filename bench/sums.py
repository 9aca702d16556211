"""What a masked sum costs beside a plain one: one question, the same hospitals, in turns; and its masks."""

import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import psutil
from rich.console import Console

from bench.measure import Measure
from bench.network import QUESTION
from maillage.base.keys import SigningKey
from maillage.cli.demo.hospitals import synthetic_hospitals
from maillage.cli.demo.network import NetworkOptions, RunningNetwork, running_network
from maillage.client import Hub
from maillage.disclosure import Count
from maillage.disclosure.fixed_point import encode_cells
from maillage.disclosure.masking import mask, offer, open_session
from maillage.node.sums.sealing import draw_part

PATIENTS = 20_000
PAIRS = 20
HOSPITALS = 12
CELLS = 100_000


def measure_sums(*, home: Path, console: Console) -> Sequence[Measure]:
    """Two networks of the same four hospitals, one of which sums under masks; asked one after the other."""
    hospitals = synthetic_hospitals(
        folder=home / "warehouses", patients=PATIENTS, decisions={}, console=console
    )
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=home)))
        networks = [
            stack.enter_context(
                running_network(
                    hospitals,
                    folder=folder / str(masked),
                    options=NetworkOptions(worker_threads=1, shown_alone=False, masked=masked),
                )
            )
            for masked in (False, True)
        ]
        return [*_measure_pairs(networks), measure_masks()]


def measure_masks() -> Measure:
    """The processor's time of one of twelve hospitals to encode and mask a very large table."""
    keys = {f"site-{place}": SigningKey.generate() for place in range(HOSPITALS)}
    drawn = {site: draw_part(encode_cells([])).secrets for site in keys}
    offers = {
        site: offer(drawn[site], session_id="bench", node=site, identity=key) for site, key in keys.items()
    }
    known = {site: key.public for site, key in keys.items()}
    session = open_session("bench", offers=offers, identities=known)
    cells = [Count(20 + place) for place in range(CELLS)]
    spent: list[float] = []
    for _ in range(PAIRS):
        started = time.process_time()
        mask(encode_cells(cells), session=session, node="site-3", secrets=drawn["site-3"])
        spent.append((time.process_time() - started) * 1000)
    how = f"processor's time of a node of {HOSPITALS}, {CELLS} cells of three numbers, median of {PAIRS}"
    return Measure("encode and mask a large table", statistics.median(spent), "ms", "≤ 50", how)


def _measure_pairs(networks: Sequence[RunningNetwork]) -> list[Measure]:
    with ExitStack() as stack:
        hubs = [stack.enter_context(network.connect()) for network in networks]
        for hub in hubs:
            _ask(hub)
        before = [_processor_seconds(network) for network in networks]
        pairs = [[_ask(hub) for hub in hubs] for _ in range(PAIRS)]
    plain, masked = (
        _processor_seconds(network) - start for network, start in zip(networks, before, strict=True)
    )
    how = f"{PAIRS} pairs of one question, 4 nodes of {PATIENTS} patients, in turns on one machine"
    return [
        Measure("plain count, submit → total", statistics.median(p for p, _m in pairs), "ms", "", how),
        Measure("masked count, submit → total", statistics.median(m for _p, m in pairs), "ms", "", how),
        Measure(
            "masked / plain, elapsed", statistics.median(m / p for p, m in pairs), "×", "", f"median; {how}"
        ),
        Measure("masked / plain, processor seconds", masked / plain, "×", "", f"hub and nodes; {how}"),
    ]


def _ask(hub: Hub) -> float:
    started = time.perf_counter()
    result = hub.count(QUESTION)
    milliseconds = (time.perf_counter() - started) * 1000
    if len(result.combined.contributing) != len(result.sites):
        raise RuntimeError(f"a hospital is not in the total: {result}")
    return milliseconds


def _processor_seconds(network: RunningNetwork) -> float:
    """Of the hub, the agents and their workers."""
    processes = [psutil.Process(process.pid) for process in network.processes.values()]
    family = [member for each in processes for member in (each, *each.children(recursive=True))]
    return sum(times.user + times.system for times in (member.cpu_times() for member in family))
