"""The store: one SQLite file (WAL), its SQL in `sql/`.

A task's state, the ledger and the answers are in one database so that each move is one transaction. A
person's commit is on the disk when it returns. The agent's own wait for `flush`, before anything leaves
that tells of them: a power cut before takes back the last moves of a task, whole and in order, and the hub
lends it again. The end of the process takes back nothing.
"""

import os
import sqlite3
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from maillage.base.i18n import _
from maillage.base.statements import load_statements
from maillage.node.errors import NodeExistsError, NodeMissingError, StoreBrokenError, StoreFullError

BUSY_SECONDS = 10
FLUSHED_FACT = "flushed"
VERSIONS = (
    *("schema.sql", "objections.sql", "permits.sql", "anchors.sql", "held.sql", "sums.sql"),
    *("catalogue.sql", "rounds.sql", "alike.sql"),
)
"""The scripts that make a store, in order; each ends by writing its number, from 1, as `user_version`."""
# Quotas and files at their size limit show as errors of writing, not as "full"; the agent treats them alike.
_FULL_CODES = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})


class Store:
    """One connection, for one thread. Reads at will; changes only inside `transaction`.

    `waits`: commits are on the disk with the next `flush`, of this store or another's, not before.
    """

    def __init__(self, connection: sqlite3.Connection, *, waits: bool = False) -> None:
        self.connection = connection
        #: Called inside a transaction that ends on the disk; what it gives back is called once it is there,
        #: with nothing locked. The ledger's keeper sets it.
        self.on_flush: Callable[[], Callable[[], None]] = lambda: _do_nothing
        self._waits = waits

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All or nothing, alone among writers; inside another, a part of it.

        Raises StoreFullError when the disk takes no more.
        """
        if self.connection.in_transaction:
            yield
            return
        with _disk_errors():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                finish = _do_nothing if self._waits else self.on_flush()
                self.connection.execute("COMMIT")
            except BaseException:
                # A full disk may have rolled back by itself.
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise
        finish()

    def flush(self, *, upto: int) -> None:
        """Have all that was committed on the disk; `upto`, the ledger's last line, is noted there.

        Raises StoreFullError.
        """
        if not self._waits:
            return
        self.connection.execute("PRAGMA synchronous = FULL")
        self._waits = False
        try:
            with self.transaction():
                self.change("set_fact", name=FLUSHED_FACT, value=str(upto))
        finally:
            self._waits = True
            self.connection.execute("PRAGMA synchronous = NORMAL")

    @contextmanager
    def snapshot(self) -> Generator[None]:
        """One moment of the store for several reads; inside a transaction, its own."""
        if self.connection.in_transaction:
            yield
            return
        self.connection.execute("BEGIN")
        try:
            yield
        finally:
            self.connection.execute("COMMIT")

    def rows(self, query: str, **parameters: Any) -> list[sqlite3.Row]:
        """All rows of a named query."""
        with _disk_errors():
            return self.connection.execute(_queries()[query], parameters).fetchall()

    def row(self, query: str, **parameters: Any) -> sqlite3.Row | None:
        """The first row of a named query."""
        found = self.rows(query, **parameters)
        return found[0] if found else None

    def each(self, query: str, **parameters: Any) -> Iterator[sqlite3.Row]:
        """The same one by one, for a query that may give very many."""
        with _disk_errors():
            # Not `yield from`: it would close the cursor of a reader that stops early, after the connection.
            for row in self.connection.execute(_queries()[query], parameters):  # noqa: UP028
                yield row

    def change(self, query: str, **parameters: Any) -> None:
        """Run a named change."""
        if not self.connection.in_transaction:
            raise RuntimeError("a change belongs in a transaction")
        self.connection.execute(_queries()[query], parameters)

    def close(self) -> None:
        """Give the file back."""
        self.connection.close()


def create_store(path: Path) -> None:
    """Make an empty store that only its owner reads; an existing one is never touched."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError as error:
        raise NodeExistsError(_("{path} existe déjà.").format(path=path)) from error
    with closing(_connect(path)) as connection:
        _upgrade(connection)


@contextmanager
def open_store(path: Path, *, waits: bool = False) -> Generator[Store]:
    """A store for the body of a `with`. A missing file is an error: a new one would forget every answer."""
    if not path.is_file():
        raise NodeMissingError(
            _("Le registre {path} est introuvable.").format(path=path),
            remedy=_("Restaurez-le, ou créez un nouveau nœud avec une nouvelle clé."),
        )
    store = Store(_connect(path), waits=waits)
    try:
        _check_version(store, path)
        if waits:
            store.connection.execute("PRAGMA synchronous = NORMAL")
        yield store
    finally:
        store.close()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    connection.row_factory = sqlite3.Row
    try:
        with _disk_errors():
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
    except StoreFullError:
        connection.close()
        raise
    except sqlite3.DatabaseError as error:
        connection.close()
        raise _broken(path) from error
    return connection


def _check_version(store: Store, path: Path) -> None:
    """A store of an older version is brought to this one; what it holds stays."""
    if not 1 <= _read_version(store.connection) <= len(VERSIONS):
        raise _broken(path)
    _upgrade(store.connection)


def _upgrade(connection: sqlite3.Connection) -> None:
    while (version := _read_version(connection)) < len(VERSIONS):
        try:
            with _disk_errors():
                connection.executescript(f"BEGIN IMMEDIATE;\n{_read_sql(VERSIONS[version])}\nCOMMIT;")
        except sqlite3.OperationalError:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            # Another process that opened the store at the same time may have done it.
            if _read_version(connection) == version:
                raise


def _read_version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]


def _broken(path: Path) -> StoreBrokenError:
    return StoreBrokenError(
        _("{path} n’est pas un registre de cette version.").format(path=path),
        remedy=_("Restaurez une sauvegarde, ou installez la version de Maillage qui l’a écrit."),
    )


@contextmanager
def _disk_errors() -> Generator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        # The low byte is the primary code; the rest says which operation failed.
        if error.sqlite_errorcode & 0xFF in _FULL_CODES:
            raise StoreFullError(
                _("Le disque du nœud n’accepte plus d’écriture."),
                why=error.sqlite_errorname,
                remedy=_("Libérez de la place ; le nœud reprendra de lui-même."),
            ) from error
        raise


def _do_nothing() -> None:
    pass


def _queries() -> Mapping[str, str]:
    return load_statements("maillage.node", "sql/queries.sql")


def _read_sql(name: str) -> str:
    return files("maillage.node").joinpath("sql", name).read_text(encoding="utf-8")
