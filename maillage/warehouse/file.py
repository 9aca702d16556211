"""Opening a warehouse file: is it one, is it whole, is it of our version?"""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import numpy as np

from maillage.base.i18n import _
from maillage.warehouse.engines.base import DayCopy
from maillage.warehouse.errors import (
    WarehouseBrokenError,
    WarehouseBusyError,
    WarehouseError,
    WarehouseNotFoundError,
    WarehouseVersionError,
)
from maillage.warehouse.layout import DAY_COPIES, LAYOUT_VERSION, METADATA_TABLE, OBJECTION_TABLE
from maillage.warehouse.sql import text

_CATALOG = "warehouse"
MODEL = f"{_CATALOG}.main"
"""Where the tables of an open file are."""

OWN = "memory.main"
"""Where the engine of an open file keeps what it makes: in memory, for all its sessions."""

_MAGIC = slice(8, 12)
"""Where a DuckDB file says what it is."""
_DUCK = b"DUCK"


def open_file(path: Path) -> duckdb.DuckDBPyConnection:
    """A read-only connection to a whole warehouse of our layout version.

    Raises WarehouseNotFoundError, WarehouseBrokenError, WarehouseVersionError, WarehouseBusyError.
    """
    connection = _connect(path)
    try:
        _check_version(read_metadata(connection), path)
    except BaseException:
        connection.close()
        raise
    return connection


def read_metadata(connection: duckdb.DuckDBPyConnection) -> Mapping[str, str]:
    """What the file says of itself."""
    return dict(connection.table(f"{_CATALOG}.{METADATA_TABLE}").fetchall())


def find_day_copies(connection: duckdb.DuckDBPyConnection) -> Mapping[str, DayCopy]:
    """Those of an open file, by OMOP table: one that was written before there were any has none."""
    tables = connection.table_function("duckdb_tables").project("table_name").fetchall()
    return {table: copy for table, copy in DAY_COPIES.items() if (copy.table,) in tables}


def read_objections(path: Path) -> np.ndarray:
    """The ids of the persons whose objection the file at `path` knows; none where there is no file.

    A warehouse of another layout version is read too, so that loading it again keeps its objections.
    """
    if not path.exists():
        return np.array([], dtype=np.int64)
    with _connect(path) as connection:
        return list_objections(connection)


def list_objections(connection: duckdb.DuckDBPyConnection) -> np.ndarray:
    """The same from an open file."""
    return np.asarray(connection.table(OBJECTION_TABLE).fetchnumpy()["person_id"], dtype=np.int64)


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    _check_magic(path)
    # Attached to an engine of its own: two connections to one path share an engine, which would go on showing
    # a file that was replaced since, with the persons who objected meanwhile.
    connection = duckdb.connect()
    try:
        _attach(connection, path)
        _check_length(connection, path)
        connection.table(METADATA_TABLE)
    except duckdb.CatalogException:
        connection.close()
        raise _not_a_warehouse(path) from None
    except BaseException:
        connection.close()
        raise
    return connection


def _attach(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    try:
        connection.execute(f"ATTACH {text(str(path))} AS {_CATALOG} (READ_ONLY)")
        connection.execute(f"USE {_CATALOG}")
    except duckdb.Error as error:
        raise _cannot_open(path, error) from None


def find_own_first(connection: duckdb.DuckDBPyConnection) -> None:
    """Have a session look for a name among what the engine made, then in the file."""
    connection.execute(f"SET search_path = '{OWN},{MODEL}'")


def is_engine_file(path: Path) -> bool:
    """Whether it is a file of DuckDB, a warehouse of ours or not. Raises OSError."""
    return path.is_file() and _read_magic(path) == _DUCK


def _read_magic(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_MAGIC.stop)[_MAGIC]


def _check_magic(path: Path) -> None:
    try:
        magic = _read_magic(path)
    except FileNotFoundError as error:
        raise WarehouseNotFoundError(
            _("{path} n’existe pas.").format(path=path),
            remedy=_("Chargez un entrepôt : maillage warehouse load DOSSIER --to {path}").format(path=path),
        ) from error
    except IsADirectoryError:
        raise WarehouseNotFoundError(
            _("{path} est un dossier.").format(path=path),
            why=_("Un entrepôt est un fichier : celui d’un nœud est warehouse.duckdb dans son dossier."),
            remedy=_("Donnez le fichier ; pour un dossier de fichiers Parquet lu en place, --engine spark."),
        ) from None
    except OSError as error:
        raise WarehouseNotFoundError(
            _("{path} ne peut pas être lu.").format(path=path), why=error.strerror or ""
        ) from error
    if magic != _DUCK:
        raise _not_a_warehouse(path)


def _check_version(metadata: Mapping[str, str], path: Path) -> None:
    found = metadata.get("layout_version", "")
    if found != str(LAYOUT_VERSION):
        raise WarehouseVersionError(
            _("{path} a été construit par une autre version de Maillage.").format(path=path),
            why=_("Sa disposition est la version {found} ; celle-ci lit la version {expected}.").format(
                found=found or "?", expected=LAYOUT_VERSION
            ),
            remedy=_("Rechargez-le : maillage warehouse load DOSSIER --to {path}").format(path=path),
        )


def _check_length(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """A file cut at its end may still open: the engine reads the lost rows only when asked for them."""
    sizes = connection.sql("PRAGMA database_size").filter(f"database_name = '{_CATALOG}'")
    if path.stat().st_size < sizes.project("block_size * total_blocks").fetchall()[0][0]:
        raise _broken(path)


def _cannot_open(path: Path, error: duckdb.Error) -> WarehouseError:
    reason = str(error)
    if " lock " in reason:
        return WarehouseBusyError(
            _("{path} est ouvert en écriture par un autre programme.").format(path=path),
            remedy=_("Fermez ce programme, puis recommencez."),
        )
    if "version" in reason:
        return WarehouseVersionError(
            _("{path} a été écrit par un moteur plus récent.").format(path=path),
            why=_("DuckDB {version} ne lit pas ce format de fichier.").format(version=duckdb.__version__),
            remedy=_("Mettez Maillage à jour, ou rechargez l’entrepôt avec cette version."),
        )
    return _broken(path)


def _broken(path: Path) -> WarehouseBrokenError:
    return WarehouseBrokenError(
        _("{path} est tronqué ou endommagé.").format(path=path),
        remedy=_("Restaurez une copie, ou rechargez l’entrepôt depuis son extraction."),
    )


def _not_a_warehouse(path: Path) -> WarehouseBrokenError:
    return WarehouseBrokenError(
        _("{path} n’est pas un entrepôt de Maillage.").format(path=path),
        remedy=_("Donnez le fichier que « maillage warehouse load » a construit."),
    )
