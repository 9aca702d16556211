"""The portal under a crowd: 200 people read, 20 write cohorts with live counts; SQLite and PostgreSQL."""

import argparse
import statistics
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console

from bench.crowd import EXAMPLE, Seen, gather
from bench.measure import Measure, show, write_results
from bench.reference import ROOT
from maillage.cli.demo import EXAMPLES
from maillage.cli.demo.hospitals import synthetic_hospitals
from maillage.cli.demo.network import NetworkOptions, running_network
from tests.support.postgres import postgres_cluster

PATIENTS = 20_000
SECONDS = 90.0
READERS, WRITERS = 200, 20
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"


def measure_portal(*, database: str, seconds: float, home: Path, console: Console) -> list[Measure]:
    """Page times and times from a change to the last hospital's count, on one kind of database."""
    hospitals = synthetic_hospitals(
        folder=home / "warehouses", patients=PATIENTS, decisions={}, console=console
    )
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=home)))
        lines = _describe_database(database, stack=stack)
        options = NetworkOptions(examples=EXAMPLES, worker_threads=1, hub_lines=lines)
        network = stack.enter_context(running_network(hospitals, folder=folder, options=options))
        with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
            links = pool.submit(make_links, folder / "hub", READERS + WRITERS).result()
            # In a process of its own: the crowd's work is not the network's, though the cores are the same.
            crowd = pool.submit(
                gather, network.url, readers=links[:READERS], writers=links[READERS:], seconds=seconds
            )
            seen = crowd.result()
    return _describe(seen, database=database, seconds=seconds)


def make_links(folder: Path, count: int) -> list[str]:
    """Links that let so many people in, each once."""
    from maillage.base.clock import utc_now
    from maillage.hub.boot import boot

    boot(folder)
    from maillage.hub.access import people

    now = utc_now()
    return [people.create_link(f"personne-{number}", by="bench", at=now) for number in range(count)]


def _describe_database(database: str, *, stack: ExitStack) -> Sequence[str]:
    if database == SQLITE:
        return ()
    cluster = stack.enter_context(postgres_cluster())
    return (
        "[postgresql]",
        'name = "postgres"',
        'user = "maillage"',
        # A database beside its hub is reached by its socket.
        f'host = "{cluster.socket}"',
        f"port = {cluster.port}",
    )


def _describe(seen: Seen, *, database: str, seconds: float) -> list[Measure]:
    how = (
        f"{READERS} people read, {WRITERS} change {EXAMPLE}; {seconds:.0f} s; hub, 4 nodes of {PATIENTS} "
        f"patients and the crowd on the same cores; {database}"
    )
    return [
        Measure("errors", sum(seen.errors.values()), "", "≤ 0", f"{dict(seen.errors)}; {how}"),
        Measure("pages, 95th percentile", _p95(seen.pages), "ms", "≤ 500", f"{len(seen.pages)} pages; {how}"),
        Measure("edits, 95th percentile", _p95(seen.edits), "ms", "", f"{len(seen.edits)} edits; {how}"),
        Measure(
            "change → last count, 95th percentile",
            _p95(seen.counts) / 1000,
            "s",
            "≤ 3",
            f"{len(seen.counts)} counts; {how}",
        ),
        Measure(
            "change → last count, median", statistics.median(seen.counts or [0]) / 1000, "s", "", f"{how}"
        ),
    ]


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else float("nan")


def main() -> None:
    """Both databases, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--database", choices=[SQLITE, POSTGRESQL], nargs="*", default=[SQLITE, POSTGRESQL])
    parser.add_argument("--dry", action="store_true", help="show, and write nothing")
    chosen = parser.parse_args()
    home = ROOT / ".demo"
    home.mkdir(exist_ok=True)
    console = Console(stderr=True)
    sections = [
        (
            f"The portal under a crowd, {database}",
            measure_portal(database=database, seconds=chosen.seconds, home=home, console=console),
        )
        for database in chosen.database
    ]
    if not chosen.dry:
        write_results(sections)
    show(sections)


if __name__ == "__main__":
    main()
