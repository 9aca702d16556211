"""ohdsi-circepy with its own engine and the DuckDB that it needs, over the same rows."""

import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from bench.measure import Measure, Stopwatch
from bench.reference import CIRCEPY, circepy
from maillage.warehouse.schema import TABLES
from maillage.warehouse.sql import text

OLD_STORAGE = "v1.4.0"
"""What its DuckDB reads; ours writes a newer one."""


def measure_port(
    definitions: Sequence[Path],
    *,
    warehouse: Path,
    threads: int,
    ours: Mapping[str, Stopwatch],
    rows: Mapping[str, int],
) -> list[Measure]:
    """Its times against `ours`, and its rows against `rows`, by definition. CPU seconds: it runs alone."""
    plain = warehouse.with_suffix(".plain.duckdb")
    if not plain.exists():
        _copy(warehouse, plain)
    answers = warehouse.with_suffix(".port.jsonl")
    circepy("run_ibis.py", plain, str(threads), answers, *definitions)
    found = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
    ran = [one for one in found if "error" not in one]
    otherwise = [one["name"] for one in found if one.get("rows") != rows[one["name"]]]
    # It resolves concept sets while it compiles: only the two together compare with a run of ours.
    ratios = [(one["compile"] + one["run"]) / ours[one["name"]].cpu for one in ran]
    how = (
        f"ohdsi-circepy {CIRCEPY}, its Ibis engine on DuckDB 1.4, {len(found)} phenotypes, {threads} threads"
    )
    compiling = statistics.median(one["compile"] for one in ran) * 1000
    return [
        Measure("the port's engine: compiling, median, CPU", compiling, "ms", "", how),
        Measure(
            "the port's engine: compiling and running, against ours running, median, CPU",
            statistics.median(ratios),
            "×",
            "",
            how,
        ),
        Measure(
            "the port's engine: fails, or finds other rows",
            len(otherwise),
            "",
            "",
            ", ".join(otherwise) or how,
        ),
    ]


def _copy(warehouse: Path, plain: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH {text(str(warehouse))} AS warehouse (READ_ONLY)")
        connection.execute(f"ATTACH {text(str(plain))} AS plain (STORAGE_VERSION '{OLD_STORAGE}')")
        for name in TABLES:
            connection.execute(f"CREATE TABLE plain.main.{name} AS FROM warehouse.main.{name}")
