"""Models: what a round costs where the rows are, and what the network adds to it."""

import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
from rich.console import Console

from bench.measure import Measure
from maillage.analysis.features.columns import Column
from maillage.analysis.features.matrix import Matrix
from maillage.analysis.glm.fitting import fit_parts
from maillage.analysis.glm.sums import Data
from maillage.analysis.regress.local import Modelled, open_rounds
from maillage.analysis.regress.spec import RegressParameters, RegressRound
from maillage.cli.demo.hospitals import synthetic_hospitals
from maillage.cli.demo.network import NetworkOptions, RunningNetwork, running_network
from maillage.cli.demo.permits import STUDY
from maillage.disclosure import DisclosureRules
from maillage.disclosure.gates import ExactGate

ROWS, COVARIATES, HOSPITALS = 250_000, 20, 4
PATIENTS = 20_000
QUESTIONS = 10
QUESTION = Path(__file__).parent.parent / "maillage" / "cli" / "examples" / "diabete-type-2-metformine.json"
AGE: dict[str, Any] = {"kind": "age", "name": "age"}
ASKED: dict[str, Any] = {
    "family": "binomial",
    "outcome": {"kind": "sex", "name": "sex"},
    "covariates": [AGE, {"kind": "visit", "name": "visits", "use": "count"}],
}


def measure_models(*, home: Path, console: Console) -> Sequence[Measure]:
    """Sums and rounds of a logistic model."""
    return [*_measure_sums(), *_measure_rounds(home=home, console=console)]


def _measure_sums() -> list[Measure]:
    """CPU seconds: a machine that does other work takes longer, not more."""
    parts = [_draw(seed) for seed in range(HOSPITALS)]
    started = time.process_time()
    fit = fit_parts([part.data for part in parts], family="binomial")
    whole = time.process_time() - started
    resident = _open(parts[0])
    started = time.process_time()
    zeros = (0.0,) * (COVARIATES + 1)
    resident.answer(1, RegressRound(beta=zeros, centre=zeros))
    gated = (time.process_time() - started) * 1000
    how = f"{COVARIATES} covariates, {ROWS} rows a hospital"
    return [
        Measure(
            "logistic fit, 4 hospitals in one process", whole, "s CPU", "< 5", f"{fit.rounds} rounds, {how}"
        ),
        Measure("one gated round at one hospital", gated, "ms CPU", "", how),
    ]


def _draw(seed: int) -> Modelled:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(ROWS, COVARIATES))
    outcome = (rng.random(ROWS) < 1 / (1 + np.exp(-values @ np.linspace(-0.3, 0.3, COVARIATES)))).astype(
        float
    )
    columns = tuple(Column(f"x{place}", f"x{place}", is_flag=False) for place in range(COVARIATES))
    matrix = Matrix(columns, values, np.arange(ROWS), np.ones(ROWS, dtype=bool))
    return Modelled(matrix, Data.of(np.column_stack([np.ones(ROWS), values]), outcome))


def _open(part: Modelled) -> Any:
    many = [AGE | {"name": f"x{place}"} for place in range(COVARIATES)]
    asked = RegressParameters.model_validate(ASKED | {"covariates": many})
    return open_rounds(part, asked, gate=ExactGate(DisclosureRules()))[1]


def _measure_rounds(*, home: Path, console: Console) -> list[Measure]:
    hospitals = synthetic_hospitals(
        folder=home / "warehouses", patients=PATIENTS, decisions={}, console=console
    )
    with tempfile.TemporaryDirectory(prefix="bench-", dir=home) as folder:
        options = NetworkOptions(worker_threads=1)
        with running_network(hospitals, folder=Path(folder), options=options) as network:
            elapsed = [_ask(network) for _question in range(QUESTIONS)]
            between = _read_rounds(network)
    how = f"median of {len(between)} rounds, 4 nodes of {PATIENTS} patients on one machine, all checks on"
    return [
        Measure("a round beyond the slowest node's sums", statistics.median(between), "ms", "≤ 60", how),
        Measure("a logistic question, submit → model", statistics.median(elapsed), "ms", "", "median"),
    ]


def _ask(network: RunningNetwork) -> float:
    cohort = json.loads(QUESTION.read_text(encoding="utf-8"))
    question = {"title": "Modèle", "analysis": "regress", "parameters": ASKED, "cohort": cohort}
    headers = {"Authorization": f"Bearer {network.access.token}"}
    started = time.perf_counter()
    with httpx2.Client(base_url=network.url, headers=headers, timeout=60) as http:
        answer = http.post("/api/v1/questions", json=question | {"permit": STUDY}).raise_for_status().json()
        while answer["status"] == "open":
            address = f"/api/v1/questions/{answer['id']}?wait=20&seen={answer['version']}"
            answer = http.get(address).raise_for_status().json()
    if not answer["combined"]["figures"].get("fitted"):
        raise RuntimeError(f"no model came of it: {answer['sites']}")
    return (time.perf_counter() - started) * 1000


def _read_rounds(network: RunningNetwork) -> list[float]:
    """From one round's end to the next one's at a node, less the slowest sums of the round: from the logs."""
    logs = [network.folder / f"{name}.log" for name in network.processes if name != "hub"]
    rounds = [
        [json.loads(line) for line in log.read_text().splitlines() if "round_computed" in line]
        for log in logs
    ]
    found: list[float] = []
    for place in range(1, min(len(each) for each in rounds)):
        here, before = rounds[0][place], rounds[0][place - 1]
        if here["job"] == before["job"]:
            slowest = max(each[place]["engine_ms"] for each in rounds)
            found.append((_at(here) - _at(before)) * 1000 - slowest)
    return found


def _at(line: dict[str, Any]) -> float:
    return datetime.fromisoformat(line["at"]).timestamp()
