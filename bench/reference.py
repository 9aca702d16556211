"""The same cohorts as the reference writes them: circe-be's SQL, by its Python port, run by our own DuckDB.

The port lives in an environment of its own, for it pins other libraries; the data are the very same file.
"""

import json
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import duckdb

from maillage.warehouse.sql import text

ROOT = Path(__file__).parent.parent
ENVIRONMENT = ROOT / ".venv-circepy"
SCRIPTS = Path(__file__).parent / "circepy"
CIRCEPY = "0.3.0"
# The port's own engine asks DuckDB for what versions from 1.5 on no longer have.
PINS = (f"ohdsi-circepy=={CIRCEPY}", "duckdb==1.4.5")


@dataclass(frozen=True)
class Written:
    """What the reference makes of a definition, in how many CPU seconds; nothing when that took too long."""

    statements: tuple[str, ...]
    seconds: float


def circepy(script: str, *arguments: str | Path) -> None:
    """Run a script of `bench/circepy` in the port's environment, made on the first call."""
    python = ENVIRONMENT / "bin" / "python"
    if not (ENVIRONMENT / "made").exists():
        venv.create(ENVIRONMENT, with_pip=False, clear=True)
        uv = [Path(sys.executable).parent / "uv", "pip", "install", "--system-certs", "--python", python]
        subprocess.run([*uv, *PINS], check=True)
        (ENVIRONMENT / "made").touch()
    subprocess.run([python, SCRIPTS / script, *arguments], check=True)


def write_reference(definitions: Path, *, kept: Path) -> Mapping[str, Written]:
    """The SQL of every definition of a folder, by name; `kept` holds those already written."""
    circepy("write_sql.py", definitions, kept)
    lines = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
    return {one["name"]: Written(tuple(one["statements"]), one["seconds"]) for one in lines}


class Fingerprint(NamedTuple):
    """How many rows there are, the sum of their hashes, and of the hashes of their dates alone."""

    rows: int
    hashes: int | None
    dates: int | None

    def is_many_times(self, published: "Fingerprint", times: int) -> bool:
        """Whether these are the published rows so many times, whoever the persons are."""
        return (self.rows, self.dates or 0) == (published.rows * times, (published.dates or 0) * times)


_PRINTED = (
    "count(*), sum(hash(subject_id, cohort_start_date, cohort_end_date)),"
    " sum(hash(cohort_start_date, cohort_end_date))"
)


def read_published(expected: Path) -> Mapping[str, Fingerprint]:
    """Of circe-be's own rows, by cohort."""
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"SELECT cohort, {_PRINTED} FROM read_parquet(?) GROUP BY 1", [str(expected)]
        ).fetchall()
    return {name: Fingerprint(*numbers) for name, *numbers in rows}


class ReferenceFailedError(Exception):
    """The reference has no SQL for a definition, or one that the engine refuses."""


class ReferenceEngine:
    """A connection that runs the reference's statements over a warehouse file, which it only reads."""

    def __init__(self, warehouse: Path, *, threads: int) -> None:
        self._connection = duckdb.connect()
        self._connection.execute(f"SET threads = {threads}")
        self._connection.execute(f"ATTACH {text(str(warehouse))} AS warehouse (READ_ONLY)")
        self._connection.execute(
            "CREATE TABLE cohort (cohort_definition_id BIGINT, subject_id BIGINT,"
            " cohort_start_date DATE, cohort_end_date DATE)"
        )

    def run(self, written: Written) -> None:
        """Leave the rows of the cohort in the table `cohort`. Raises ReferenceFailedError."""
        if not written.statements:
            raise ReferenceFailedError("took too long to write")
        try:
            for statement in written.statements:
                self._connection.execute(statement)
        except duckdb.Error as error:
            self._clean()
            raise ReferenceFailedError(str(error).splitlines()[0]) from error

    def fingerprint(self) -> Fingerprint:
        """Of the rows of the cohort that was run last."""
        return Fingerprint(*self._connection.execute(f"SELECT {_PRINTED} FROM cohort").fetchall()[0])

    def _clean(self) -> None:
        """Forget what the statements before the one that failed left behind."""
        names = self._connection.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()
        for (name,) in names:
            self._connection.execute(f'DROP TABLE temp."{name}"')

    def close(self) -> None:
        """Give back the file and the memory."""
        self._connection.close()
