"""A release of the référentiel: a folder of CSV tables and the manifest that names them by their SHA-256.

CSV in one spelling is the canonical form: the same lists give the same bytes, hence the same hash, whatever
the version of any library. A release is written beside its place, then renamed; it is never written over.
"""

import csv
import hashlib
import os
import shutil
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from maillage import __version__
from maillage.base.canon import CanonError, canonical_bytes, canonical_hash, read_json
from maillage.base.i18n import _
from maillage.base.settings import describe_validation
from maillage.warehouse.schema import TABLES, CdmType
from maillage.warehouse.vocabulary.errors import (
    ReleaseBrokenError,
    ReleaseExistsError,
    ReleaseNotFoundError,
    ReleaseWriteError,
    VocabularyError,
)

MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 100_000
VERSION = r"^[0-9A-Za-z][0-9A-Za-z._-]{0,39}$"

OMOP_TABLES = (
    "concept",
    "vocabulary",
    "domain",
    "concept_class",
    "concept_relationship",
    "relationship",
    "concept_synonym",
    "concept_ancestor",
    "source_to_concept_map",
    "drug_strength",
)
"""What may be in a release, and goes into a warehouse."""

OWN_TABLES: Mapping[str, Mapping[str, CdmType]] = MappingProxyType(
    {
        "registry": {
            "vocabulary_id": CdmType.VARCHAR,
            "concept_code": CdmType.VARCHAR,
            "concept_id": CdmType.INTEGER,
        },
        "unit_conversion": {
            "from_unit_concept_id": CdmType.INTEGER,
            "to_unit_concept_id": CdmType.INTEGER,
            "measurement_concept_id": CdmType.INTEGER,
            "factor": CdmType.FLOAT,
        },
    }
)
"""The registry of ids; factors between units, for one analyte or, where it is 0, for any."""


class ReleaseFile(BaseModel):
    """One table."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    bytes: Annotated[int, Field(ge=0)]
    rows: Annotated[int, Field(ge=0)]


class Manifest(BaseModel):
    """What a release holds. `hash` is that of the other fields in canonical JSON, `software` left aside."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    format: Annotated[int, Field(ge=1, le=1)]
    version: Annotated[str, StringConstraints(pattern=VERSION)]
    software: Annotated[str, StringConstraints(max_length=40)]
    files: Annotated[dict[str, ReleaseFile], Field(max_length=20)]
    hash: Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        return canonical_bytes(self.model_dump(mode="json"))

    @property
    def reference(self) -> str:
        """How answers name the release: its version and 16 digits of its hash; at most 57 characters."""
        return f"{self.version}@{self.hash.removeprefix('sha256:')[:16]}"


@dataclass(frozen=True)
class Release:
    """A release in its folder."""

    folder: Path
    manifest: Manifest

    def path(self, table: str) -> Path:
        """The file of a table."""
        return self.folder / f"{table}.csv"

    def has(self, table: str) -> bool:
        """Whether it is there."""
        return f"{table}.csv" in self.manifest.files


def columns_of(table: str) -> Mapping[str, CdmType]:
    """A release table's columns in order, OMOP's or our own."""
    if table in OWN_TABLES:
        return OWN_TABLES[table]
    return {column.name: column.type for column in TABLES[table].columns}


