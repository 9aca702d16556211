"""Opening a session on PostgreSQL: who connects, what is there, who may not be seen."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import psycopg
from psycopg.adapt import Loader
from psycopg.conninfo import conninfo_to_dict
from sqlglot import exp

from maillage.base.i18n import _
from maillage.base.sizes import read_size
from maillage.warehouse.build.person_ids import read_person_ids
from maillage.warehouse.engines.base import FindObjected, Persons, Row
from maillage.warehouse.engines.in_place import (
    ANSWERED,
    OBJECTIONS,
    VOCABULARY,
    Present,
    cast_to,
    visible_rows,
)
from maillage.warehouse.engines.postgres_errors import translated
from maillage.warehouse.errors import EngineError, WarehouseNotFoundError
from maillage.warehouse.place import PostgresPlace
from maillage.warehouse.schema import CdmType
from maillage.warehouse.schema.persons import SOURCE_VALUE
from maillage.warehouse.sql import quote

CONNECT_SECONDS = 10
BATCH_ROWS = 20_000

_AS_THEY_ARE: Mapping[CdmType, frozenset[str]] = MappingProxyType(
    {
        CdmType.INTEGER: frozenset({"int2", "int4", "int8"}),
        CdmType.FLOAT: frozenset({"float8"}),
        CdmType.DATE: frozenset({"date"}),
        CdmType.DATETIME: frozenset({"timestamp"}),
        CdmType.VARCHAR: frozenset({"text", "varchar"}),
    }
)
"""Types that give the same rows without a cast, and so may be found through an index."""

Model = Mapping[str, exp.Select]
"""Each table of the model as the query of its visible rows."""


def open_session(
    place: PostgresPlace, find_objected: FindObjected | None = None
) -> tuple[psycopg.Connection[Row], Model]:
    """A session that only reads, and the model in it.

    Raises SourceError (no list of objections), WarehouseNotFoundError, WarehouseBrokenError, EngineError.
    """
    objected = read_person_ids(place.objections)
    connection = connect(place.dsn, password_file=place.password_file)
    try:
        return connection, translated(lambda: _prepare(connection, place, objected, find_objected))
    except BaseException:
        connection.close()
        raise


def _prepare(
    connection: psycopg.Connection[Row],
    place: PostgresPlace,
    objected: np.ndarray,
    find_objected: FindObjected | None,
) -> Model:
    _configure(connection, place)
    present = _find_tables(connection, place)
    _check_rights(connection, present)
    if find_objected:
        objected = np.union1d(objected, find_objected(_read_persons(connection, present["person"])))
    _list_objections(connection, objected.astype(np.int64))
    connection.execute("SET default_transaction_read_only = on")
    return {name: visible_rows(name, present=present, column=_column) for name in ANSWERED}


def connect(dsn: str, *, password_file: Path | None) -> psycopg.Connection[Row]:
    """A session as the server gives it. Raises EngineError, WarehouseNotFoundError."""
    if "password" in _read_dsn(dsn):
        raise EngineError(
            _("Un mot de passe est écrit dans l’adresse de la base."),
            why=_("Elle se lit dans les journaux et la liste des processus."),
            remedy=_("Mettez-le dans ~/.pgpass, ou dans le fichier de password_file."),
        )
    try:
        return psycopg.connect(
            dsn,
            autocommit=True,
            application_name="maillage",
            connect_timeout=CONNECT_SECONDS,
            password=_read_password(password_file),
        )
    except psycopg.Error as error:
        # The driver's text names the host, the role and the database, and no password.
        raise WarehouseNotFoundError(
            _("La base de l’entrepôt ne répond pas."),
            why=(str(error).splitlines() or [type(error).__name__])[0],
            remedy=_("Vérifiez l’adresse, le rôle et son mot de passe."),
        ) from None


def _read_dsn(dsn: str) -> Mapping[str, Any]:
    try:
        return conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        # The driver's text quotes the address, and with it a password.
        raise EngineError(
            _("L’adresse de la base est invalide."),
            remedy=_("Écrivez-la comme postgresql://role@hote/base, ou service=nom."),
        ) from None


def _read_password(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8").strip("\r\n")
    except OSError as error:
        raise WarehouseNotFoundError(
            _("{path} ne peut pas être lu.").format(path=path), why=error.strerror or ""
        ) from None


def _configure(connection: psycopg.Connection[Row], place: PostgresPlace) -> None:
    settings = {
        # Only what a query names with its schema, functions of the system, and our temporary tables.
        "search_path": "pg_catalog, pg_temp",
        "TimeZone": "UTC",
        "DateStyle": "ISO",
        "standard_conforming_strings": "on",
        "statement_timeout": f"{int(place.time_limit_seconds * 1000)}",
        # Its own units are powers of 1024 under the names of those of 1000.
        "work_mem": f"{read_size(place.work_mem) // 1024}kB",
        # Compiling a query costs more than our queries do.
        "jit": "off",
    }
    for name, value in settings.items():
        try:
            connection.execute("SELECT set_config(%s, %s, false)", (name, value))
        except psycopg.errors.InvalidParameterValue:
            raise EngineError(_("Le réglage {name} du moteur est invalide.").format(name=name)) from None
    connection.adapters.register_loader("numeric", _NumericLoader)


class _NumericLoader(Loader):
    """A number without decimals is an int and any other a float, as the other engines give them."""

    def load(self, data: Any) -> int | float:
        written = bytes(data)
        return float(written) if b"." in written or not written.strip(b"-").isdigit() else int(written)


_CATALOGUE = """
    SELECT n.nspname, c.relname, a.attname, t.typname
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type AS t ON t.oid = a.atttypid
    WHERE n.nspname = ANY(%s) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""


