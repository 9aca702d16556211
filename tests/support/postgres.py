"""A throw-away PostgreSQL server on loopback, and OMOP schemas in it as hospitals have them."""

import atexit
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import duckdb
import psycopg
import pytest

from maillage.warehouse.place import PostgresPlace
from maillage.warehouse.schema import EVENT_TABLES, TABLES, CdmType
from tests.support.hubs import free_port

READER = "lecteur"
# The types of the official script, save ids: those of MIMIC need 64 bits.
TYPES: Mapping[CdmType, str] = {
    CdmType.INTEGER: "bigint",
    CdmType.FLOAT: "numeric",
    CdmType.DATE: "date",
    CdmType.DATETIME: "timestamp",
    CdmType.VARCHAR: "text",
}


@dataclass(frozen=True)
class Cluster:
    """The server, in which `maillage` is superuser."""

    binaries: Path
    port: int
    socket: Path
    """The folder of its socket, for callers on this machine."""
    database: str = "postgres"

    def dsn(self, role: str = "maillage") -> str:
        """How to reach its database."""
        return f"host=127.0.0.1 port={self.port} user={role} dbname={self.database}"

    def with_own_database(self) -> "Cluster":
        """The server with an empty database: what looks for a schema finds those of no other test."""
        database = f"d{uuid.uuid4().hex[:12]}"
        with self.connect() as session:
            session.execute(f"CREATE DATABASE {database}".encode())
        return replace(self, database=database)

    def run(self, statement: str) -> subprocess.CompletedProcess[str]:
        """Run a statement as the database's own superuser."""
        psql = [str(self.binaries / "psql"), "-h", "127.0.0.1", "-p", str(self.port), "-U", "maillage", "-d"]
        return subprocess.run(
            [*psql, self.database, "-c", statement], capture_output=True, text=True, check=False
        )

    def connect(self) -> psycopg.Connection:
        """A session of the superuser."""
        return psycopg.connect(self.dsn(), autocommit=True)

    def place(self, schema: str, *, objections: Path) -> PostgresPlace:
        """That schema as a node reads it."""
        return PostgresPlace(dsn=self.dsn(READER), cdm_schema=schema, objections=objections)


def has_postgres() -> bool:
    """Whether a server can be started here."""
    return bool(_binaries())


def _binaries() -> list[Path]:
    return [found.parent for found in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))]


@contextmanager
def postgres_cluster() -> Generator[Cluster]:
    """A server for the length of the `with`; without PostgreSQL the test is skipped, save in CI."""
    if not has_postgres():
        if os.environ.get("CI"):
            pytest.fail("in CI a PostgreSQL server must be installed")
        pytest.skip("no PostgreSQL server is installed here")
    # Not under pytest's own folder, which only root may enter: the server refuses to run as root.
    folder = tempfile.mkdtemp(prefix="maillage-postgres-")
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        with _running(_binaries()[-1], Path(folder)) as found:
            yield found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def shared_cluster() -> Cluster:
    """One server for this process, stopped when it ends."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(postgres_cluster())


@contextmanager
def _running(binaries: Path, folder: Path) -> Generator[Cluster]:
    """A cluster in that folder, stopped at the end."""
    port = free_port()
    account = ["/usr/sbin/runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    where = ["-D", str(folder / "data")]
    init = [str(binaries / "initdb"), *where, "-U", "maillage", "-A", "trust", "--no-sync", "-E", "UTF8"]
    subprocess.run([*account, *init], check=True, capture_output=True)
    control = [*account, str(binaries / "pg_ctl"), *where, "-w"]
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    start = [*control, "-l", str(folder / "log"), "-o", options, "start"]
    subprocess.run(start, check=True, stdout=subprocess.DEVNULL)
    try:
        yield Cluster(binaries, port, folder)
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, stdout=subprocess.DEVNULL)


def create_schema(cluster: Cluster, schema: str) -> None:
    """Every table of the model, empty, and a role that can only read them."""
    tables = [_create(schema, name) for name in TABLES]
    role = f"DO $$ BEGIN CREATE ROLE {READER} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    rights = [
        f"GRANT USAGE ON SCHEMA {schema} TO {READER}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {READER}",
    ]
    with cluster.connect() as session:
        session.execute("; ".join([f"CREATE SCHEMA {schema}", *tables, role, *rights]).encode())


def _create(schema: str, name: str) -> str:
    columns = ", ".join(f'"{column.name}" {TYPES[column.type]}' for column in TABLES[name].columns)
    return f"CREATE TABLE {schema}.{name} ({columns})"


def load_schema(cluster: Cluster, schema: str, warehouse: Path) -> None:
    """A schema with the rows of a warehouse file, the indexes that docs/warehouse-engines.md asks for."""
    create_schema(cluster, schema)
    with duckdb.connect(str(warehouse), read_only=True) as source, cluster.connect() as session:
        for name in TABLES:
            _copy(source, session, schema, name)
            for columns in _indexes(name):
                session.execute(f"CREATE INDEX ON {schema}.{name} ({columns})".encode())
        session.execute("ANALYZE")


def _copy(source: duckdb.DuckDBPyConnection, session: psycopg.Connection, schema: str, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.csv"
        source.execute(f"COPY main.{name} TO '{file}' (FORMAT csv, HEADER false, NULLSTR '\\N')")
        command = f"COPY {schema}.{name} FROM STDIN (FORMAT csv, NULL '\\N')"
        with session.cursor().copy(command.encode()) as copy, file.open("rb") as stream:
            while block := stream.read(1 << 20):
                copy.write(block)


def _indexes(name: str) -> list[str]:
    columns = TABLES[name].column_names
    found = [name for name in ("person_id", "concept_id") if name in columns]
    if name in EVENT_TABLES:
        found.append(EVENT_TABLES[name].concept)
    vocabulary = {"concept_ancestor": "ancestor_concept_id", "concept_relationship": "concept_id_2"}
    return [*found, *([vocabulary[name]] if name in vocabulary else [])]
