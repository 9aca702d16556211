"""`make bench-models`: what a round costs where the rows are, what the network adds, and a large model."""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from bench.measure import Measure, show, write_results
from bench.network import QUESTION, spend
from bench.reference import ROOT
from maillage.analysis.features.columns import Column
from maillage.analysis.features.matrix import Matrix
from maillage.analysis.glm.fitting import fit_parts
from maillage.analysis.glm.sums import Data
from maillage.analysis.regress.local import Modelled, open_rounds
from maillage.analysis.regress.spec import RegressParameters, RegressRound
from maillage.cli.demo.hospitals import synthetic_hospitals
from maillage.cli.demo.network import Hospital, NetworkOptions, RunningNetwork, running_network
from maillage.cli.demo.permits import STUDY
from maillage.disclosure import DisclosureRules
from maillage.disclosure.gates import ExactGate
from maillage.warehouse.synthetic import SITES, synthesize

TITLE = "Models by rounds"
ROWS, COVARIATES, HOSPITALS = 250_000, 20, 4
PATIENTS = 20_000
QUESTIONS, LARGE_QUESTIONS = 10, 3

Floats = NDArray[np.float64]
Document = Mapping[str, Any]
FEW: Document = json.loads(QUESTION.read_text(encoding="utf-8"))
AGE: Document = {"kind": "age", "name": "age"}
SMALL: Document = {
    "family": "binomial",
    "outcome": {"kind": "sex", "name": "sex"},
    "covariates": [AGE, {"kind": "visit", "name": "visits", "use": "count"}],
}
ILL: Document = json.loads((ROOT / "maillage" / "cli" / "demo" / "tout-diagnostic.json").read_text())
"""Whoever ever had a diagnosis. Of the whole warehouse a model is refused: its number is public."""

# The commonest conditions and measurements of the synthetic hospitals: no pair of them is rare.
_CONDITIONS = (248, 294, 336, 272, 307, 166, 193, 292, 153, 346, 147, 290)
_MEASUREMENTS = {"sodium": 3019550, "haemoglobin": 3000963, "crp": 3020460}
_YEAR: Document = {"end": 365}


def _concept(number: int) -> Document:
    return {"items": [{"concept": {"CONCEPT_ID": number}, "includeDescendants": True}]}


WIDE: Document = {
    "family": "binomial",
    "outcome": {"kind": "visit", "name": "back", "use": "any", "window": {"start": 1, "end": 365}},
    "covariates": [
        AGE,
        {"kind": "sex", "name": "sex"},
        *(
            {
                "kind": "condition",
                "name": f"d{one}",
                "concepts": _concept(2_000_100_000 + one),
                "window": _YEAR,
            }
            for one in _CONDITIONS
        ),
        *(
            {
                "kind": "measurement",
                "name": name,
                "concepts": _concept(number),
                "window": _YEAR,
                "missing": "indicator",
            }
            for name, number in _MEASUREMENTS.items()
        ),
    ],
}
"""Twenty columns: age, sex, twelve conditions, three measurements and where each is missing."""


