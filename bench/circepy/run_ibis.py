"""Runs in the environment of ohdsi-circepy: its own engine over a plain DuckDB file of OMOP tables.

Arguments: the database, the number of threads, the file of JSON lines to write, and the definitions.
Each line: `name`, `compile` and `run` in CPU seconds, `rows`, or `error`.
"""

import json
import sys
import time
from pathlib import Path

import ibis
from circe.api import build_cohort, cohort_expression_from_json


def main() -> None:
    """Ask for every definition."""
    database, threads, target, *definitions = sys.argv[1:]
    backend = ibis.duckdb.connect(database, threads=int(threads))
    with Path(target).open("w", encoding="utf-8") as stream:
        for path in map(Path, definitions):
            found = {"name": path.stem} | _ask(backend, path.read_text(encoding="utf-8"))
            print(json.dumps(found), file=stream, flush=True)


def _ask(backend: ibis.BaseBackend, definition: str) -> dict[str, object]:
    started = time.process_time()
    try:
        cohort = build_cohort(cohort_expression_from_json(definition), backend=backend, cdm_schema="main")
        sql = ibis.to_sql(cohort, dialect="duckdb")
        compiled = time.process_time()
        rows = len(backend.con.sql(sql).fetchall())
    except Exception as error:  # noqa: BLE001 - whatever it cannot do is a result of the comparison
        return {"error": f"{type(error).__name__}: {str(error)[:200]}"}
    return {"compile": compiled - started, "run": time.process_time() - compiled, "rows": rows}


if __name__ == "__main__":
    main()
