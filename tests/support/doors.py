"""The four hospitals of the demo as hospitals have their data: FHIR, PMSI, own tables, an OMOP schema."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlglot import exp

from maillage.cli.main import run
from maillage.cohort import parse_expression
from maillage.cohort.run import run_cohort
from maillage.warehouse.engines.duckdb import open_warehouse
from maillage.warehouse.synthetic import SITES, synthesize
from tests.support.fhir_writer import write_fhir
from tests.support.in_place import write_objections
from tests.support.pmsi_writer import PmsiHospital, make_hospital, write_files
from tests.support.postgres import READER, Cluster, load_schema, postgres_cluster
from tests.support.tables_writer import write_tables

FHIR, PMSI, TABLES, POSTGRES = "chu-clermont", "chu-grenoble", "hcl", "chu-saint-etienne"
SCHEMA = "saint_etienne"
"""Of the model, in the database."""


@dataclass(frozen=True)
class Doors:
    """What each hospital gives to `--data`, the list of objections, and warehouses of the same rows."""

    sources: Mapping[str, str]
    objections: Path
    originals: Mapping[str, Path]


@contextmanager
def open_doors(folder: Path, *, patients: int) -> Generator[Doors]:
    """Synthetic hospitals, each written as its hospital would; the server of one is up meanwhile."""
    # A server of its own: commands find the one schema of the model, and the shared one has several.
    with postgres_cluster() as cluster:
        yield _write_doors(folder, patients=patients, cluster=cluster)


def _write_doors(folder: Path, *, patients: int, cluster: Cluster) -> Doors:
    """Nobody of them objects in the database."""
    originals = {site: folder / f"{site}.duckdb" for site in SITES}
    for site, path in originals.items():
        synthesize(site, patients=patients, target=path)
    write_fhir(originals[FHIR], folder / "fhir")
    hospital = make_hospital(folder / "pmsi-hospital", patients=patients, site=PMSI)
    write_files(hospital, folder / "pmsi", kind="rum", year=2023)
    originals[PMSI] = _keep_what_pmsi_says(hospital, folder / "pmsi.duckdb")
    write_tables(originals[TABLES], folder / "tables")
    load_schema(cluster, SCHEMA, originals[POSTGRES])
    sources = {
        FHIR: str(folder / "fhir"),
        PMSI: str(folder / "pmsi"),
        TABLES: str(folder / "tables"),
        POSTGRES: f"postgresql://{READER}@127.0.0.1:{cluster.port}/postgres",
    }
    return Doors(sources, write_objections(folder), originals)


def _keep_what_pmsi_says(hospital: PmsiHospital, target: Path) -> Path:
    """The same hospital without what has no place in a PMSI file: consultations, drugs, results."""
    for name, tables in (("vocabulary", hospital.vocabulary), ("facts", hospital.facts)):
        assert run(["warehouse", "load", str(tables), "--to", str(target), "--batch", name]) == 0
    return target


def count_persons(warehouse: Path, question: Path) -> int:
    """Distinct persons of a cohort, counted in the warehouse itself: no node, no gate."""
    expression = parse_expression(question.read_text(encoding="utf-8"))
    with open_warehouse(warehouse) as engine, run_cohort(expression, engine=engine) as tables:
        persons = exp.Count(this=exp.Distinct(expressions=[exp.column("subject_id")]))
        return int(engine.fetch(exp.select(persons).from_(tables.rows))[0][0])
