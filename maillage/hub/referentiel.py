"""The group's référentiel at the hub: a person publishes a release, nodes take it, compressed."""

import gzip
import os
import shutil
from pathlib import Path

from maillage.base.errors import Kind
from maillage.base.i18n import _
from maillage.exchange.envelope import seal_publication
from maillage.exchange.referentiel import Publication
from maillage.exchange.version import CURRENT
from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.hub.boot import Hub
from maillage.hub.errors import HubError
from maillage.hub.terms.shelf import FOLDER, SIGNED, open_kept
from maillage.hub.writing import writing
from maillage.warehouse.vocabulary.release import Release, verify_release


class ReferentielMissingError(HubError):
    """Nothing is published, or not that file."""

    kind = Kind.NOT_FOUND
    code = "referentiel_missing"


def publish(release: Release, *, hub: Hub, by: str) -> None:
    """Make a release current. Raises ReleaseBrokenError when it is not whole."""
    verify_release(release)
    now, manifest = hub.clock(), release.manifest
    _keep(release, hub=hub)
    # Its index is made here, by who publishes, rather than by the process that serves pages.
    open_kept(manifest, hub=hub)
    publication = Publication(
        protocol=CURRENT,
        network=hub.settings.name,
        published_at=now,
        manifest=manifest.model_dump(mode="json"),
    )
    with writing(hub):
        facts = {"reference": manifest.reference, "hash": manifest.hash}
        record(EventType.REFERENTIEL_PUBLISHED, actor=by, subject=manifest.reference, at=now, facts=facts)
        _replace(hub.folder / FOLDER / SIGNED, seal_publication(publication, key=hub.key))


def read_current(*, hub: Hub) -> bytes:
    """The signed publication. Raises ReferentielMissingError."""
    try:
        return (hub.folder / FOLDER / SIGNED).read_bytes()
    except FileNotFoundError as error:
        raise ReferentielMissingError(
            _("Ce hub n’a pas publié de référentiel."),
            remedy=_("Au hub : maillage hub referentiel publish RELEASE"),
        ) from error


def find_file(digest: str, table: str, *, hub: Hub) -> Path:
    """A table of a published release, compressed. Raises ReferentielMissingError."""
    path = hub.folder / FOLDER / digest / f"{table}.csv.gz"
    if not path.is_file():
        raise ReferentielMissingError(_("Ce fichier du référentiel n’est pas publié ici."))
    return path


def _keep(release: Release, *, hub: Hub) -> None:
    """Former releases stay: a node may be in the middle of one."""
    target = hub.folder / FOLDER / release.manifest.hash.removeprefix("sha256:")
    if target.is_dir():
        return
    draft = target.with_name(f".{target.name}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for name in release.manifest.files:
        with (release.folder / name).open("rb") as plain, gzip.open(draft / f"{name}.gz", "wb", 6) as packed:
            shutil.copyfileobj(plain, packed)
    draft.rename(target)


def _replace(path: Path, data: bytes) -> None:
    draft = path.with_suffix(".tmp")
    with draft.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
