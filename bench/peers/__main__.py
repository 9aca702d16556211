"""`make bench-peers`: a logistic model of twenty rounds by us, Flower and NVFLARE, on the same four tables.

Ours goes over the whole network: permits, signatures, both ledgers, disclosure, marks of time. Flower runs
deployed, over HTTP without TLS, and in its simulation engine, which crosses no network; NVFLARE in its
simulator, whose processes speak as deployed ones do. Their packages live in an environment of their own,
from `requirements.txt` here.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from rich.console import Console

from bench.measure import Measure, show, write_results
from bench.models import ILL, PATIENTS, WIDE, Floats, ask, networking, read_whole
from bench.peers.deployed import run_deployed
from bench.reference import ROOT
from maillage.analysis.regress.local import read_rows
from maillage.analysis.regress.spec import RegressParameters
from maillage.cli.demo.hospitals import synthetic_hospitals
from maillage.cli.demo.network import Hospital
from maillage.cohort import parse_expression
from maillage.cohort.run import compile_for, run_plan
from maillage.warehouse.engines.duckdb import open_warehouse

HERE = Path(__file__).parent
HOME = ROOT / ".bench"
TITLE = "Rounds beside Flower and NVFLARE"
ROUNDS = 20
DEPLOYED, SIMULATED, NVFLARE = "deployed", "simulated", "nvflare"
PEERS = {
    DEPLOYED: "Flower 1.42.0 deployed: SuperLink and SuperNodes, which start a process for each message",
    SIMULATED: "Flower 1.42.0, simulation engine in one machine's memory",
    NVFLARE: "NVFLARE 2.9.0, simulator, whose clients wait 0.1 s between tasks, not 2",
}
AGREE = 1e-8
LIMIT_SECONDS = 900
# NVFLARE's simulator gives a free port to two clients at times, and waits for the one that got none.
SCRIPT_SECONDS, TRIES = 240, 3
# Flower starts a process for each message: without bytecode each compiles all that it imports, where
# PYTHONDONTWRITEBYTECODE forbids to keep it.
INSTALL = ("pip", "install", "--quiet", "--system-certs", "--require-hashes", "--compile-bytecode")
# None of them tells its makers of this run; and on a busy machine the first may take long to start.
QUIET = {
    "FLWR_TELEMETRY_ENABLED": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_raylet_start_wait_time_s": "300",
    "RAY_agent_register_timeout_ms": "300000",
}


@dataclass(frozen=True)
class Run:
    """One side: milliseconds of each round, and the coefficients that came of them."""

    rounds: Sequence[float]
    beta: Floats


def main() -> None:
    """Run all sides, hold their coefficients against one another, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dry", action="store_true", help="print, write nothing")
    parser.add_argument("--patients", type=int, default=PATIENTS, help="of each hospital")
    options = parser.parse_args()
    console = Console(stderr=True)
    python = _make_environment(console)
    (ROOT / ".demo").mkdir(exist_ok=True)
    hospitals = synthetic_hospitals(
        folder=ROOT / ".demo" / "warehouses", patients=options.patients, decisions={}, console=console
    )
    with console.status("our rounds…"):
        ours, whole = _run_ours(hospitals)
    theirs: dict[str, Run] = {}
    with tempfile.TemporaryDirectory(prefix="peers-", dir=HOME) as folder:
        rows = _write_tables(hospitals, folder=Path(folder))
        for name in PEERS:
            with console.status(f"{name}…"):
                theirs[name] = _run_peer(name, python=python, folder=Path(folder))
    found = _compare(ours, whole, theirs, how=f"{rows} rows in 4 tables, 21 columns, in one run")
    if not options.dry:
        write_results([(TITLE, found)])
    show([(TITLE, found)])


def _make_environment(console: Console) -> Path:
    """The interpreter of an environment that has what `requirements.txt` pins, made where it is missing."""
    python = HOME / "peers" / "bin" / "python"
    wanted = f"{INSTALL}\n{(HERE / 'requirements.txt').read_text(encoding='utf-8')}"
    stamp = HOME / "peers" / "made-of.txt"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    HOME.mkdir(exist_ok=True)
    uv = str(Path(sys.executable).parent / "uv")
    with console.status("the frameworks' packages…"):
        subprocess.run([uv, "venv", "--quiet", "--clear", str(HOME / "peers")], check=True)
        packages = ["--python", str(python), "--requirement", str(HERE / "requirements.txt")]
        subprocess.run([uv, *INSTALL, *packages], check=True)
    stamp.write_text(wanted, encoding="utf-8")
    return python