def open_release(folder: Path) -> Release:
    """Read a release's manifest; see that its files are there, of their length.

    Raises ReleaseNotFoundError, ReleaseBrokenError. `verify_release` reads the files too.
    """
    try:
        data = (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise ReleaseNotFoundError(
            _("{folder} n’est pas une version du référentiel.").format(folder=folder),
            why=_("{file} n’y est pas.").format(file=MANIFEST),
            remedy=_("Construisez-en une : maillage vocabulary build --from … --to {folder}").format(
                folder=folder
            ),
        ) from error
    release = Release(folder, parse_manifest(data))
    for name, file in release.manifest.files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != file.bytes:
            raise _broken(path)
    return release


def parse_manifest(data: bytes) -> Manifest:
    """A manifest whose hash is its own. Raises ReleaseBrokenError."""
    try:
        manifest = Manifest.model_validate(read_json(data, max_bytes=MAX_MANIFEST_BYTES))
    except (CanonError, ValidationError) as error:
        why = describe_validation(error) if isinstance(error, ValidationError) else error.why
        raise ReleaseBrokenError(_("Le manifeste du référentiel est illisible."), why=why) from error
    tables = {f"{table}.csv" for table in (*OMOP_TABLES, *OWN_TABLES)}
    if manifest.hash != _hash(manifest.version, manifest.files) or not manifest.files.keys() <= tables:
        raise ReleaseBrokenError(
            _("Le manifeste du référentiel a été modifié."),
            why=_("Son empreinte n’est pas celle de son contenu."),
            remedy=_("Reprenez la version publiée."),
        )
    return manifest


def verify_release(release: Release) -> None:
    """Raise ReleaseBrokenError when a file is not the one that the manifest names."""
    for name, file in release.manifest.files.items():
        if hash_file(release.folder / name) != file.sha256:
            raise _broken(release.folder / name)


@contextmanager
def new_release(folder: Path, *, version: str) -> Generator["Writer"]:
    """A writer of tables; the release takes its place when the body ends without an error.

    Raises ReleaseExistsError, ReleaseWriteError, VocabularyError when the version cannot be one.
    """
    _check_version(version)
    if folder.exists():
        raise ReleaseExistsError(
            _("{folder} existe déjà.").format(folder=folder),
            why=_("Une version publiée ne change plus."),
            remedy=_("Choisissez un autre dossier, et une autre version."),
        )
    draft = folder.with_name(f".{folder.name}.writing")
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        writer = Writer(draft)
        yield writer
        (draft / MANIFEST).write_bytes(writer.make_manifest(version).to_bytes() + b"\n")
        draft.rename(folder)
    except OSError as error:
        raise ReleaseWriteError(
            _("{folder} n’a pas pu être écrit en entier.").format(folder=folder),
            why=error.strerror or "",
            remedy=_("Libérez de la place ou choisissez un autre dossier."),
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


class Writer:
    """Writes the tables of one release."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[str, ReleaseFile] = {}

    def write(self, table: str, rows: Iterable[Sequence[object]]) -> None:
        """Write a table in its columns' order; None is null."""
        path, count = self.folder / f"{table}.csv", 0
        with path.open("w", encoding="utf-8", newline="") as stream:
            lines = csv.writer(stream, lineterminator="\n")
            lines.writerow(columns_of(table))
            for row in rows:
                lines.writerow(row)
                count += 1
        self.add(table, rows=count)

    def add(self, table: str, *, rows: int) -> None:
        """Take up a table's file that was written in the folder."""
        path = self.folder / f"{table}.csv"
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
        file = ReleaseFile(sha256=hash_file(path), bytes=path.stat().st_size, rows=rows)
        self._files[path.name] = file

    def make_manifest(self, version: str) -> Manifest:
        """The manifest of what was written."""
        files = dict(sorted(self._files.items()))
        return Manifest(
            format=1, version=version, software=__version__, files=files, hash=_hash(version, files)
        )


def hash_file(path: Path) -> str:
    """SHA-256 in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _hash(version: str, files: Mapping[str, ReleaseFile]) -> str:
    contents = {name: file.model_dump() for name, file in files.items()}
    return canonical_hash({"format": 1, "version": version, "files": contents})


def _check_version(version: str) -> None:
    try:
        Manifest.model_validate(
            {"format": 1, "version": version, "software": "", "files": {}, "hash": _hash(version, {})}
        )
    except ValidationError as error:
        raise VocabularyError(
            _("« {version} » ne peut pas nommer une version.").format(version=version[:60]),
            remedy=_("Des chiffres, des lettres et des points, au plus 40 : 2026.11 par exemple."),
        ) from error


def _broken(path: Path) -> ReleaseBrokenError:
    return ReleaseBrokenError(
        _("{file} n’est pas celui que le manifeste décrit.").format(file=path),
        why=_("Il est absent, tronqué ou modifié."),
        remedy=_("Reprenez la version publiée."),
    )