def _find_tables(connection: psycopg.Connection[Row], place: PostgresPlace) -> dict[str, Present]:
    vocabulary = place.vocabulary_schema or place.cdm_schema
    columns: dict[str, dict[str, str]] = {}
    for schema, table, column, kind in connection.execute(_CATALOGUE, ([place.cdm_schema, vocabulary],)):
        if table in ANSWERED and schema == (vocabulary if table in VOCABULARY else place.cdm_schema):
            columns.setdefault(table, {})[column] = kind
    if "person" not in columns:
        raise WarehouseNotFoundError(
            _("Le schéma {schema} n’a pas de table person.").format(schema=place.cdm_schema),
            remedy=_(
                "Donnez le schéma OMOP (--schema, ou cdm_schema dans node.toml), et à ce rôle le droit USAGE "
                "sur lui."
            ),
        )
    return {
        name: Present(exp.table_(name, db=vocabulary if name in VOCABULARY else place.cdm_schema), found)
        for name, found in columns.items()
    }


def _check_rights(connection: psycopg.Connection[Row], present: Mapping[str, Present]) -> None:
    """A role that can only read is the lock under all others."""
    names = [found.source.sql("postgres", identify=True) for found in present.values()]
    rights = connection.execute(
        "SELECT bool_or(has_table_privilege(name, 'INSERT, UPDATE, DELETE, TRUNCATE'))"
        " OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),"
        " bool_and(has_table_privilege(name, 'SELECT')),"
        " has_database_privilege(current_database(), 'TEMPORARY') FROM unnest(%s::text[]) AS name",
        (names,),
    ).fetchone() or (True, False, False)
    writes, reads, makes_temporary = rights
    if writes:
        raise EngineError(
            _("Le rôle de la base peut écrire dans l’entrepôt."),
            why=_("Maillage ne lit qu’avec un rôle qui ne peut que lire."),
            remedy=_("Créez un rôle qui n’a que USAGE sur le schéma, SELECT sur ses tables et TEMPORARY."),
        )
    if not reads or not makes_temporary:
        raise EngineError(
            _("Il manque un droit au rôle de la base."),
            remedy=_("Donnez-lui SELECT sur les tables OMOP et TEMPORARY sur la base."),
        )


def _read_persons(connection: psycopg.Connection[Row], person: Present) -> Persons:
    """Everybody, in batches: the register is asked here, so that no name of it goes to the server."""
    text = exp.column(SOURCE_VALUE) if SOURCE_VALUE in person.columns else exp.Null()
    query = exp.select(exp.cast(exp.column("person_id"), exp.DType.BIGINT), exp.cast(text, exp.DType.TEXT))
    with connection.transaction(), connection.cursor("persons") as cursor:
        cursor.itersize = BATCH_ROWS
        cursor.execute(query.from_(person.source.copy()).sql("postgres", identify=True).encode())
        yield from cursor


def _list_objections(connection: psycopg.Connection[Row], objected: np.ndarray) -> None:
    table = quote(OBJECTIONS)
    connection.execute(f"CREATE TEMPORARY TABLE {table} (person_id BIGINT PRIMARY KEY)".encode())
    with connection.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
        copy.write("".join(f"{person}\n" for person in objected.tolist()))
    connection.execute(f"ANALYZE {table}".encode())


def _column(column: exp.Column, kind: CdmType, found: str) -> exp.Expr:
    made = column if found in _AS_THEY_ARE[kind] else cast_to(column, kind)
    if kind is CdmType.VARCHAR:
        # Texts compare and sort by their bytes, as on the other engines, whatever language the base speaks.
        return exp.Collate(this=made, expression=exp.to_identifier("C", quoted=True))
    return made
