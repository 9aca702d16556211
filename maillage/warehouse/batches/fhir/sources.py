"""The files of an export: which ones are read, in what form, and whether they are whole."""

import gzip
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from maillage.base.i18n import _
from maillage.warehouse.errors import SourceError

_LINES = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")
_DOCUMENT = ".json"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class FhirSources:
    """Files of one resource a line, documents (a Bundle, or one resource), and what is neither."""

    lines: tuple[Path, ...]
    documents: tuple[Path, ...]
    ignored: tuple[str, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        """Everything that is read."""
        return (*self.lines, *self.documents)


def find_fhir(paths: Iterable[Path]) -> FhirSources:
    """The files named, and those of the folders named. Raises SourceError."""
    found = [path for one in paths for path in _expand(one)]
    lines = [path for path in found if path.name.lower().endswith(_LINES)]
    documents = [path for path in found if path.name.lower().endswith(_DOCUMENT)]
    known = {*lines, *documents}
    if not known:
        raise SourceError(
            _("Aucun fichier FHIR : il en faut en .ndjson, .ndjson.gz ou .json."),
            remedy=_("Donnez le dossier d’un export FHIR R4 en NDJSON, ou des Bundle en JSON."),
        )
    ignored = tuple(path.name for path in found if path not in known)
    return FhirSources(_distinct(lines), _distinct(documents), ignored)


def check_archives(paths: Iterable[Path]) -> None:
    """Raise SourceError for a compressed file that is cut or damaged: the engine does not check its sum."""
    for path in paths:
        if path.name.lower().endswith(".gz"):
            _read_through(path)


def _expand(path: Path) -> Sequence[Path]:
    if path.is_dir():
        return sorted(one for one in path.iterdir() if one.is_file() and not one.name.startswith("."))
    if not path.is_file():
        raise SourceError(_("{path} n’existe pas.").format(path=path))
    return [path]


def _distinct(paths: Iterable[Path]) -> tuple[Path, ...]:
    return tuple({path.resolve(): path for path in paths}.values())


def _read_through(path: Path) -> None:
    try:
        with gzip.open(path) as stream:
            while stream.read(_CHUNK):
                pass
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(
            _("{file} est une archive coupée ou abîmée.").format(file=path.name),
            remedy=_("Copiez ou exportez ce fichier à nouveau, puis rechargez : rien n’a été chargé."),
        ) from error
