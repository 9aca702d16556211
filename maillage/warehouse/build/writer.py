"""From a source of rows to a complete warehouse file, or to nothing.

The file is written beside its target under a hidden name and takes the target's place at the very end: a
crash, a full disk or an error leaves whatever was there.
"""

import fcntl
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import duckdb

from maillage.base.i18n import _
from maillage.warehouse.errors import WarehouseBusyError, WarehouseError, WarehouseWriteError
from maillage.warehouse.sql import text


@contextmanager
def replacing(
    target: Path, *, from_former: bool = False, memory_limit: str | None = None, alone: bool = False
) -> Generator[duckdb.DuckDBPyConnection]:
    """A connection to a new file that takes the place of `target` when the body ends without an error.

    The new file is empty, or a copy of the former one. `alone` says that the caller is the only writer
    already. Raises WarehouseBusyError, WarehouseWriteError.
    """
    new = target.with_name(f".{target.name}.loading")
    with nullcontext() if alone else only_writer(target), named_errors(target):
        try:
            _remove(new)
            if from_former:
                shutil.copyfile(target, new)
            with _connect(new, memory_limit) as connection:
                # Patients' data: the owner's alone from the first row on; who shares it says so with chmod.
                new.chmod(target.stat().st_mode if target.exists() else 0o600)
                yield connection
                connection.execute("CHECKPOINT")
            sync(new)
            new.replace(target)
            sync(target.parent)
        finally:
            _remove(new)


def _connect(path: Path, memory_limit: str | None) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    try:
        if memory_limit is not None:
            connection.execute("SET memory_limit = ?", [memory_limit])
        scratch = _scratch(path)
        # What a sort spills are patients' data too.
        scratch.mkdir(mode=0o700)
        connection.execute("SET temp_directory = ?", [str(scratch)])
        # A crash takes the whole file away: no log repeats what is written, and no checkpoint shortens it.
        connection.execute(f"ATTACH {text(str(path))} AS warehouse (RECOVERY_MODE no_wal_writes)")
        connection.execute("USE warehouse")
        connection.execute("SET checkpoint_threshold = '1TB'")
        connection.execute("SET auto_checkpoint_skip_wal_threshold = 1_000_000_000_000")
        # Time zones: an instant is stored as its wall clock in UTC whatever the machine's zone.
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET python_enable_replacements = false")
        connection.execute("SET enable_progress_bar = false")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def only_writer(target: Path) -> Generator[None]:
    """Hold the target's lock file: of two writers at once, one would lose its work, or its objections.

    Raises WarehouseBusyError, WarehouseWriteError.
    """
    path = target.with_name(f".{target.name}.lock")
    descriptor = _open_lock(path)
    try:
        yield
    finally:
        # Removed while held: whoever waits for it finds another file under the name, and starts again.
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _open_lock(path: Path) -> int:
    while True:
        descriptor = _create(path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            raise WarehouseBusyError(
                _("Cet entrepôt est en cours d’écriture."),
                why=_("Un autre chargement ou un enregistrement d’oppositions est en cours."),
                remedy=_("Attendez qu’il se termine, puis recommencez."),
            ) from error
        if path.exists() and os.path.samestat(path.stat(), os.fstat(descriptor)):
            return descriptor
        os.close(descriptor)


def _create(path: Path) -> int:
    try:
        return os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise WarehouseWriteError(
            _("{folder} n’est pas accessible en écriture.").format(folder=path.parent),
            why=error.strerror or "",
            remedy=_("Vérifiez que le dossier existe et que vous pouvez y écrire."),
        ) from error


@contextmanager
def named_errors(target: Path) -> Generator[None]:
    """Turn the engine's errors into ours; their text may quote values, so it is dropped."""
    try:
        yield
    except WarehouseError:
        raise
    except duckdb.OutOfMemoryException:
        raise WarehouseWriteError(
            _("La mémoire n’a pas suffi pour construire {target}.").format(target=target),
            remedy=_("Augmentez la limite de mémoire, ou libérez de la mémoire, puis recommencez."),
        ) from None
    except (duckdb.IOException, duckdb.FatalException, OSError):
        raise WarehouseWriteError(
            _("{target} n’a pas pu être écrit en entier.").format(target=target),
            why=_("Le disque est plein, un quota est atteint ou le dossier n’est pas accessible."),
            remedy=_("Libérez de la place ou choisissez un autre dossier ; l’ancien fichier est intact."),
        ) from None
    except duckdb.Error as error:
        raise WarehouseWriteError(
            _("{target} n’a pas pu être construit.").format(target=target), why=type(error).__name__
        ) from None


def _scratch(path: Path) -> Path:
    return path.with_name(f"{path.name}.tmp")


def _remove(path: Path) -> None:
    for leftover in (path, path.with_name(f"{path.name}.wal")):
        leftover.unlink(missing_ok=True)
    shutil.rmtree(_scratch(path), ignore_errors=True)


def sync(path: Path) -> None:
    """Have the disk hold what was written to a file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
