"""One source becomes one warehouse: its vocabulary, then its rows; or nothing is left of either."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from maillage.warehouse.batches import undo_batch
from maillage.warehouse.batches.fhir import FhirBatch, load_fhir
from maillage.warehouse.batches.load import BatchReport, Means
from maillage.warehouse.batches.pmsi import PmsiBatch, load_pmsi
from maillage.warehouse.batches.shelf import Shelf
from maillage.warehouse.batches.tables import TablesReport, load_tables
from maillage.warehouse.build.omop import load_omop
from maillage.warehouse.build.report import LoadReport
from maillage.warehouse.intake.kinds import FhirSource, FileSource, OmopSource, PmsiSource, TablesSource
from maillage.warehouse.intake.vocabulary import BATCH as VOCABULARY
from maillage.warehouse.intake.vocabulary import find_vocabulary, load_vocabulary

DATA = "data"
"""The name of the batch: the same one for a newer export later on."""

Report = LoadReport | FhirBatch | PmsiBatch | TablesReport


@dataclass(frozen=True)
class Intake:
    """What is taken in: the source, under which name, and the vocabulary that its codes are looked up in.

    OMOP tables bring their own vocabulary: none is loaded for them.
    """

    source: FileSource
    name: str
    vocabulary: str


def build_warehouse(intake: Intake, *, target: Path, means: Means | None = None) -> Report:
    """Build `target`, or bring it up to date.

    When it is refused, a new warehouse leaves nothing behind and a former one stays as it was.
    Raises SourceError, MappingError, VocabularyError, BatchError, WarehouseError.
    """
    means = means or Means()
    if isinstance(intake.source, OmopSource):
        return load_omop(
            intake.source.folder,
            target=target,
            source_name=intake.name,
            progress=means.progress,
            memory_limit=means.memory_limit,
        )
    vocabulary = find_vocabulary(intake.vocabulary)
    with _all_or_nothing(target) as done:
        done.append(load_vocabulary(vocabulary, target=target, means=means))
        return _load(intake.source, name=intake.name, target=target, means=means)


def _load(
    source: FhirSource | PmsiSource | TablesSource, *, name: str, target: Path, means: Means
) -> FhirBatch | PmsiBatch | TablesReport:
    match source:
        case FhirSource(path):
            return load_fhir([path], target=target, name=DATA, source_name=name, means=means)
        case PmsiSource(files, patients):
            return load_pmsi(
                files, patients=patients, target=target, name=DATA, source_name=name, means=means
            )
        case TablesSource(mapping, folder):
            return load_tables(mapping, folder=folder, target=target, batch=DATA, means=means)


@contextmanager
def _all_or_nothing(target: Path) -> Generator[list[BatchReport]]:
    """Take back what was loaded before an error: what is yielded holds the loads that are done."""
    done: list[BatchReport] = []
    former = target.exists()
    try:
        yield done
    except BaseException:
        if not former:
            target.unlink(missing_ok=True)
            shutil.rmtree(Shelf(target).folder, ignore_errors=True)
        elif done and done[0].change != "unchanged":
            undo_batch(target, name=VOCABULARY)
        raise
