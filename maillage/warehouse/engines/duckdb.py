"""The embedded engine: one DuckDB file, read-only, shut off from the machine's other files.

Nothing of a patient touches the disk: temporary tables live in memory and never spill over.
"""

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self, TypeVar

import duckdb
import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from maillage.base.i18n import _
from maillage.warehouse.engines.base import DayCopy, FindObjected, Row, ThinCopy
from maillage.warehouse.engines.guard import check_query
from maillage.warehouse.engines.hidden import hide_persons
from maillage.warehouse.engines.kept import KeptTables
from maillage.warehouse.engines.parquet import deliver
from maillage.warehouse.errors import EngineError, MemoryLimitError, QueryInterruptedError
from maillage.warehouse.file import OWN, find_day_copies, find_own_first, open_file, read_metadata
from maillage.warehouse.layout import DAY_COPIES, THIN_COPIES
from maillage.warehouse.schema import TABLES
from maillage.warehouse.sql import quote, text
from maillage.warehouse.watch import identify

_STANDING = (
    frozenset(TABLES)
    | {copy.table for copy in THIN_COPIES.values()}
    | {name for copy in DAY_COPIES.values() for name in (copy.table, copy.concepts)}
)

_MOST_SESSIONS = 4
"""Small queries use one core each; of more at once, each would have too little memory for a large one."""

Answer = TypeVar("Answer")


class DuckDBEngine:
    """One session over one warehouse file; see `Engine`. Closes itself at the end of a `with`."""

    dialect = "duckdb"
    thin_copies: Mapping[str, ThinCopy] = THIN_COPIES

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        *,
        path: Path,
        scratch: Path,
        temporary: set[str] | None = None,
        kept: KeptTables | None = None,
    ) -> None:
        self.kept = kept
        self._connection = connection
        self._path = path
        self._opened = identify(path)
        self._scratch = scratch
        self._day_copies: Mapping[str, DayCopy] | None = None
        self._temporary: set[str] = set() if temporary is None else temporary
        self._sessions = [self]
        self._connections = [connection]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def vocabulary_version(self) -> str:
        """What the file says of its vocabulary."""
        return read_metadata(self._connection).get("vocabulary_version", "")

    @property
    def day_copies(self) -> Mapping[str, DayCopy]:
        """Those of the file: one that was written before there were any has none."""
        if self._day_copies is None:
            self._day_copies = find_day_copies(self._connection)
        return self._day_copies

    def prefers_table(self, *, once: bool, coded: bool) -> bool:  # noqa: ARG002 - the engine's own sign
        """What chooses rows by codes: their number is guessed badly; the rest is planned best seen whole."""
        return coded

    def fetch(self, query: exp.Query) -> list[Row]:
        """All rows of the answer."""
        sql = self._checked(query)
        return _run(lambda: self._connection.execute(sql).fetchall())

    def fetch_integers(self, query: exp.Query) -> tuple[NDArray[np.int64], ...]:
        """The answer by column; DuckDB hands over whole arrays."""
        sql = self._checked(query)
        found = _run(lambda: self._connection.execute(sql).fetchnumpy())
        return tuple(column.astype(np.int64, copy=False) for column in found.values())

    def fetch_numbers(self, query: exp.Query) -> tuple[NDArray[np.float64], ...]:
        """The answer by column."""
        sql = self._checked(query)
        found = _run(lambda: self._connection.execute(sql).fetchnumpy())
        return tuple(column.astype(np.float64, copy=False) for column in found.values())

    def create_temp(self, name: str, query: exp.Query) -> int:
        """Keep the answer in memory under a name of its own, for this session; gives its number of rows."""
        if name in _STANDING:
            # It would stand before the table of the model in every later query.
            raise EngineError(_("{name} est le nom d’une table de l’entrepôt.").format(name=name))
        sql = self._checked(query)
        # Not TEMP: such a table is seen by one session alone. The engine's own catalog is in memory too.
        create = f"CREATE TABLE {OWN}.{quote(name)} AS {sql}"
        ((rows,),) = _run(lambda: self._connection.execute(create).fetchall())
        self._temporary.add(name)
        return rows

    def drop_temp(self, name: str) -> None:
        """Forget a temporary table; one that does not exist is no error."""
        _run(lambda: self._connection.execute(f"DROP TABLE IF EXISTS {OWN}.{quote(name)}"))
        self._temporary.discard(name)

    def write_parquet(self, query: exp.Query, path: Path) -> None:
        """Write the answer to a Parquet file, complete or not at all."""
        part = self._scratch / "answer.parquet"
        # An answer without an order need not wait for its first rows to be written first.
        options = f"FORMAT parquet, PRESERVE_ORDER {query.args.get('order') is not None}"
        sql = self._checked(query)
        try:
            _run(lambda: self._connection.execute(f"COPY ({sql}) TO {text(str(part))} ({options})"))
            deliver(part, path)
        finally:
            # An answer that was cut short is patients' rows too.
            part.unlink(missing_ok=True)

    def spread(self) -> Sequence[Self]:
        """As many sessions as the engine has threads, up to a few."""
        ((threads,),) = self._connection.execute("SELECT current_setting('threads')").fetchall()
        while len(self._sessions) < min(threads, _MOST_SESSIONS):
            self._sessions.append(self._one_more())
        return self._sessions

    def _one_more(self) -> Self:
        connection = self._connection.cursor()
        self._connections.append(connection)
        find_own_first(connection)
        return type(self)(connection, path=self._path, scratch=self._scratch, temporary=self._temporary)

    def interrupt(self) -> None:
        """Stop what runs, from any thread."""
        for connection in self._connections:
            connection.interrupt()

    def is_outdated(self) -> bool:
        """Whether the file was replaced since it was opened: objections may have come, so open it again."""
        return identify(self._path) != self._opened

    def close(self) -> None:
        """Give back the file, the memory and the scratch folder."""
        for connection in self._connections:
            connection.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _checked(self, query: exp.Query) -> str:
        # Without a copy: copying a tree takes longer than writing it, and a query is asked once.
        sql = query.sql(self.dialect, copy=False)
        check_query(query, sql, tables=_STANDING | self._temporary)
        return sql


