"""What was released, kept for comparison: sets of persons, encrypted, one file beside the node's store.

Only the worker opens it. A set is on disk before the answer that shows it reaches the agent: after a crash
the guard may know a set that was never shown, never the reverse.
"""

import json
import os
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from secrets import token_bytes
from typing import Any

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from numpy.typing import NDArray

from maillage.base.statements import load_statements
from maillage.disclosure.gates import Persons
from maillage.disclosure.guarding import Role
from maillage.disclosure.persons import PersonSet, Ranks
from maillage.node.secret import read_secret, releases_broken

_NONCE_BYTES = 12
_CHAFF_BYTES = 800
"""About what a set of some hundred persons weighs."""


@dataclass(frozen=True)
class Asked:
    """What was asked, as hashes: `question` of the analysis with its parameters, `definition` of the cohort.

    That two definitions are one says nothing of the patients, whereas that two sets of them are does.
    """

    question: str = ""
    definition: str = ""


_UNASKED = Asked()


@dataclass(frozen=True)
class Kept:
    """A set that an answer told of. `exact`: by its own number; `content`: of a whole answer so told.

    `job` is the answer's, empty before it is kept; `table` as of `Shown`.
    """

    persons: PersonSet
    exact: bool
    role: Role
    content: Mapping[str, Any] | None
    asked: Asked = _UNASKED
    job: str = ""
    table: int | None = None


class Releases:
    """One connection, for one worker. Raises ReleasesBrokenError when file and secret do not fit."""

    def __init__(self, folder: Path) -> None:
        self._secret = read_secret(folder)
        self._cipher = ChaCha20Poly1305(self._secret)
        self._connection = _connect(folder / "releases.sqlite")
        self._ranks = _read_ranks(self._connection)

    @property
    def connection(self) -> sqlite3.Connection:
        """The file's, for what is written beside the sets."""
        return self._connection

    @property
    def secret(self) -> bytes:
        """The site's secret, which keys the noise too."""
        return self._secret

    def rank(self, persons: Persons) -> PersonSet:
        """The set of these persons; who was never met before gets the next rank."""
        return self._ranks.rank(persons)

    def find_ranks(self, persons: Persons) -> NDArray[np.int64]:
        """Each one's rank, in the same order."""
        return self._ranks.find(persons)

    def list_columns(self, scope: str) -> list[bytes]:
        """The fingerprints of columns that were summed in this scope, oldest first."""
        rows = self._connection.execute(_queries()["columns"], {"scope": scope}).fetchall()
        return [self.unseal(sealed, scope=scope) for (sealed,) in rows]

    def list_kept(self, scope: str) -> list[Kept]:
        """What was released in this scope, oldest first."""
        rows = self._connection.execute(_queries()["kept"], {"scope": scope}).fetchall()
        return [self._read(scope, *row) for row in rows]

    def keep(
        self,
        scope: str,
        *,
        job: str,
        shown: Sequence[Kept],
        columns: Sequence[bytes] = (),
        at_least: int = 0,
    ) -> None:
        """Remember these, all or none, on disk before it returns.

        Persons met for the first time get their place in the same transaction. A job with fewer sets than
        `at_least` writes so much the more chaff: the time must not tell whether there was something to keep.
        """
        block = self._ranks.unwritten
        chaff = [self.seal(token_bytes(_CHAFF_BYTES), scope=scope) for _set in range(at_least - len(shown))]
        owner = {"scope": scope, "job": job}
        with self._connection:
            self._change("note_job", job=job, chaff=b"".join(chaff))
            if block.size:
                self._change("add_block", block=block.tobytes())
            for column in columns:
                self._change("keep_column", **owner, sealed=self.seal(column, scope=scope))
            for kept in shown:
                persons, told = kept.persons.to_bytes(), _tell(kept)
                self._change(
                    "keep",
                    **owner,
                    persons=self.seal(persons, scope=scope),
                    content=self.seal(told, scope=scope),
                )
        self._ranks.note_written()

    def _change(self, name: str, **words: Any) -> None:
        self._connection.execute(_queries()[name], words)

    def forget_job(self, job: str) -> bool:
        """Drop what a job kept that runs again, so was not answered; whether there was any."""
        with self._connection:
            self._connection.execute(_queries()["forget_columns"], {"job": job})
            return self._connection.execute(_queries()["forget_job"], {"job": job}).rowcount > 0

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def seal(self, plain: bytes, *, scope: str) -> bytes:
        """Encrypt, for this scope alone."""
        nonce = token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, scope.encode())

    def _read(self, scope: str, job: str, persons: bytes, content: bytes) -> Kept:
        told = json.loads(self.unseal(content, scope=scope))
        found = PersonSet.from_bytes(self.unseal(persons, scope=scope))
        # Sets that were kept before there were several analyses say of none what it was.
        asked = Asked(told.get("question", ""), told.get("definition", ""))
        return Kept(found, told["exact"], Role(told["role"]), told["content"], asked, job, told.get("table"))

    def unseal(self, sealed: bytes, *, scope: str) -> bytes:
        """The reverse of `seal`. Raises ReleasesBrokenError."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], scope.encode())
        except InvalidTag as error:
            raise releases_broken() from error


def _tell(kept: Kept) -> bytes:
    """What is kept beside the persons, as JSON."""
    told = {
        "exact": kept.exact,
        "role": kept.role,
        "content": kept.content,
        "question": kept.asked.question,
        "definition": kept.asked.definition,
        "table": kept.table,
    }
    return json.dumps(told).encode()


def _read_ranks(connection: sqlite3.Connection) -> Ranks:
    blocks = connection.execute(_queries()["blocks"]).fetchall()
    return Ranks(np.frombuffer(b"".join(block for (block,) in blocks), dtype=np.int64))


def _connect(path: Path) -> sqlite3.Connection:
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        schema = files("maillage.node").joinpath("sql", "releases_schema.sql").read_text(encoding="utf-8")
        connection.executescript(schema)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise releases_broken() from error
    return connection


def _queries() -> Mapping[str, str]:
    return load_statements("maillage.node", "sql/releases.sql")
