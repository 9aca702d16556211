"""The published référentiel, open for searching: loaded aside, once a publication, while requests go on.

The hub keeps a release's tables compressed. Those that searching reads are unpacked beside them, with the
index's cache: the first load of a release takes seconds, the next ones a fraction of one.
"""

import gzip
import logging
import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from maillage.base.canon import canonical_bytes
from maillage.base.errors import MaillageError
from maillage.base.keys import PublicKey
from maillage.exchange.envelope import open_publication
from maillage.warehouse.vocabulary.release import Manifest, Release, parse_manifest

if TYPE_CHECKING:
    from maillage.warehouse.vocabulary.search import SearchIndex
    from maillage.warehouse.vocabulary.search.tree import Tree

FOLDER = "referentiel"
SIGNED = "current.dsse.json"
_log = logging.getLogger("maillage.hub.terms")

TABLES = ("concept", "concept_synonym", "concept_ancestor", "concept_relationship")


class Place(Protocol):
    """What of a hub is needed here."""

    @property
    def folder(self) -> Path:
        """Where the hub keeps its files."""
        ...

    @property
    def signers(self) -> Mapping[str, PublicKey]:
        """Its own key by its fingerprint."""
        ...


@dataclass(frozen=True)
class Terms:
    """One release, open; nothing in it changes."""

    index: "SearchIndex"
    tree: "Tree"

    @property
    def reference(self) -> str:
        """The release's version and hash, as answers name it."""
        return self.index.reference


class Shelf:
    """The release that is open now. Threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stamp: int | None = None
        self._terms: Terms | None = None
        self._loading: threading.Thread | None = None

    def look(self, *, hub: Place) -> Terms | None:
        """The newest release that is open; None until the first one is. Never waits: what was published
        since is loaded aside and found by a later look."""
        stamp = _stamp(hub.folder)
        with self._lock:
            idle = self._loading is None or not self._loading.is_alive()
            if stamp is not None and stamp != self._stamp and idle:
                # Not a daemon: an interpreter that ends under the engine's library would abort.
                self._loading = threading.Thread(target=self._load, args=(hub, stamp))
                self._loading.start()
            return self._terms

    def wait(self, *, hub: Place, seconds: float = 120.0) -> Terms | None:
        """The published release, once it is open."""
        self.look(hub=hub)
        if self._loading is not None:
            self._loading.join(seconds)
        return self._terms

    def _load(self, hub: Place, stamp: int) -> None:
        try:
            terms = open_terms(hub)
        except (MaillageError, OSError) as error:
            # What was open stays open; it is tried again when something is published.
            _log.error("terms_not_opened", extra={"why": str(error)})
            terms = self._terms
        with self._lock:
            self._terms, self._stamp = terms, stamp


def open_terms(hub: Place) -> Terms:
    """Open the published release. Raises EnvelopeError, VocabularyError, OSError."""
    publication = open_publication((hub.folder / FOLDER / SIGNED).read_bytes(), signers=hub.signers)
    return open_kept(parse_manifest(canonical_bytes(publication.manifest)), hub=hub)


def open_kept(manifest: Manifest, *, hub: Place) -> Terms:
    """Open a release that the hub keeps, published or about to be. Raises VocabularyError, OSError."""
    # numpy and DuckDB come with them, and most commands of the hub need neither.
    from maillage.warehouse.vocabulary.search import load_search
    from maillage.warehouse.vocabulary.search.tree import read_tree

    packed = hub.folder / FOLDER / manifest.hash.removeprefix("sha256:")
    release = Release(_unpack(packed), manifest)
    return Terms(index=load_search(release), tree=read_tree(release))


def _unpack(packed: Path) -> Path:
    """The folder with the tables that searching reads, plain."""
    plain = packed / "plain"
    if not plain.is_dir():
        draft = packed / f".plain-{threading.get_ident()}"
        draft.mkdir()
        for table in TABLES:
            source = packed / f"{table}.csv.gz"
            if source.is_file():
                with gzip.open(source) as stream, (draft / f"{table}.csv").open("wb") as target:
                    shutil.copyfileobj(stream, target)
        draft.rename(plain)
    return plain


def _stamp(folder: Path) -> int | None:
    try:
        return (folder / FOLDER / SIGNED).stat().st_mtime_ns
    except FileNotFoundError:
        return None
