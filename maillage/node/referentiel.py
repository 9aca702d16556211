"""The group's référentiel at a node: a person pulls it; signature and hashes are checked, then it is applied.

Nothing is pulled by itself: what a hospital's codes mean does not change without somebody there.
"""

import gzip
import hashlib
import shutil
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from maillage.base.canon import canonical_bytes
from maillage.base.i18n import _
from maillage.exchange.envelope import open_publication
from maillage.exchange.referentiel import Publication
from maillage.node import ledger
from maillage.node.client import HubClient
from maillage.node.errors import ReferentielError, StoreFullError
from maillage.node.folder import Node
from maillage.node.states import Event
from maillage.warehouse.place import FilePlace
from maillage.warehouse.vocabulary.release import (
    MANIFEST,
    Manifest,
    Release,
    ReleaseFile,
    open_release,
    parse_manifest,
)

_FOLDER = "referentiel"
_PUBLICATION = "publication.dsse.json"
_CHUNK = 1 << 16
MAX_BYTES = 60_000_000_000
"""All tables of a release, decompressed."""


@dataclass(frozen=True)
class Offer:
    """What the hub publishes, its signature checked."""

    publication: Publication
    manifest: Manifest
    envelope: bytes


def read_offer(node: Node, client: HubClient) -> Offer:
    """Ask the hub for the current release. Raises EnvelopeError, ReleaseBrokenError, ReferentielError.

    A publication older than the last one known here is refused: it is signed, and no longer current.
    """
    offer = _open(client.read_referentiel(), node=node)
    known = read_known(node)
    if known is not None and offer.publication.published_at < known.publication.published_at:
        raise ReferentielError(
            _("Le hub propose un référentiel plus ancien que le dernier connu ici."),
            why=_("Il propose {offered}, et ce nœud connaît {known}.").format(
                offered=offer.manifest.reference, known=known.manifest.reference
            ),
            remedy=_("Demandez au hub ce qui s’est passé ; l’entrepôt reste comme il est."),
        )
    return offer


def read_known(node: Node) -> Offer | None:
    """The last publication that was pulled here, if any."""
    path = node.folder / _FOLDER / _PUBLICATION
    return _open(path.read_bytes(), node=node) if path.is_file() else None


def pull(node: Node, client: HubClient, *, by: str) -> Manifest:
    """Download the current release, check it, put it into the warehouse, and say so in the ledger.

    The warehouse changes in one swap of files, or stays as it was. Raises what `read_offer` and the
    warehouse's `apply_release` raise.
    """
    # Here rather than above: the agent's process, which reads offers too, must not carry the engine.
    from maillage.warehouse.vocabulary.apply import apply_release

    _refuse_in_place(node)
    offer = read_offer(node, client)
    release = _fetch(offer.manifest, node=node, client=client)
    apply_release(node.warehouse, release)
    _replace(node.folder / _FOLDER / _PUBLICATION, offer.envelope)
    body = {"by": by, "reference": offer.manifest.reference, "hash": offer.manifest.hash}
    with node.open_store() as store, store.transaction():
        ledger.append(store, event=Event.PERSON_REFERENTIEL_APPLIED, at=node.clock(), body=body)
    _drop_others(release)
    return offer.manifest


def _refuse_in_place(node: Node) -> None:
    if not isinstance(node.place, FilePlace):
        raise ReferentielError(
            _("Ce nœud lit une base en place : rien n’y est écrit."),
            why=_("Le référentiel ne se met que dans un fichier d’entrepôt."),
            remedy=_(
                "Faites charger les tables du référentiel dans le schéma du vocabulaire par qui administre "
                "la base."
            ),
        )


def _open(envelope: bytes, *, node: Node) -> Offer:
    publication = open_publication(envelope, signers=node.signers)
    return Offer(publication, parse_manifest(canonical_bytes(publication.manifest)), envelope)


def _fetch(manifest: Manifest, *, node: Node, client: HubClient) -> Release:
    """The release in the node's folder, downloaded unless it is there already and whole."""
    digest = manifest.hash.removeprefix("sha256:")
    folder = node.folder / _FOLDER / digest
    if not folder.is_dir():
        draft = folder.with_name(f".{digest}")
        shutil.rmtree(draft, ignore_errors=True)
        try:
            draft.mkdir(parents=True)
            _check_room(manifest, draft)
            _download(manifest.files, digest=digest, to=draft, client=client)
            (draft / MANIFEST).write_bytes(manifest.to_bytes())
            draft.rename(folder)
        except OSError as error:
            raise StoreFullError(
                _("Le référentiel n’a pas pu être écrit dans {folder}.").format(folder=folder.parent),
                why=error.strerror or "",
                remedy=_("Libérez de la place, puis recommencez ; l’entrepôt est intact."),
            ) from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return open_release(folder)


def _check_room(manifest: Manifest, folder: Path) -> None:
    """Before the first byte: a manifest may announce anything."""
    needed = sum(file.bytes for file in manifest.files.values())
    if needed > min(MAX_BYTES, shutil.disk_usage(folder).free):
        raise StoreFullError(
            _("Le référentiel demande {size} Mo, et il n’y a pas la place.").format(size=needed // 1_000_000),
            remedy=_("Libérez de la place, puis recommencez ; l’entrepôt est intact."),
        )


def _download(files: Mapping[str, ReleaseFile], *, digest: str, to: Path, client: HubClient) -> None:
    for name, file in files.items():
        packed = to / f"{name}.gz"
        client.download_table(digest, name.removesuffix(".csv"), to=packed, max_bytes=_most(file.bytes))
        _unpack(packed, to / name, file=file)
        packed.unlink()


def _most(size: int) -> int:
    """What a table may take once compressed: a little more than itself, where it does not compress at all."""
    return size + size // 100 + 1000


def _unpack(packed: Path, target: Path, *, file: ReleaseFile) -> None:
    """Stop at the length that the manifest announces, then compare the hash."""
    digest, written = hashlib.sha256(), 0
    try:
        with gzip.open(packed, "rb") as stream, target.open("wb") as plain:
            while written <= file.bytes and (chunk := stream.read(_CHUNK)):
                written += len(chunk)
                digest.update(chunk)
                plain.write(chunk)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _not_the_file(target) from error
    if written != file.bytes or digest.hexdigest() != file.sha256:
        raise _not_the_file(target)


def _not_the_file(path: Path) -> ReferentielError:
    return ReferentielError(
        _("{file} n’est pas celui que le hub a signé.").format(file=path.name),
        why=_("Le téléchargement est tronqué ou modifié."),
        remedy=_("Recommencez ; si cela se répète, prévenez le hub. L’entrepôt est intact."),
    )


def _replace(path: Path, data: bytes) -> None:
    draft = path.with_suffix(".tmp")
    draft.write_bytes(data)
    draft.replace(path)


def _drop_others(release: Release) -> None:
    for folder in release.folder.parent.iterdir():
        if folder.is_dir() and folder != release.folder:
            shutil.rmtree(folder, ignore_errors=True)
