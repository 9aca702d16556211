"""The export of a ledger: a text file of JSON rows that shows by itself whether it is whole.

The first row is the signed manifest, as a DSSE envelope. Then each line of the ledger is a row, whose bytes
are those that were hashed; the body of a line, where it is still there, is the row after it. Written and read
row by row: the memory it takes does not grow with the ledger.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from maillage.base.clock import format_instant, parse_instant
from maillage.base.i18n import _
from maillage.base.keys import KeyFormatError, PublicKey, SigningKey
from maillage.exchange.chain import Fault, Head, Link, broken, follow, read_link
from maillage.exchange.envelope import Signers, open_manifest, seal_manifest
from maillage.exchange.errors import EnvelopeError, ExportError, ExportFileError
from maillage.exchange.head import Keeper
from maillage.exchange.manifest import Manifest
from maillage.exchange.result import Anchor

MAX_ROW_BYTES = 4_000_000
# Canonical JSON sorts its keys: every line has `at`, so that none begins like this.
_BODY_MARK = b'{"body":'


@dataclass(frozen=True)
class Export:
    """A file whose manifest was verified; its lines are, as they are read."""

    path: Path
    envelope: bytes
    manifest: Manifest

    @property
    def keeper(self) -> Keeper:
        """Whose kind of chain it is."""
        return self.manifest.keeper

    @property
    def name(self) -> str:
        """The hospital, or the network."""
        return self.manifest.name

    @property
    def key(self) -> PublicKey:
        """The key that signs the manifest."""
        return PublicKey.parse(self.manifest.key)

    def links(self) -> Iterator[Link]:
        """Every line, verified. Raises ChainError or ExportError at the first fault."""
        manifest, count, last = self.manifest, 0, Head(0, "")
        start = Head(manifest.first - 1, manifest.previous)
        # In a whole chain the line that tells of removed bodies must be there itself.
        told = None if manifest.is_whole else manifest.removed_before
        removed = format_instant(told) if told else ""
        for link in follow(self._read(), start=start, removed_before=removed):
            count += link.body_data is not None
            last = Head(link.sequence, link.hash)
            yield link
        if last != Head(manifest.last, manifest.hash):
            raise _altered(_("La dernière ligne n’est pas celle que signe l’en-tête."))
        if count != manifest.bodies:
            raise _altered(_("Il manque des détails que l’en-tête compte."))

    def _read(self) -> Iterator[Link]:
        line, body = None, None
        with self.path.open("rb") as file:
            next(_read_rows(file))
            for row in _read_rows(file):
                if row.startswith(_BODY_MARK):
                    if line is None or body is not None:
                        raise _altered(_("Un détail est sans sa ligne."))
                    body = row
                    continue
                if line is not None:
                    yield _to_link(line, body)
                line, body = row, None
        if line is not None:
            yield _to_link(line, body)


@dataclass(frozen=True)
class Keeping:
    """Who exports, and when."""

    keeper: Keeper
    name: str
    key: SigningKey
    software: str
    at: datetime


@dataclass(frozen=True)
class Span:
    """Which part of a chain is exported: its two ends, its bodies, the head of the whole."""

    first: int
    previous: str
    last: Head
    bodies: int
    head: Head
    removed_before: str
    since: datetime | None = None
    until: datetime | None = None


def export_span(path: Path, *, keeping: Keeping, span: Span, links: Iterable[Link]) -> Manifest:
    """Sign the manifest and write the file; every line is verified on the way.

    A file that exists is left as it is; one that cannot be finished is removed. Raises ChainError or
    ExportFileError.
    """
    manifest = _describe(keeping, span)
    start = Head(span.first - 1, span.previous)
    checked = follow(links, start=start, removed_before=span.removed_before)
    try:
        with path.open("xb") as file:
            write_export(file, envelope=seal_manifest(manifest, key=keeping.key), links=checked)
    except OSError as error:
        raise ExportFileError(
            _("{path} ne peut pas être écrit.").format(path=path),
            why=error.strerror or "",
            remedy=_("Choisissez un nom qui n’existe pas encore, et un dossier où écrire."),
        ) from error
    except BaseException:
        path.unlink()
        raise
    return manifest


def _describe(keeping: Keeping, span: Span) -> Manifest:
    return Manifest(
        keeper=keeping.keeper,
        name=keeping.name,
        key=keeping.key.public.text,
        first=span.first,
        previous=span.previous,
        last=span.last.sequence,
        hash=span.last.hash,
        bodies=span.bodies,
        head=Anchor(sequence=span.head.sequence, hash=span.head.hash),
        since=span.since,
        until=span.until,
        removed_before=parse_instant(span.removed_before) if span.removed_before else None,
        exported_at=keeping.at,
        software=keeping.software,
    )


def write_export(file: BinaryIO, *, envelope: bytes, links: Iterable[Link]) -> None:
    """Write the rows: what `envelope` signs, then each line with its body."""
    file.write(envelope + b"\n")
    for link in links:
        file.write(link.data + b"\n")
        if link.body_data is not None:
            file.write(link.body_data + b"\n")


def open_export(path: Path, *, signers: Signers | None = None) -> Export:
    """The export in that file. Raises ExportFileError; ExportError unless one of `signers` signed it.

    Without `signers` the key that the manifest itself names is taken: compare its fingerprint by another way.
    """
    try:
        with path.open("rb") as file:
            envelope = next(_read_rows(file), b"")
        opened = open_manifest(envelope, signers=signers or _own_key(envelope))
    except OSError as error:
        raise ExportFileError(
            _("Le fichier {path} est illisible.").format(path=path), why=error.strerror or ""
        ) from error
    except EnvelopeError as error:
        raise ExportError(
            _("{path} n’est pas l’export d’un registre, ou pas de qui on l’attend.").format(path=path),
            why=error.what,
            remedy=_("Demandez un nouvel export ; comparez l’empreinte de la clé de vive voix."),
        ) from error
    if opened.message.key != opened.signer.text:
        raise _altered(_("L’en-tête nomme une autre clé que celle qui le signe."))
    return Export(path, envelope, opened.message)


def _own_key(envelope: bytes) -> Signers:
    """The key inside a payload that nothing has verified yet; the signature then must be by it."""
    try:
        key = PublicKey.parse(json.loads(base64.b64decode(json.loads(envelope)["payload"]))["key"])
    except (ValueError, KeyError, TypeError, AttributeError, KeyFormatError):
        return {}
    return {key.fingerprint: key}


def _read_rows(file: BinaryIO) -> Iterator[bytes]:
    while row := file.readline(MAX_ROW_BYTES):
        if not row.endswith(b"\n"):
            raise _altered(_("Une ligne est trop longue, ou le fichier est coupé."))
        yield row[:-1]


def _to_link(data: bytes, body: bytes | None) -> Link:
    try:
        return read_link(data, body_data=body)
    except (ValueError, KeyError, TypeError) as error:
        raise broken(0, fault=Fault.HASH) from error


def _altered(why: str) -> ExportError:
    return ExportError(
        _("L’export n’est pas entier, ou a été modifié."), why=why, remedy=_("Demandez un nouvel export.")
    )
