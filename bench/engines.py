"""`make bench-engines`: the same patients in a DuckDB file, in PostgreSQL and in Parquet for Spark.

Each size is a base of 10,000 synthetic patients, with their diagnoses and drugs alone, repeated by SQL under
new ids. Each engine builds and answers in a process of its own; other rows than DuckDB's end the bench.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from bench.measure import Measure, show, write_results
from bench.reference import ROOT
from maillage.warehouse.synthetic import synthesize

SITE = "hcl"
BASE = 10_000
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
LARGEST: Mapping[str, int] = {"duckdb": 10_000_000, "postgres": 1_000_000, "spark": 10_000_000}
"""PostgreSQL would need more than 40 GB beyond: 3 GB a million patients, and the CSV that they come by."""

_KEPT = (
    "person",
    "observation_period",
    "death",
    "condition_occurrence",
    "drug_exposure",
    "concept",
    "concept_ancestor",
    "vocabulary",
)


def main() -> None:
    """Measure the sizes asked for, write the figures of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, nargs="+", default=SIZES, help=f"multiples of {BASE}")
    parser.add_argument("--engines", nargs="+", default=[*LARGEST], choices=[*LARGEST])
    parser.add_argument("--dry", action="store_true", help="print, write nothing down")
    options = parser.parse_args()
    home = ROOT / ".bench"
    home.mkdir(exist_ok=True)
    for patients in options.patients:
        with tempfile.TemporaryDirectory(prefix="engines-", dir=home) as folder:
            # The server of PostgreSQL runs as another user, who must be able to pass.
            Path(folder).chmod(0o755)
            for measures in _measure_size(Path(folder), patients, engines=options.engines):
                section = (f"Three engines on {patients:,} patients".replace(",", " "), measures)
                show([section])
                if not options.dry:
                    write_results([section])


def _measure_size(folder: Path, patients: int, *, engines: Sequence[str]) -> Iterator[list[Measure]]:
    """The figures so far, after each engine: a run that is stopped keeps what it has measured."""
    base = _write_base(folder)
    measures: list[Measure] = []
    expected: Any = None
    # DuckDB first, whatever was asked: the two others are filled from its file.
    for engine in ("duckdb", *(one for one in engines if one != "duckdb")):
        if patients > LARGEST[engine]:
            continue
        found = _run(engine, base=base, copies=patients // BASE, home=folder)
        expected = expected or found["rows"]
        if found["rows"] != expected:
            raise SystemExit(f"{engine} finds other rows: {found['rows']}, not {expected}")
        measures += _measures(engine, found)
        yield measures


def _write_base(folder: Path) -> Path:
    """The tables that are repeated, one Parquet file each."""
    base = folder / "base"
    base.mkdir()
    synthesize(SITE, patients=BASE, target=folder / "base.duckdb")
    with duckdb.connect(str(folder / "base.duckdb"), read_only=True) as connection:
        for name in _KEPT:
            connection.table(f"main.{name}").write_parquet(str(base / f"{name}.parquet"))
    return base


def _run(engine: str, *, base: Path, copies: int, home: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.engine", engine, str(base), str(copies), str(home)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    if engine != "duckdb":
        shutil.rmtree(home / engine, ignore_errors=True)
    return json.loads(done.stdout.splitlines()[-1])


def _measures(engine: str, found: Mapping[str, Any]) -> list[Measure]:
    built = found["built"]
    size = f"{found['persons']:,} persons, {found['facts']:,} facts; CPU {built['cpu']:.3g} s"
    load = f"load of the machine {found['load']:.0f}"
    questions = [
        Measure(f"{engine}: {name}", one["wall"], "s", "", _how(one))
        for name, one in found["questions"].items()
    ]
    return [
        Measure(f"{engine}: built", built["wall"], "s", "", f"{built['how']}; {size}; {load}"),
        Measure(f"{engine}: on disk", built["megabytes"], "MB", "", built["what"]),
        *questions,
        Measure(f"{engine}: memory at most, asking", found["memory"], "MB", "", found["whose"]),
    ]


def _how(one: Mapping[str, Any]) -> str:
    runs = f"median of {one['runs']} after a first of {one['first']:.3g} s"
    return f"CPU {one['cpu']:.3g} s; {runs}; {one['found']}"


if __name__ == "__main__":
    main()