def _write_tables(hospitals: Sequence[Hospital], *, folder: Path) -> int:
    """Each hospital's design matrix and outcome, as our nodes read them; how many rows in all."""
    asked, cohort, rows = RegressParameters.model_validate(WIDE), parse_expression(ILL), 0
    for number, hospital in enumerate(hospitals):
        engine = open_warehouse(Path(str(hospital.warehouse)))
        try:
            with run_plan(compile_for(engine, cohort), engine=engine) as tables:
                data = read_rows(tables, asked, engine=engine).data
        finally:
            engine.close()
        np.savez(folder / f"{number}.npz", matrix=np.ascontiguousarray(data.matrix), outcome=data.outcome)
        rows += len(data.outcome)
    return rows


def _run_ours(hospitals: Sequence[Hospital]) -> tuple[Run, float]:
    """As many questions as come to twenty rounds; and how long all of them took, opening and all, in ms."""
    with networking(hospitals, home=ROOT / ".demo") as network:
        ask(network, WIDE, cohort=ILL)
        known, elapsed, answer = len(read_whole(network)), 0.0, dict[str, Any]()
        done = 0
        while done < ROUNDS:
            milliseconds, answer = ask(network, WIDE, cohort=ILL)
            elapsed += milliseconds
            done += answer["rounds"]["number"]
        rounds = read_whole(network)[known:]
    terms = answer["combined"]["figures"]["terms"]
    return Run(rounds, np.array([term["estimate"] for term in terms])), elapsed * ROUNDS / done


def _run_peer(name: str, *, python: Path, folder: Path) -> Run:
    """Its output is in `.bench/`. Raises RuntimeError where no coefficients came."""
    environment = os.environ | QUIET | {"PEERS_FOLDER": str(folder), "PEERS_RUN": name}
    log, coefficients = HOME / f"{name}.log", folder / f"{name}.json"
    log.unlink(missing_ok=True)
    with suppress(subprocess.TimeoutExpired):
        if name == DEPLOYED:
            run_deployed(
                python.parent,
                app=HERE / "apps",
                folder=folder,
                log=log,
                environment=environment,
                seconds=LIMIT_SECONDS,
            )
        else:
            script = "run_flower.py" if name == SIMULATED else "run_flare.py"
            for _try in range(TRIES):
                if not coefficients.exists():
                    _run_script(script, python, environment=environment, log=log)
    if not coefficients.exists():
        raise RuntimeError(f"{name} found no coefficients in time; {log} has what it said")
    found = json.loads(coefficients.read_text(encoding="utf-8"))
    return Run(found["rounds_ms"], np.array(found["beta"]))


def _run_script(script: str, python: Path, *, environment: dict[str, str], log: Path) -> None:
    """To its end; or, where it takes too long, to that of all that it started."""
    with log.open("a") as output:
        process = psutil.Popen(
            [str(python), script], cwd=HERE / "apps", env=environment, stdout=output, stderr=output
        )
        try:
            process.wait(timeout=SCRIPT_SECONDS)
        except psutil.TimeoutExpired:
            for one in [*process.children(recursive=True), process]:
                with suppress(psutil.NoSuchProcess):
                    one.kill()
            process.wait()


def _compare(ours: Run, whole: float, theirs: dict[str, Run], *, how: str) -> list[Measure]:
    """Medians, and ours beside the better of theirs. Raises where coefficients differ."""
    for name, run in theirs.items():
        apart = float(np.max(np.abs(run.beta - ours.beta) / np.maximum(np.abs(ours.beta), 1e-6)))
        if apart > AGREE:
            raise RuntimeError(f"{name} found other coefficients: {apart:.1e} apart")
    own = statistics.median(ours.rounds)
    medians = {name: statistics.median(run.rounds) for name, run in theirs.items()}
    best = min(middle for name, middle in medians.items() if name != SIMULATED)
    total = min(sum(run.rounds) for name, run in theirs.items() if name != SIMULATED)
    peers = [
        Measure(f"a round of theirs: {name}", middle, "ms", "", f"median of {ROUNDS}; {PEERS[name]}")
        for name, middle in medians.items()
    ]
    return [
        Measure("a round of ours, all checks on", own, "ms", "", f"median of {len(ours.rounds)}; {how}"),
        *peers,
        Measure(
            "a round: the better of them / ours", best / own, "×", "≥ 10", "the same sums, compared to 1e-8"
        ),
        Measure(
            "twenty rounds: the better network / ours",
            total / whole,
            "×",
            "",
            "ours with its questions' cohorts, matrices and openings; theirs from the first round's start",
        ),
    ]


if __name__ == "__main__":
    main()
