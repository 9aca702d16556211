"""Runs in the environment of ohdsi-circepy: the DuckDB statements that it writes for each definition.

Arguments: a folder of definitions, and the file to append to, a JSON line for each definition that is not yet
there: `name`, `statements`, `seconds`. A definition that takes longer than the limit has no statements.
"""

import json
import signal
import sys
import time
from pathlib import Path

from circe.api import build_cohort_query, cohort_expression_from_json
from circe.cohortdefinition import BuildExpressionQueryOptions
from circe.sqlrender import render, split_sql, translate

LIMIT_SECONDS = 600
NAMES = {
    "cdm_database_schema": "warehouse.main",
    "vocabulary_database_schema": "warehouse.main",
    "results_database_schema": "memory.main",
    "target_database_schema": "memory.main",
    "target_cohort_table": "cohort",
    "target_cohort_id": "1",
}


def main() -> None:
    """Write what every definition becomes, with the time that it took."""
    folder, target = map(Path, sys.argv[1:])
    lines = target.read_text(encoding="utf-8").splitlines() if target.exists() else []
    known = {json.loads(line)["name"] for line in lines}
    paths = [path for path in sorted(folder.glob("*.json")) if path.stem not in known]
    with target.open("a", encoding="utf-8") as stream:
        for rank, path in enumerate(paths, start=1):
            found = {"name": path.stem} | _write(path.read_text(encoding="utf-8"))
            print(json.dumps(found), file=stream, flush=True)
            print(f"\rohdsi-circepy: {rank}/{len(paths)} ", end="", file=sys.stderr, flush=True)


def _write(definition: str) -> dict[str, object]:
    signal.signal(signal.SIGALRM, _stop)
    signal.alarm(LIMIT_SECONDS)
    started = time.process_time()
    try:
        statements = _statements(definition)
    except TimeoutError:
        statements = []
    finally:
        signal.alarm(0)
    return {"statements": statements, "seconds": time.process_time() - started}


def _stop(*_signal: object) -> None:
    raise TimeoutError


def _statements(definition: str) -> list[str]:
    options = BuildExpressionQueryOptions()
    options.cdm_schema = NAMES["cdm_database_schema"]
    options.vocabulary_schema = NAMES["vocabulary_database_schema"]
    options.result_schema = NAMES["results_database_schema"]
    options.target_table = "memory.main.cohort"
    options.cohort_id = 1
    options.generate_stats = False
    sql = build_cohort_query(cohort_expression_from_json(definition), options)
    return split_sql(translate(render(sql, **NAMES), "duckdb"))


if __name__ == "__main__":
    main()
