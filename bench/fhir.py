"""A FHIR export into a warehouse: resources a CPU-second, and memory at two sizes.

By itself (`python -m bench.fhir --resources 10000000`) it measures one size: `make bench` has no time for it.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb

from bench.measure import Measure, show, write_results

ROOT = Path(__file__).parent.parent
SIZES = (250_000, 1_000_000)
RESULTS_A_PATIENT, RESULTS_A_STAY = 50, 10
RESULTS_SHARE = 1 / (1 + 1 / RESULTS_A_PATIENT + 1 / RESULTS_A_STAY)

_RESULT = """
SELECT '{"resourceType":"Observation","id":"o' || i || '","meta":{"profile":["'
    || 'https://interop.esante.gouv.fr/ig/fhir/eds/StructureDefinition/EDSObservationLaboratoryGeneric'
    || '"]},"status":"final","category":[{"coding":[{"system":'
    || '"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],'
    || '"code":{"coding":[{"system":"http://loinc.org","code":"'
    || ['22664-7', '14682-9', '718-7', '777-3'][i % 4 + 1] || '"}]},"subject":{"reference":"Patient/p'
    || i % {patients} || '"},"encounter":{"reference":"Encounter/e' || i // {a_stay}
    || '"},"effectiveDateTime":"20' || 10 + i % 14 || '-05-1' || i % 10
    || 'T10:20:30+02:00","valueQuantity":{"value":' || (i % 1000) / 10
    || ',"unit":"mmol/L","system":"http://unitsofmeasure.org","code":"mmol/L"},'
    || '"referenceRange":[{"low":{"value":2.5},"high":{"value":7}}]}'
FROM range({results}) AS numbers(i)
"""
_STAY = """
SELECT '{"resourceType":"Encounter","id":"e' || i || '","status":"finished","class":{"code":"AMB"},'
    || '"subject":{"reference":"Patient/p' || i % {patients} || '"},"period":{"start":"20' || 10 + i % 14
    || '-05-10","end":"20' || 10 + i % 14 || '-05-12"}}'
FROM range({stays}) AS numbers(i)
"""
_PATIENT = """
SELECT '{"resourceType":"Patient","id":"p' || i || '","gender":"female","birthDate":"' || 1930 + i % 80
    || '-03-04"}'
FROM range({patients}) AS numbers(i)
"""
_LOAD = """
import sys, time
from pathlib import Path
from bench.measure import peak_megabytes
from maillage.warehouse.batches.fhir import load_fhir
from maillage.warehouse.batches.load import Means
started = time.process_time()
load_fhir([Path(sys.argv[1])], target=Path(sys.argv[2]), name="bench", source_name="bench",
          means=Means(memory_limit=sys.argv[3]))
print(time.process_time() - started, peak_megabytes())
"""
_WRITE = r"""
COPY ({query}) TO '{target}' (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')
"""
MEMORY_LIMIT = "400MB"


def main() -> None:
    """Load one export, write the figures down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resources", type=int, default=10_000_000)
    parser.add_argument("--dry", action="store_true", help="print, write nothing down")
    options = parser.parse_args()
    home = ROOT / ".demo"
    home.mkdir(exist_ok=True)
    sizes = [round(options.resources * RESULTS_SHARE)]
    sections = [("A large FHIR export", measure_fhir(home=home, sizes=sizes))]
    if not options.dry:
        write_results(sections)
    show(sections)


def measure_fhir(*, home: Path, sizes: Sequence[int] = SIZES) -> Sequence[Measure]:
    """Loads of exports by their results, each in a process of its own, whose peak of memory is its own."""
    measures: list[Measure] = []
    for results in sizes:
        with tempfile.TemporaryDirectory(prefix="fhir-", dir=home) as name:
            folder = Path(name)
            resources = write_export(folder / "export", results=results)
            seconds, megabytes = _load(folder)
        how = f"{resources:,} resources, nine in ten laboratory results, --memory {MEMORY_LIMIT}"
        rate = resources / seconds / 1e6
        measures.append(Measure("FHIR export loaded", rate, "M resources/CPU-s", "≥ 0.5", how))
        measures.append(Measure("FHIR export, memory at most", megabytes, "MB", "", how))
    return measures


def write_export(folder: Path, *, results: int) -> int:
    """An export as hospitals make them, mostly laboratory results; how many resources it has."""
    folder.mkdir()
    sizes = {
        "results": results,
        "stays": results // RESULTS_A_STAY,
        "patients": results // RESULTS_A_PATIENT,
        "a_stay": RESULTS_A_STAY,
    }
    with duckdb.connect() as connection:
        for name, query in (("Observation", _RESULT), ("Encounter", _STAY), ("Patient", _PATIENT)):
            for word, size in sizes.items():
                query = query.replace(f"{{{word}}}", str(size))
            target = folder / f"{name}.ndjson"
            connection.execute(_WRITE.format(query=query, target=target))
    return results + sizes["stays"] + sizes["patients"]


def _load(folder: Path) -> tuple[float, float]:
    command = [sys.executable, "-c", _LOAD, str(folder / "export"), str(folder / "w.duckdb"), MEMORY_LIMIT]
    told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    # The engine may draw its own progress before.
    seconds, megabytes = told.split()[-2:]
    return float(seconds), float(megabytes)


if __name__ == "__main__":
    main()