def main() -> None:
    """Run every part, print, and write the section unless told not to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dry", action="store_true", help="print, write nothing")
    parser.add_argument("--patients", type=int, default=ROWS, help="of the large model's hospitals")
    options = parser.parse_args()
    console = Console(stderr=True)
    home = ROOT / ".demo"
    home.mkdir(exist_ok=True)
    found = [
        *measure_sums(),
        *measure_rounds(home=home, console=console),
        *measure_large(home=home, patients=options.patients, console=console),
    ]
    sections = [(TITLE, found)]
    if not options.dry:
        write_results(sections)
    show(sections)


def measure_sums() -> list[Measure]:
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
            "logistic fit, 4 hospitals in one process", whole, "s CPU", "≤ 5", f"{fit.rounds} rounds, {how}"
        ),
        Measure("one gated round at one hospital", gated, "ms CPU", "", how),
    ]


def _draw(seed: int) -> Modelled:
    rng = np.random.default_rng(seed)
    values = np.asfortranarray(rng.normal(size=(ROWS, COVARIATES)))
    chance = 1 / (1 + np.exp(-values @ np.linspace(-0.3, 0.3, COVARIATES)))
    outcome = (rng.random(ROWS) < chance).astype(float)
    columns = tuple(Column(f"x{place}", f"x{place}", is_flag=False) for place in range(COVARIATES))
    everybody = np.ones(ROWS, dtype=bool)
    matrix = Matrix(columns, values, np.arange(ROWS), everybody, read=np.empty((ROWS, 0)))
    design = np.asfortranarray(np.column_stack([np.ones(ROWS), values]))
    return Modelled(matrix, Data.of(design, outcome))


def _open(part: Modelled) -> Any:
    many = [{**AGE, "name": f"x{place}"} for place in range(COVARIATES)]
    asked = RegressParameters.model_validate({**SMALL, "covariates": many})
    return open_rounds(part, asked, gate=ExactGate(DisclosureRules()))[1]


def measure_rounds(*, home: Path, console: Console) -> list[Measure]:
    """What hub, agents and workers add to the sums of a round."""
    hospitals = synthetic_hospitals(
        folder=home / "warehouses", patients=PATIENTS, decisions={}, console=console
    )
    with networking(hospitals, home=home) as network:
        ask(network, SMALL, cohort=FEW)
        known, spent = len(read_between(network)), spend(network)
        elapsed = [ask(network, SMALL, cohort=FEW)[0] for _question in range(QUESTIONS)]
        between = read_between(network)[known:]
        taken = {name: spend(network)[name] - before for name, before in spent.items()}
        rounds = QUESTIONS * count_rounds(network) / (QUESTIONS + 1)
    how = f"median of {len(between)} rounds, 4 nodes of {PATIENTS} patients on one machine, all checks on"
    each = [
        Measure(f"a round, {name}", seconds / rounds * 1000, "ms CPU", "", "its question's part with it")
        for name, seconds in taken.items()
    ]
    return [
        Measure("a round beyond the slowest node's sums", statistics.median(between), "ms", "≤ 60", how),
        *each,
        Measure("a logistic question, ask → model", statistics.median(elapsed), "ms", "", "median"),
    ]


def measure_large(*, home: Path, patients: int, console: Console) -> list[Measure]:
    """Twenty covariates over four hospitals, who all read one warehouse: each takes minutes to make."""
    path = home / "warehouses" / f"hcl-{patients}.duckdb"
    if not path.exists():
        with console.status(f"a warehouse of {patients} patients…"):
            synthesize("hcl", patients=patients, target=path)
    hospitals = [Hospital(site, about.name, path) for site, about in SITES.items()]
    with networking(hospitals, home=home) as network:
        ask(network, WIDE, cohort=ILL)
        before, known = sum(spend(network).values()), count_rounds(network)
        answers = [ask(network, WIDE, cohort=ILL) for _question in range(LARGE_QUESTIONS)]
        taken = (sum(spend(network).values()) - before) / LARGE_QUESTIONS
    milliseconds = statistics.median(elapsed for elapsed, _answer in answers)
    persons = answers[0][1]["combined"]["persons"]["count"]
    how = f"{COVARIATES} covariates, {persons} patients, {known} rounds, one thread a node, one file for all"
    return [
        Measure("a logistic model of 4 large hospitals, ask → model", milliseconds / 1000, "s", "≤ 5", how),
        Measure("the same, hub and nodes", taken, "s CPU", "", f"mean of {LARGE_QUESTIONS}"),
    ]


@contextmanager
def networking(hospitals: Sequence[Hospital], *, home: Path) -> Iterator[RunningNetwork]:
    """A hub and a node for each, which end with the block."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=home) as folder:
        options = NetworkOptions(worker_threads=1)
        with running_network(hospitals, folder=Path(folder), options=options) as network:
            yield network


def ask(network: RunningNetwork, parameters: Document, *, cohort: Document) -> tuple[float, dict[str, Any]]:
    """Milliseconds from the question to its model, and the answer."""
    question = {"title": "Modèle", "analysis": "regress", "parameters": parameters, "cohort": cohort}
    headers = {"Authorization": f"Bearer {network.access.token}"}
    with httpx2.Client(base_url=network.url, headers=headers, timeout=60) as http:
        started = time.perf_counter()
        answer = http.post("/api/v1/questions", json=question | {"permit": STUDY}).raise_for_status().json()
        while answer["status"] == "open":
            address = f"/api/v1/questions/{answer['id']}?wait=20&seen={answer['version']}"
            answer = http.get(address).raise_for_status().json()
        elapsed = (time.perf_counter() - started) * 1000
    figures = answer["combined"]["figures"]
    if not figures.get("fitted") or len(answer["combined"]["contributing"]) != HOSPITALS:
        raise RuntimeError(f"no model of all came of it: {figures} {answer['sites']}")
    return elapsed, answer


def count_rounds(network: RunningNetwork) -> int:
    """How many rounds each hospital has computed."""
    return min(len(each) for each in _read_logs(network))


def read_between(network: RunningNetwork) -> list[float]:
    """Milliseconds from one round's end to the next one's at a node, less the slowest sums of the round."""
    rounds = _read_logs(network)
    found: list[float] = []
    for place in range(1, min(len(each) for each in rounds)):
        here, before = rounds[0][place], rounds[0][place - 1]
        if here["job"] == before["job"]:
            slowest = max(each[place]["engine_ms"] for each in rounds)
            found.append((_at(here) - _at(before)) * 1000 - slowest)
    return found


def read_whole(network: RunningNetwork) -> list[float]:
    """Milliseconds from one round's end to the next one's at a node, sums and all."""
    (rounds, *_others) = _read_logs(network)
    return [
        (_at(here) - _at(before)) * 1000 for before, here in pairwise(rounds) if here["job"] == before["job"]
    ]


def _read_logs(network: RunningNetwork) -> list[list[dict[str, Any]]]:
    """By node, the lines of its log that tell of a round."""
    logs = [network.folder / f"{name}.log" for name in network.processes if name != "hub"]
    return [
        [json.loads(line) for line in log.read_text().splitlines() if "round_computed" in line]
        for log in logs
    ]


def _at(line: Mapping[str, Any]) -> float:
    return datetime.fromisoformat(line["at"]).timestamp()


if __name__ == "__main__":
    main()