def open_warehouse(
    path: Path,
    *,
    memory_limit: str | None = None,
    threads: int | None = None,
    find_objected: FindObjected | None = None,
    keep: bool = False,
) -> DuckDBEngine:
    """Open a warehouse file for questions. `memory_limit` reads like `4GB`; `keep`: see `Engine.kept`.

    Raises WarehouseNotFoundError, WarehouseBrokenError, WarehouseVersionError, WarehouseBusyError.
    """
    connection = open_file(path)
    scratch = Path(tempfile.mkdtemp(prefix="maillage-"))
    try:
        if find_objected:
            hide_persons(connection, find_objected)
        find_own_first(connection)
        _lock_down(connection, scratch=scratch, memory_limit=memory_limit, threads=threads)
    except BaseException:
        connection.close()
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return DuckDBEngine(connection, path=path, scratch=scratch, kept=KeptTables() if keep else None)


def _lock_down(
    connection: duckdb.DuckDBPyConnection, *, scratch: Path, memory_limit: str | None, threads: int | None
) -> None:
    settings: dict[str, str | int | bool | list[str]] = {
        "TimeZone": "UTC",
        "temp_directory": "",
        "python_enable_replacements": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        # Parquet answers are written here, then moved: the engine itself reaches no other folder.
        "allowed_directories": [str(scratch)],
    }
    if memory_limit is not None:
        settings["memory_limit"] = memory_limit
    if threads is not None:
        settings["threads"] = threads
    # The order matters: nothing can be set once the configuration is locked.
    for name, value in {**settings, "enable_external_access": False, "lock_configuration": True}.items():
        _set(connection, name, value)


def _set(connection: duckdb.DuckDBPyConnection, name: str, value: str | int | bool | list[str]) -> None:
    try:
        connection.execute(f"SET {name} = $value", {"value": value})
    except duckdb.Error:
        raise EngineError(
            _("Le réglage {name} du moteur est invalide.").format(name=name),
            remedy=_("La mémoire s’écrit comme 4Go ou 4GB, le nombre de fils est un entier positif."),
        ) from None


def _run(work: Callable[[], Answer]) -> Answer:
    """Run, and turn the engine's errors into ours: theirs quote values, so they are not even chained."""
    try:
        return work()
    except duckdb.InterruptException:
        raise QueryInterruptedError(_("La requête a été arrêtée.")) from None
    except duckdb.OutOfMemoryException:
        raise MemoryLimitError(
            _("La requête a dépassé la mémoire permise."),
            remedy=_("Posez une question plus étroite, ou augmentez la limite : {places}.").format(
                places="--memory, warehouse.memory_limit"
            ),
        ) from None
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException) as error:
        # Found before any row is read: the text is about the query alone, and tells what is wrong with it.
        raise EngineError(_("La requête est mal formée."), why=str(error).splitlines()[0]) from None
    except duckdb.Error as error:
        raise EngineError(_("Le moteur n’a pas pu répondre."), why=type(error).__name__) from None
