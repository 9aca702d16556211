"""`make bench-load`: a folder of OMOP tables into a warehouse with all layouts, in a process of its own.

`make bench` measures a moderate size. `--facts 200000000` makes a hospital of that size first, which takes
its time and 8 GB; `--source` loads a folder that is there.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb

from bench.measure import Measure, show, write_results
from bench.reference import ROOT
from maillage.warehouse.sql import quote, text
from maillage.warehouse.synthetic import synthesize

SITE = "hcl"
FACTS_A_PATIENT = 200
FACTS = 4_000_000
MEMORY = "2GB"
_LOAD = """
import sys, time
from pathlib import Path
from bench.measure import peak_megabytes
from maillage.warehouse.build.omop import load_omop
started = time.process_time()
report = load_omop(Path(sys.argv[1]), target=Path(sys.argv[2]), memory_limit=sys.argv[3])
cpu = time.process_time() - started
print(report.rows, report.seconds, cpu, peak_megabytes())
"""
_ORDERS = {
    "Parquet in person order": ("parquet", ""),
    "Parquet in no order": ("parquet", " ORDER BY hash({first})"),
    "CSV in person order": ("csv", ""),
}
"""Format and order of the extracts, by their names; hospitals' are often ordered by the row's own id."""


def main() -> None:
    """Measure one size, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=int, default=FACTS)
    parser.add_argument("--memory", default=MEMORY, help="what the engine may use")
    parser.add_argument("--source", type=Path, help="a folder of OMOP tables, instead of a synthetic one")
    parser.add_argument("--dry", action="store_true", help="print, write nothing down")
    options = parser.parse_args()
    home = ROOT / ".bench"
    home.mkdir(exist_ok=True)
    if options.source:
        measures = _measure(options.source, home, name=options.source.name, memory=options.memory)
    else:
        measures = measure_load(home=home, facts=options.facts, memory=options.memory)
    sections = [(f"OMOP tables loaded, {options.memory} for the engine", measures)]
    if not options.dry:
        write_results(sections)
    show(sections)


def measure_load(*, home: Path, facts: int = FACTS, memory: str = MEMORY) -> list[Measure]:
    """Loads of one synthetic hospital from extracts of several kinds."""
    measures: list[Measure] = []
    with tempfile.TemporaryDirectory(prefix="load-", dir=home) as name:
        folder = Path(name)
        warehouse = folder / "source.duckdb"
        synthesize(SITE, patients=facts // FACTS_A_PATIENT, target=warehouse, memory_limit=memory)
        for title, (form, order) in _ORDERS.items():
            extract = folder / "extract"
            _export(warehouse, extract, form=form, order=order)
            measures += _measure(extract, folder, name=title, memory=memory)
            for path in extract.iterdir():
                path.unlink()
    return measures


def _export(warehouse: Path, folder: Path, *, form: str, order: str) -> None:
    folder.mkdir(exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET temp_directory = ?", [str(folder.parent)])
        connection.execute(f"ATTACH {text(str(warehouse))} AS source (READ_ONLY)")
        connection.execute("USE source")
        for table in _tables(connection):
            first = quote(connection.table(table).columns[0])
            rows = f"FROM main.{table}{order.format(first=first)}"
            connection.execute(f"COPY ({rows}) TO {text(str(folder / f'{table}.{form}'))} (FORMAT {form})")


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Those of the model that have rows."""
    found = connection.sql("FROM duckdb_tables()").filter(
        "database_name = 'source' AND schema_name = 'main' AND table_name NOT LIKE '%_by_concept'"
    )
    return [name for (name,) in found.filter("estimated_size > 0").project("table_name").fetchall()]


def _measure(source: Path, home: Path, *, name: str, memory: str) -> list[Measure]:
    target = home / "loaded.duckdb"
    rows, seconds, cpu, megabytes = _load(source, target, memory)
    size = target.stat().st_size / 1e6
    target.unlink()
    how = f"{rows:,.0f} rows, all layouts, --memory {memory}, file of {size:,.0f} MB"
    both = f"{how}; two cores that are both busy make twice as many a second"
    return [
        Measure(f"{name}, by CPU", rows / cpu / 1e6, "M rows/CPU-s", "≥ 1", both),
        Measure(f"{name}, elapsed", rows / seconds / 1e6, "M rows/s", "≥ 2", how),
        Measure(f"{name}, memory at most", megabytes, "MB", "", how),
    ]


def _load(source: Path, target: Path, memory: str) -> Sequence[float]:
    command = [sys.executable, "-c", _LOAD, str(source), str(target), memory]
    told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    return [float(word) for word in told.split()]


if __name__ == "__main__":
    main()
