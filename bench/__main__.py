"""`make bench`: measure, print, write docs/performance.md and bench/results.json."""

import os
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.fhir import measure_fhir
from bench.measure import Measure, write_results
from bench.network import measure_network
from bench.rooms import measure_rooms

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
    with console.status("the rooms…"):
        found = measure_rooms(home=home, shared_data=shared_data if shared_data.is_dir() else None)
        sections.append(("Rooms by themselves", [*found]))
    with console.status("a FHIR export…"):
        sections.append(("A FHIR export", [*measure_fhir(home=home)]))
    write_results(sections)
    _show(sections)


def _show(sections: list[tuple[str, list[Measure]]]) -> None:
    table = Table("what", "figure", "goal", "verdict")
    for _title, measures in sections:
        for found in measures:
            table.add_row(found.name, f"{found.value:.3g} {found.unit}", found.goal, found.verdict)
    Console().print(table)


if __name__ == "__main__":
    main()
