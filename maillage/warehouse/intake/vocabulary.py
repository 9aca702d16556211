"""The vocabulary that codes of FHIR, PMSI or own tables are looked up in, as a batch of the new warehouse."""

import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from maillage import __version__
from maillage.base.i18n import _
from maillage.warehouse.batches.digest import digest_files
from maillage.warehouse.batches.load import BatchReport, Means, load_batch
from maillage.warehouse.batches.shelf import write_facts
from maillage.warehouse.build.omop import stage_omop
from maillage.warehouse.build.sources import find_sources, list_tables
from maillage.warehouse.vocabulary.apply import release_facts
from maillage.warehouse.vocabulary.archive import extract_tables
from maillage.warehouse.vocabulary.build import build_release
from maillage.warehouse.vocabulary.errors import VocabularySourceError
from maillage.warehouse.vocabulary.release import MANIFEST, Release, open_release, verify_release

BATCH = "vocabulary"
DEMONSTRATION = "maillage"
_LISTS = {DEMONSTRATION: (DEMONSTRATION,), "edsnlp": (DEMONSTRATION, "edsnlp")}
"""The names that stand for lists, and the lists: the demonstration's ids come first in the registry."""


@dataclass(frozen=True)
class Vocabulary:
    """`digest` names what is read; `write` writes its tables into an empty folder."""

    digest: str
    write: Callable[[Path], None]


def find_vocabulary(text: str) -> Vocabulary:
    """What `text` means: `maillage`, `edsnlp`, a release's folder, or Athena's export, folder or ZIP.

    Raises VocabularyError, SourceError.
    """
    if text in _LISTS:
        # Lists of a package change with it alone: nothing is built to see that nothing changed.
        return Vocabulary(digest_files([], reader=f"lists {text} {__version__}"), partial(_build_lists, text))
    path = Path(text)
    if (path / MANIFEST).is_file():
        release = open_release(path)
        return Vocabulary(release.manifest.hash, partial(_write_release, release))
    if path.is_dir() and "concept" in list_tables(path):
        files = find_sources(path, needs_person=False).files.values()
        return Vocabulary(digest_files(files, reader=f"omop {__version__}"), partial(_write_tables, path))
    if path.is_file() and zipfile.is_zipfile(path):
        return Vocabulary(digest_files([path], reader=f"athena {__version__}"), partial(_unpack, path))
    raise VocabularySourceError(
        _("« {text} » n’est pas un vocabulaire.").format(text=text[:200]),
        why=_(
            "A été cherché : maillage, edsnlp, une version du référentiel ({manifest}), un export d’Athena "
            "(CONCEPT.csv, ou son archive ZIP)."
        ).format(manifest=MANIFEST),
        remedy=_("Construisez une version depuis des listes : maillage vocabulary build --from LISTES …"),
    )


def load_vocabulary(vocabulary: Vocabulary, *, target: Path, means: Means | None) -> BatchReport:
    """Load it as the batch `vocabulary`; the same again changes nothing. Raises what a batch raises."""
    return load_batch(
        target,
        name=BATCH,
        kind="omop",
        digest=vocabulary.digest,
        write=vocabulary.write,
        source_name=BATCH,
        means=means,
    )


def _build_lists(name: str, staged: Path) -> None:
    with tempfile.TemporaryDirectory(prefix=".scratch-", dir=staged.parent) as scratch:
        built = build_release(_LISTS[name], target=Path(scratch) / "release", version=f"{name}-{__version__}")
        _write_release(built.release, staged)


def _write_release(release: Release, staged: Path) -> None:
    verify_release(release)
    stage_omop(release.folder, folder=staged)
    write_facts(staged, release_facts(release))


def _write_tables(folder: Path, staged: Path) -> None:
    stage_omop(folder, folder=staged)


def _unpack(archive: Path, staged: Path) -> None:
    with tempfile.TemporaryDirectory(prefix=".scratch-", dir=staged.parent) as scratch:
        extract_tables(archive, to=Path(scratch))
        stage_omop(Path(scratch), folder=staged)
