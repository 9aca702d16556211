"""The register: keyed hashes of what names who objected, in the node's store beside the ledger.

Each change is one transaction with one line of the ledger, which holds the hash of the whole register. What
is read must be what the last line says: a register that lost a row, its key or its file answers nothing.
"""

import hashlib
import os
import secrets
import sqlite3
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maillage.base.canon import read_json
from maillage.base.i18n import _
from maillage.node.errors import RegisterBrokenError
from maillage.node.objections.patients import names_of_person
from maillage.node.store import Store, open_store
from maillage.warehouse.engines.base import FindObjected, Persons
from maillage.warehouse.watch import Identity, identify

KEY_BYTES = 32
NAME_BYTES = 16
MAX_BODY_BYTES = 10_000


@dataclass(frozen=True)
class Key:
    """What the names are hashed with: without it the register says nothing about anybody."""

    raw: bytes

    def __repr__(self) -> str:
        return "Key(…)"

    @property
    def fingerprint(self) -> str:
        """Which key it is; goes to the ledger."""
        return "sha256:" + hashlib.sha256(b"maillage objections\x00" + self.raw).hexdigest()

    def hash_name(self, name: str) -> bytes:
        """Keyed BLAKE2 (RFC 7693) of a name."""
        return hashlib.blake2b(name.encode(), key=self.raw, digest_size=NAME_BYTES).digest()


@dataclass(frozen=True)
class Register:
    """Who objected at one moment. `version` is the line of the ledger that made it so, 0 before the first."""

    version: int
    names: Mapping[bytes, int]
    """Each hashed name, and the objection that it belongs to."""
    key: Key | None

    def find(self, persons: Persons) -> Iterator[tuple[int, int]]:
        """The persons of a warehouse (id, source value) who objected: id, and number of the objection."""
        if self.key is None:
            return
        for person_id, source_value in persons:
            for name in names_of_person(person_id, source_value):
                objection = self.names.get(self.key.hash_name(name))
                if objection is not None:
                    yield person_id, objection

    @property
    def find_objected(self) -> FindObjected | None:
        """What an engine asks as it opens; None when nobody objected, which costs it nothing."""
        return self._list_persons if self.names else None

    def _list_persons(self, persons: Persons) -> list[int]:
        return sorted({person_id for person_id, _objection in self.find(persons)})


def read_register(folder: Path) -> Register:
    """The register of the node in this folder, from any process.

    Raises RegisterBrokenError, NodeMissingError, StoreBrokenError: then nobody knows who objected.
    """
    with _database_errors(), open_store(folder / "node.sqlite") as store:
        return load_register(store, folder=folder)


class RegisterWatch:
    """Tells which register is in force, again and again: to open the store takes longer than to ask it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "node.sqlite"
        self._opened = ExitStack()
        self._store: Store | None = None
        self._identity: Identity | None = None

    def read_version(self) -> int:
        """The register's version, without its names. Raises what `read_register` raises.

        A store that was replaced, as from a backup, is opened anew.
        """
        try:
            with _database_errors():
                line = self._find_store().row("register_line")
        except BaseException:
            self.close()
            raise
        return line["sequence"] if line else 0

    def _find_store(self) -> Store:
        identity = identify(self._path)
        if self._store is None or identity != self._identity:
            self.close()
            self._store = self._opened.enter_context(open_store(self._path))
            self._identity = identity
        return self._store

    def close(self) -> None:
        """Give the file back."""
        self._store = None
        self._opened.close()


def load_register(store: Store, *, folder: Path) -> Register:
    """The same from an open store, as one snapshot of it."""
    with store.snapshot():
        line = store.row("register_line")
        names = {row["name"]: row["objection_id"] for row in store.rows("register_names")}
    if line is None:
        if names:
            raise broken(_("Des oppositions sont là sans aucune ligne au registre des événements."))
        return Register(0, names, None)
    said: Any = read_json(line["body"], max_bytes=MAX_BODY_BYTES)
    if said.get("register") != hash_names(names):
        raise broken(_("Il n’est plus celui que dit la dernière ligne qui le change."))
    return Register(line["sequence"], names, read_key(folder, fingerprint=said["key"]))


def hash_names(names: Iterable[bytes]) -> str:
    """The hash of the whole register, for the ledger."""
    return "sha256:" + hashlib.sha256(b"".join(sorted(names))).hexdigest()


def make_key(folder: Path) -> Key:
    """A new key in a file of its own, which only its owner reads."""
    key = Key(secrets.token_bytes(KEY_BYTES))
    descriptor = os.open(_key_path(folder, key.fingerprint), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.raw)
        os.fsync(descriptor)
    return key


def read_key(folder: Path, *, fingerprint: str) -> Key:
    """The key of that fingerprint. Raises RegisterBrokenError."""
    path = _key_path(folder, fingerprint)
    try:
        key = Key(path.read_bytes())
    except OSError as error:
        raise broken(_("Sa clé {path} est illisible.").format(path=path)) from error
    if key.fingerprint != fingerprint:
        raise broken(_("Sa clé {path} n’est pas la bonne.").format(path=path))
    return key


def drop_other_keys(folder: Path, *, kept: Key) -> None:
    """Remove the keys of former registers: nothing is left to be read with them."""
    for path in folder.glob("objections-*.key"):
        if path != _key_path(folder, kept.fingerprint):
            path.unlink(missing_ok=True)


def broken(why: str) -> RegisterBrokenError:
    """Why nothing can be answered."""
    return RegisterBrokenError(
        _("Le registre des oppositions ne peut pas être lu."),
        why=why,
        remedy=_(
            "Rien ne sera répondu d’ici là. Restaurez le dossier du nœud, ou refaites le registre depuis la "
            "liste de l’hôpital : maillage node objections import DOSSIER LISTE --replace"
        ),
    )


def _key_path(folder: Path, fingerprint: str) -> Path:
    return folder / f"objections-{fingerprint.removeprefix('sha256:')[:16]}.key"


@contextmanager
def _database_errors() -> Generator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise broken(_("Le magasin du nœud est illisible.")) from error
