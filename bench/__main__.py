"""`make bench`: measure, print, write docs/performance.md and bench/results.json."""

import os
from pathlib import Path

from rich.console import Console

from bench.fhir import measure_fhir
from bench.load import MEMORY, measure_load
from bench.measure import Measure, show, write_results
from bench.network import measure_network
from bench.pmsi import measure_pmsi
from bench.rooms import measure_rooms
from bench.sums import measure_sums
from bench.vocabulary import measure_vocabulary

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Run every section."""
    console = Console(stderr=True)
    home = ROOT / ".demo"
    home.mkdir(exist_ok=True)
    shared_data = Path(os.environ.get("MAILLAGE_SHARED_DATA", ROOT / ".." / "shared" / "data")).resolve()
    sections: list[tuple[str, list[Measure]]] = []
    with console.status("the network…"):
        sections.append(("A question across the network", [*measure_network(home=home, console=console)]))
    with console.status("masked sums…"):
        title = "A masked sum beside a plain one"
        sections.append((title, [*measure_sums(home=home, console=console)]))
    with console.status("the rooms…"):
        found = measure_rooms(home=home, shared_data=shared_data if shared_data.is_dir() else None)
        sections.append(("Rooms by themselves", [*found, *measure_pmsi(home=home)]))
    with console.status("the vocabulary…"):
        sections.append(("Vocabulary", [*measure_vocabulary(home=home)]))
    with console.status("a FHIR export…"):
        sections.append(("A FHIR export", [*measure_fhir(home=home)]))
    with console.status("OMOP tables…"):
        title = f"OMOP tables loaded, {MEMORY} for the engine"
        sections.append((title, measure_load(home=home)))
    write_results(sections)
    show(sections)


if __name__ == "__main__":
    main()
