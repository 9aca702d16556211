"""`make bench-tables`: what a Table 1 of 500 concepts, flows, incidence and a distribution cost a hospital.

From the cohort to the gated content, the guard's file included, on warehouses that other benches built:
`make bench-large` and `make bench-cohorts`. CPU seconds of all threads tell more than elapsed ones where
others work.
"""

import argparse
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from sqlglot import parse_one
from sqlglot.expressions import Select

from bench.large import HOME, MEMORY, count_facts
from bench.measure import Measure, Stopwatch, show, write_results
from maillage.analysis.registry import find_spec, load_local, read_parameters
from maillage.analysis.tabular.forms import TablesContent
from maillage.cohort import CohortExpression
from maillage.cohort.compile.sql import col, select, table
from maillage.cohort.expression import Criterion, Limit, PrimaryCriteria
from maillage.cohort.expression.concept_sets import ConceptSet, ConceptSetItem
from maillage.cohort.expression.values import CodesetRef, Concept
from maillage.disclosure import DisclosureRules
from maillage.disclosure.gates import ExactGate
from maillage.disclosure.values import Count
from maillage.node.worker.guard import History, ReleaseGuard
from maillage.node.worker.releases import Asked, Releases
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.engines.duckdb import open_warehouse
from maillage.warehouse.info import read_info

WAREHOUSES = ("large-1000000.duckdb", "combined-x64.duckdb")
CONCEPTS = 500
RUNS = 5
COHORTS = {"most patients": 1.0, "one in twenty": 0.05}
"""Those with the condition that about this share of the patients has."""

RULES = DisclosureRules(floor=10, network_floor=10)
GOALS = {"characterise": 1000, "flows": 500}
FULL_SIZE = 200_000_000
"""Facts of the warehouse for which the goals are set; on others a figure stands without."""

_TABLES = {
    "condition": "condition_occurrence",
    "drug": "drug_exposure",
    "procedure": "procedure_occurrence",
    "measurement": "measurement",
}


@dataclass(frozen=True)
class Hospital:
    """A warehouse, and the concepts that its persons have most: (domain, concept, persons)."""

    engine: Engine
    persons: int
    facts: int
    concepts: Sequence[tuple[str, int, int]]

    def find_condition(self, share: float) -> int:
        """The condition that about this share of the persons has."""
        conditions = [
            (abs(held - share * self.persons), concept)
            for domain, concept, held in self.concepts
            if domain == "condition"
        ]
        return min(conditions)[1]


def main() -> None:
    """Ask each warehouse that is there, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--warehouses", type=Path, nargs="*", help="files, instead of those of `.bench`")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--dry", action="store_true", help="print, write nothing down")
    options = parser.parse_args()
    paths = options.warehouses or [path for name in WAREHOUSES if (path := HOME / name).exists()]
    if not paths:
        parser.error("no warehouse is there: run `make bench-large` or `make bench-cohorts` first")
    sections = [
        (f"Tables of a hospital, `{path.stem}`", _measure(path, threads=options.threads)) for path in paths
    ]
    if not options.dry:
        write_results(sections)
    show(sections)


def _measure(path: Path, *, threads: int) -> list[Measure]:
    facts, persons = count_facts(path), read_info(path).rows["person"]
    with open_warehouse(path, threads=threads, memory_limit=MEMORY) as engine:
        hospital = Hospital(engine, persons, facts, _list_concepts(engine))
        return [
            measure
            for who, share in COHORTS.items()
            for name, asked in _questions(hospital).items()
            for measure in _ask(name, asked, who=who, share=share, hospital=hospital, threads=threads)
        ]


def _list_concepts(engine: Engine) -> list[tuple[str, int, int]]:
    counts = " UNION ALL ".join(
        f"SELECT '{domain}' AS domain, concept_id, count(DISTINCT person_id) AS persons"
        f" FROM {engine.thin_copies[name].table} WHERE concept_id > 0 GROUP BY concept_id"
        for domain, name in _TABLES.items()
    )
    query = parse_one(
        f"SELECT * FROM ({counts}) AS found ORDER BY persons DESC, domain, concept_id", into=Select
    )
    return [(domain, concept, persons) for domain, concept, persons in engine.fetch(query)]


def _cohort(concept: int) -> CohortExpression:
    """Everybody with this condition, from its first record."""
    items = (ConceptSetItem(Concept(concept), descendants=True),)
    first = Criterion("ConditionOccurrence", (("CodesetId", CodesetRef(0)), ("First", True)))
    return CohortExpression(
        primary=PrimaryCriteria((first,), limit=Limit.FIRST), concept_sets=(ConceptSet(0, "cohort", items),)
    )


def _questions(hospital: Hospital) -> Mapping[str, Mapping[str, Any]]:
    features = [
        {"name": f"{domain} {concept}", "domain": domain, "concepts": [concept]}
        for domain, concept, _persons in hospital.concepts[:CONCEPTS]
    ]
    measured = next(concept for domain, concept, _persons in hospital.concepts if domain == "measurement")
    return {
        "characterise": {"features": features},
        "flows": {},
        "incidence": {"first_year": 2015, "last_year": 2017},
        "distribution": {"measure": {"name": "value", "concepts": [measured]}, "edges": [50, 100, 150]},
    }


def _ask(
    name: str, asked: Mapping[str, Any], *, who: str, share: float, hospital: Hospital, threads: int
) -> list[Measure]:
    cohort = _cohort(hospital.find_condition(share))
    watches = [Stopwatch() for _run in range(RUNS + 1)]
    persons = [_answer(name, asked, cohort=cohort, engine=hospital.engine, watch=watch) for watch in watches]
    # The first run warms up.
    wall, cpu = (
        statistics.median(getattr(one, kind) for one in watches[1:]) * 1000 for kind in ("wall", "cpu")
    )
    told = f"{CONCEPTS} concepts, " if name == "characterise" else ""
    how = (
        f"median of {RUNS}; {told}tells of {persons[0]:,} persons; {hospital.persons:,} patients,"
        f" {hospital.facts:,} facts, {threads} threads, warm"
    )
    goal = f"≤ {GOALS[name]}" if name in GOALS and hospital.facts >= FULL_SIZE else ""
    return [
        Measure(f"{name}, {who}, elapsed", wall, "ms", goal, how),
        Measure(f"{name}, {who}, CPU of all threads", cpu, "ms", "", how),
    ]


def _answer(
    name: str, asked: Mapping[str, Any], *, cohort: CohortExpression, engine: Engine, watch: Stopwatch
) -> int:
    """The persons of the answer to a first question: nothing was released before."""
    parameters = read_parameters(find_spec(name), asked)
    with tempfile.TemporaryDirectory() as folder:
        releases = Releases(Path(folder))
        history = History(releases, scope="bench")
        # A node ranks the persons of its warehouse as it opens.
        everyone = releases.rank(
            engine.fetch_integers(select([col("p", "person_id")], table("person", "p")))[0]
        )
        guard = ReleaseGuard(
            releases, history, job="bench", floor=RULES.floor, asked=Asked(), everyone=everyone
        )
        with watch:
            answer = load_local(name)(
                cohort=cohort, parameters=parameters, engine=engine, gate=ExactGate(RULES, guard)
            )
        releases.close()
    whole = cast("TablesContent", answer.content).persons
    if not isinstance(whole, Count):
        raise RuntimeError(f"{name} tells of nobody: {whole}")
    return whole.value


if __name__ == "__main__":
    main()
