"""Taking the tables out of a downloaded archive: bounded, whole, and nowhere else than asked."""

import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from maillage.base.i18n import _
from maillage.warehouse.vocabulary.errors import ArchiveLimitError, VocabularySourceError
from maillage.warehouse.vocabulary.release import OMOP_TABLES

MAX_BYTES = 60_000_000_000
"""All tables of a full Athena export take about 15 GB."""
_CHUNK = 1 << 20


def extract_tables(archive: Path, *, to: Path) -> None:
    """Write the archive's vocabulary tables, one `table.csv` each, into the folder, and nothing else.

    Raises VocabularySourceError, ArchiveLimitError.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            members = list(_choose(opened))
            _check_room(archive, sum(member.file_size for _table, member in members), to=to)
            for table, member in members:
                _extract(opened, member, to=to / f"{table}.csv")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise VocabularySourceError(
            _("{file} : archive illisible.").format(file=archive.name),
            why=_("Elle est tronquée, endommagée, chiffrée ou d’une autre sorte que ZIP."),
            remedy=_("Téléchargez-la à nouveau, ou décompressez-la et donnez le dossier."),
        ) from error


def _choose(opened: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    seen: set[str] = set()
    for member in opened.infolist():
        name = PurePosixPath(member.filename).name.lower()
        table = name.removesuffix(".csv")
        if name.endswith(".csv") and table in OMOP_TABLES:
            if table in seen:
                raise VocabularySourceError(
                    _("{table} est deux fois dans l’archive.").format(table=name),
                    remedy=_("Décompressez-la, et donnez le dossier voulu."),
                )
            seen.add(table)
            yield table, member


def _check_room(archive: Path, needed: int, *, to: Path) -> None:
    free = shutil.disk_usage(to).free
    if needed > min(MAX_BYTES, free):
        raise ArchiveLimitError(
            _("{file} demande {size} Go une fois décompressé.").format(
                file=archive.name, size=needed // 1_000_000_000
            ),
            why=_("La limite est {limit} Go, et le disque en a {free} de libres.").format(
                limit=MAX_BYTES // 1_000_000_000, free=free // 1_000_000_000
            ),
            remedy=_("Libérez de la place, ou vérifiez d’où vient cette archive."),
        )


def _extract(opened: zipfile.ZipFile, member: zipfile.ZipInfo, *, to: Path) -> None:
    """What the archive says of a member's size is a promise: reading stops where it is broken."""
    written = 0
    with opened.open(member) as stream, to.open("wb") as file:
        while chunk := stream.read(_CHUNK):
            written += len(chunk)
            if written > member.file_size:
                raise zipfile.BadZipFile
            file.write(chunk)
