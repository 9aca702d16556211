"""`make bench-athena`: an Athena export of full size becomes a release, then a warehouse's vocabulary.

The export is made here, in the shape of the real one: seven million concepts, ten ancestors each, rows in no
order, bare quotation marks. What matters is that memory stays under its limit while rows stream.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb

from bench.measure import Measure, show, write_results

ROOT = Path(__file__).parent.parent
CONCEPTS = 7_000_000
ANCESTORS_A_CONCEPT = 10
RELATIONSHIPS_A_CONCEPT = 6
SYNONYMS_A_CONCEPT = 0.4
MEMORY_LIMIT = "2GB"

# Multiplied by a prime the numbers come in no order, each once, as rows do in the real files.
_TABLES = {
    "CONCEPT": """
        SELECT id AS concept_id,
            CASE WHEN id % 1000 = 0 THEN 'Tablet 5" scored ' ELSE 'Concept of disease or drug number ' END
                || id || ' with a label of usual length' AS concept_name,
            ['Condition', 'Drug', 'Procedure', 'Measurement', 'Observation'][id % 5 + 1] AS domain_id,
            ['SNOMED', 'RxNorm Extension', 'ICD10', 'NDC', 'LOINC'][id % 5 + 1] AS vocabulary_id,
            'Clinical Finding' AS concept_class_id,
            CASE WHEN id % 3 = 0 THEN 'S' END AS standard_concept, 'C' || id AS concept_code,
            '19700101' AS valid_start_date, '20991231' AS valid_end_date, NULL AS invalid_reason
        FROM (SELECT 1 + (i * 7919) % {concepts} AS id FROM range({concepts}) AS numbers(i))""",
    "CONCEPT_ANCESTOR": """
        SELECT 1 + (child * 104729 + level * 15485863) % {concepts} AS ancestor_concept_id,
            1 + child AS descendant_concept_id,
            level AS min_levels_of_separation, level AS max_levels_of_separation
        FROM (SELECT number // {a_concept} AS child, number % {a_concept} AS level
            FROM (SELECT (i * 7919) % {ancestors} AS number FROM range({ancestors}) AS numbers(i)))""",
    "CONCEPT_RELATIONSHIP": """
        SELECT 1 + number % {concepts} AS concept_id_1,
            1 + (number * 104729) % {concepts} AS concept_id_2,
            ['Maps to', 'Is a', 'Subsumes', 'Mapped from', 'Has ingredient', 'RxNorm has dose form']
                [number // {concepts} % 6 + 1] AS relationship_id,
            '19700101' AS valid_start_date, '20991231' AS valid_end_date, NULL AS invalid_reason
        FROM (SELECT (i * 7919) % {relationships} AS number FROM range({relationships}) AS numbers(i))""",
    "CONCEPT_SYNONYM": """
        SELECT 1 + (i * 7919) % {concepts} AS concept_id, 'Another name of number ' || i AS
            concept_synonym_name, 4180186 AS language_concept_id
        FROM range({synonyms}) AS numbers(i)""",
    "VOCABULARY": """
        SELECT 'None' AS vocabulary_id, 'OMOP Standardized Vocabularies' AS vocabulary_name,
            'made for a measure' AS vocabulary_reference, 'v5.0 made' AS vocabulary_version,
            0 AS vocabulary_concept_id""",
}
_WRITE = r"COPY ({query}) TO '{target}' (FORMAT csv, HEADER true, QUOTE '', ESCAPE '', DELIMITER '\t')"

_IMPORT = """
from maillage.warehouse.vocabulary.athena import import_athena
import_athena(source, target=target, version="bench", memory_limit=memory)
"""
_LOAD = """
from maillage.warehouse.batches import load_batch
from maillage.warehouse.batches.load import Means
from maillage.warehouse.build.omop import stage_omop
load_batch(target, name="vocabulary", kind="omop", digest="sha256:bench", source_name="bench",
           write=lambda staged: stage_omop(source, folder=staged), means=Means(memory_limit=memory))
"""
_CHILD = """
import sys, time
from pathlib import Path
from bench.measure import peak_megabytes
source, target, memory = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
started, wall = time.process_time(), time.perf_counter()
{work}
print(time.process_time() - started, time.perf_counter() - wall, peak_megabytes())
"""


def main() -> None:
    """Make one export, take it both ways, write the figures down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--concepts", type=int, default=CONCEPTS)
    parser.add_argument("--memory", default=MEMORY_LIMIT)
    parser.add_argument("--dry", action="store_true", help="print, write nothing down")
    options = parser.parse_args()
    home = ROOT / ".demo"
    home.mkdir(exist_ok=True)
    sections = [
        ("An Athena export of full size", measure_athena(options.concepts, options.memory, home=home))
    ]
    if not options.dry:
        write_results(sections)
    show(sections)


def measure_athena(concepts: int, memory: str, *, home: Path) -> Sequence[Measure]:
    """Rows a second and memory, as a release and as the vocabulary of a warehouse."""
    with tempfile.TemporaryDirectory(prefix="athena-", dir=home) as name:
        source = Path(name) / "export"
        rows = write_export(source, concepts=concepts)
        size = sum(path.stat().st_size for path in source.iterdir()) / 1e9
        how = (
            f"{concepts:,} concepts, {concepts * ANCESTORS_A_CONCEPT:,} ancestors, {rows:,} rows in all, "
            f"{size:.1f} GB of text, --memory {memory}"
        )
        found: list[Measure] = []
        for what, work in (("Athena to a release", _IMPORT), ("Athena into a warehouse", _LOAD)):
            found += _measure(what, work, rows=rows, how=how, command=[str(source), f"{name}/made", memory])
            _clear(Path(name))
        return found


def _measure(what: str, work: str, *, rows: int, how: str, command: Sequence[str]) -> Sequence[Measure]:
    program = _CHILD.format(work=work)
    told = subprocess.run(
        [sys.executable, "-c", program, *command], check=True, capture_output=True, text=True, cwd=ROOT
    ).stdout
    processor, wall, megabytes = map(float, told.split()[-3:])
    # Told at once: a run of an hour that is stopped must not take its first figures with it.
    print(f"{what}: {processor:.0f} CPU-s, {wall:.0f} s, {megabytes:.0f} MB", file=sys.stderr, flush=True)
    return (
        Measure(f"{what}, by CPU", rows / processor / 1e6, "M rows/CPU-s", "", how),
        Measure(f"{what}, elapsed", rows / wall / 1e6, "M rows/s", "", f"{wall:.0f} s; {how}"),
        Measure(f"{what}, memory at most", megabytes, "MB", "", how),
    )


def _clear(folder: Path) -> None:
    """What one way made, so that the other has the disk: names that start as `made` does."""
    for path in folder.glob("made*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def write_export(folder: Path, *, concepts: int) -> int:
    """An export as Athena writes it; how many rows it has."""
    folder.mkdir()
    sizes = {
        "concepts": concepts,
        "a_concept": ANCESTORS_A_CONCEPT,
        "ancestors": concepts * ANCESTORS_A_CONCEPT,
        "relationships": concepts * RELATIONSHIPS_A_CONCEPT,
        "synonyms": int(concepts * SYNONYMS_A_CONCEPT),
    }
    rows = 0
    with duckdb.connect() as connection:
        connection.execute("SET memory_limit = '1GB'")
        for name, query in _TABLES.items():
            query = query.format(**sizes)
            connection.execute(_WRITE.format(query=query, target=folder / f"{name}.csv"))
            rows += connection.sql(f"SELECT count(*) FROM ({query})").fetchall()[0][0]
    return rows


if __name__ == "__main__":
    main()
