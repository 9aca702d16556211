"""PMSI files read into the tables of a batch, before the warehouse is made again from them."""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench.measure import Measure
from maillage.warehouse.batches.pmsi import stage_pmsi
from tests.support.pmsi_lines import Act, Stay, Unit, shift, write_rsa, write_rum

LINES = 200_000
DIAGNOSES = ("I10", "E119", "N183", "Z9501")
ACTS = (Act(), Act(code="DEQP003"), Act(code="ZBQK002"))


def measure_pmsi(*, home: Path) -> Sequence[Measure]:
    """Lines a CPU-second, RUM and RSA; a line has four associated diagnoses and three acts."""
    with tempfile.TemporaryDirectory(prefix="pmsi-", dir=home) as name:
        return [_measure(Path(name), kind) for kind in ("RUM", "RSA")]


def _measure(folder: Path, kind: str) -> Measure:
    source, staged = folder / f"{kind}.txt", folder / kind
    staged.mkdir()
    stay = Stay(units=(Unit(associated=DIAGNOSES, acts=ACTS),))
    models = [shift(stay, days) for days in range(0, 200, 10)]
    with source.open("w", encoding="ascii") as stream:
        for number in range(LINES):
            model = replace(models[number % len(models)], number=str(number), admission=str(number))
            line = write_rsa(model, record=number) if kind == "RSA" else write_rum(model)[0]
            stream.write(f"{line}\r\n")
    started = time.process_time()
    report = stage_pmsi([source], folder=staged)
    rate = report.lines / (time.process_time() - started)
    return Measure(f"{kind} lines staged", rate, "lines/CPU-s", "", f"{LINES:,} lines, 4 DAS and 3 acts each")
