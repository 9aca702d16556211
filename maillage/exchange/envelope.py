"""DSSE envelopes (github.com/secure-systems-lab/dsse, v1.0): the payload's bytes are what is signed.

Opening one checks, in this order: size, shape, signer, signature, type, protocol version, content. Nothing
of the payload is read before the signature holds.
"""

# The library's public names are re-exported without a mark and partly untyped.
# pyright: reportPrivateImportUsage=false, reportUnknownMemberType=false

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ValidationError
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import CryptoSigner, SSlibKey

from maillage.base.canon import CanonError, canonical_bytes, read_json, sha256_hex
from maillage.base.keys import PublicKey, SigningKey
from maillage.base.settings import describe_validation
from maillage.exchange import version
from maillage.exchange.catalogue import Catalogue
from maillage.exchange.errors import EnvelopeError
from maillage.exchange.evidence import EvidenceRecord
from maillage.exchange.head import LedgerHead
from maillage.exchange.manifest import Manifest
from maillage.exchange.message import MAX_ENVELOPE_BYTES, Message
from maillage.exchange.permit import Permit, Revocation, SiteDecision
from maillage.exchange.reasons import Reason
from maillage.exchange.referentiel import Publication
from maillage.exchange.result import ANSWER, Failure, Hold, Partial, Refusal, Summed
from maillage.exchange.rounds import RoundAsked, RoundNews, RoundsEnded, RoundTold
from maillage.exchange.task import Task

TASK_TYPE = "application/vnd.maillage.task+json"
ANSWER_TYPE = "application/vnd.maillage.answer+json"
PUBLICATION_TYPE = "application/vnd.maillage.publication+json"
PERMIT_TYPE = "application/vnd.maillage.permit+json"
REVOCATION_TYPE = "application/vnd.maillage.revocation+json"
SITE_DECISION_TYPE = "application/vnd.maillage.site-decision+json"
HEAD_TYPE = "application/vnd.maillage.ledger-head+json"
MANIFEST_TYPE = "application/vnd.maillage.ledger-export+json"
EVIDENCE_TYPE = "application/vnd.maillage.evidence+json"
CATALOGUE_TYPE = "application/vnd.maillage.catalogue+json"
ROUND_TOLD_TYPE = "application/vnd.maillage.round-told+json"
ROUND_ASKED_TYPE = "application/vnd.maillage.round-asked+json"
ROUNDS_ENDED_TYPE = "application/vnd.maillage.rounds-ended+json"

MAX_HEAD_BYTES = 8_000

ANSWER_BLOCK_BYTES = 8192
"""Answers are as long as a whole number of these; a count with twenty steps and thirty years fits in one."""

AnyAnswer = Partial | Summed | Refusal | Failure | Hold
MessageT = TypeVar("MessageT")
ModelT = TypeVar("ModelT", bound=Message)
Signers = Mapping[str, PublicKey]
"""Fingerprint → key: whose signature is taken."""


@dataclass(frozen=True)
class Opened(Generic[MessageT]):
    """A message whose signature held."""

    message: MessageT
    payload_hash: str
    signer: PublicKey


def seal_task(task: Task, *, key: SigningKey, protocol: int = version.CURRENT) -> bytes:
    """Sign a task, written in the protocol version of the node that will read it."""
    lowered = version.lower_task(task.model_dump(mode="json"), to=protocol)
    return _seal(canonical_bytes(lowered), payload_type=TASK_TYPE, key=key)


def seal_answer(answer: Message, *, key: SigningKey) -> bytes:
    """Sign an answer, and fill it up with spaces to a whole number of blocks.

    Whoever sees only the length of encrypted messages would tell a refusal from numbers, and few from many.
    """
    sealed = _seal(answer.to_bytes(), payload_type=ANSWER_TYPE, key=key)
    blocks = -(-len(sealed) // ANSWER_BLOCK_BYTES)
    return sealed.ljust(min(blocks * ANSWER_BLOCK_BYTES, max(MAX_ENVELOPE_BYTES, len(sealed))))


def seal_publication(publication: Publication, *, key: SigningKey) -> bytes:
    """Sign the word that a release of the référentiel is current."""
    return _seal(publication.to_bytes(), payload_type=PUBLICATION_TYPE, key=key)


def seal_permit(permit: Permit, *, key: SigningKey) -> bytes:
    """Sign a permit, with the committee's key."""
    return _seal(permit.to_bytes(), payload_type=PERMIT_TYPE, key=key)


def open_permit(data: bytes, *, signers: Signers) -> Opened[Permit]:
    """Verify and read a permit. Raises EnvelopeError."""
    return _open(data, payload_type=PERMIT_TYPE, signers=signers, model=Permit)


def seal_revocation(revocation: Revocation, *, key: SigningKey) -> bytes:
    """Take a permit back, with the committee's key."""
    return _seal(revocation.to_bytes(), payload_type=REVOCATION_TYPE, key=key)


def open_revocation(data: bytes, *, signers: Signers) -> Opened[Revocation]:
    """Verify and read a revocation. Raises EnvelopeError."""
    return _open(data, payload_type=REVOCATION_TYPE, signers=signers, model=Revocation)


def seal_site_decision(decision: SiteDecision, *, key: SigningKey) -> bytes:
    """Sign a hospital's word on a permit, with the hospital's key."""
    return _seal(decision.to_bytes(), payload_type=SITE_DECISION_TYPE, key=key)


def open_site_decision(data: bytes, *, signers: Signers) -> Opened[SiteDecision]:
    """Verify and read a hospital's word. Raises EnvelopeError."""
    return _open(data, payload_type=SITE_DECISION_TYPE, signers=signers, model=SiteDecision)


def seal_head(head: LedgerHead, *, key: SigningKey) -> bytes:
    """Sign the head of one's own chain."""
    return _seal(head.to_bytes(), payload_type=HEAD_TYPE, key=key)


def open_head(data: bytes, *, signers: Signers) -> Opened[LedgerHead]:
    """Verify and read the head of another's chain. Raises EnvelopeError.

    It is written into a ledger as it came: so it is small, and in the one form that JSON has for it.
    """
    if len(data) > MAX_HEAD_BYTES:
        raise EnvelopeError(Reason.ENVELOPE_TOO_LARGE)
    opened = _open(data, payload_type=HEAD_TYPE, signers=signers, model=LedgerHead)
    if canonical_bytes(read_json(data, max_bytes=MAX_HEAD_BYTES)) != data:
        raise EnvelopeError(Reason.ENVELOPE_MALFORMED)
    return opened


def seal_manifest(manifest: Manifest, *, key: SigningKey) -> bytes:
    """Sign what an export says of itself."""
    return _seal(manifest.to_bytes(), payload_type=MANIFEST_TYPE, key=key)


def open_manifest(data: bytes, *, signers: Signers) -> Opened[Manifest]:
    """Verify and read the manifest of an export. Raises EnvelopeError."""
    return _open(data, payload_type=MANIFEST_TYPE, signers=signers, model=Manifest)


def seal_evidence(record: EvidenceRecord, *, key: SigningKey) -> bytes:
    """Sign the evidence of a release, with the hospital's key."""
    return _seal(record.to_bytes(), payload_type=EVIDENCE_TYPE, key=key)


def open_evidence(data: bytes, *, signers: Signers) -> Opened[EvidenceRecord]:
    """Verify and read the evidence of a release. Raises EnvelopeError."""
    return _open(data, payload_type=EVIDENCE_TYPE, signers=signers, model=EvidenceRecord)


def seal_catalogue(catalogue: Catalogue, *, key: SigningKey) -> bytes:
    """Sign a day's bands, with the hospital's key."""
    return _seal(catalogue.to_bytes(), payload_type=CATALOGUE_TYPE, key=key)


def open_catalogue(data: bytes, *, signers: Signers) -> Opened[Catalogue]:
    """Verify and read a hospital's bands. Raises EnvelopeError."""
    return _open(data, payload_type=CATALOGUE_TYPE, signers=signers, model=Catalogue)


def seal_round(message: RoundTold | RoundNews, *, key: SigningKey) -> bytes:
    """Sign what a hospital tells in a round, or what the hub asks."""
    return _seal(message.to_bytes(), payload_type=_ROUND_TYPES[type(message)], key=key)


def open_round_told(data: bytes, *, signers: Signers) -> Opened[RoundTold]:
    """Verify and read what a hospital told. Raises EnvelopeError."""
    return _open_numbers(data, payload_type=ROUND_TOLD_TYPE, signers=signers, model=RoundTold)


def open_round_news(data: bytes, *, signers: Signers) -> Opened[RoundAsked] | Opened[RoundsEnded]:
    """Verify and read what the hub asks, or that it asks no more. Raises EnvelopeError."""
    if _parse_envelope(data).payload_type == ROUNDS_ENDED_TYPE:
        return _open_numbers(data, payload_type=ROUNDS_ENDED_TYPE, signers=signers, model=RoundsEnded)
    return _open_numbers(data, payload_type=ROUND_ASKED_TYPE, signers=signers, model=RoundAsked)


_ROUND_TYPES = {
    RoundTold: ROUND_TOLD_TYPE,
    RoundAsked: ROUND_ASKED_TYPE,
    RoundsEnded: ROUNDS_ENDED_TYPE,
}


def _open_numbers(data: bytes, *, payload_type: str, signers: Signers, model: type[ModelT]) -> Opened[ModelT]:
    """As `_open`, for contents of any size: a sum past 2^53 reads as a whole number without
    canonical form.
    """
    payload, signer = _verify(data, payload_type=payload_type, signers=signers)
    _read_object(payload)
    try:
        return Opened(model.model_validate_json(payload), sha256_hex(payload), signer)
    except ValidationError as error:
        raise _malformed(error) from error


def open_publication(data: bytes, *, signers: Mapping[str, PublicKey]) -> Publication:
    """Verify and read a publication. Raises EnvelopeError."""
    payload, _signer = _verify(data, payload_type=PUBLICATION_TYPE, signers=signers)
    document = _read_payload(payload)
    try:
        return Publication.model_validate(document)
    except (ValidationError, CanonError) as error:
        raise _malformed(error) from error


def open_task(data: bytes, *, signers: Mapping[str, PublicKey]) -> Opened[Task]:
    """Verify and read a task. `signers` maps fingerprints to the keys pinned here. Raises EnvelopeError."""
    payload, signer = _verify(data, payload_type=TASK_TYPE, signers=signers)
    document = _read_payload(payload)
    try:
        return Opened(Task.model_validate(document), sha256_hex(payload), signer)
    except (ValidationError, CanonError) as error:
        raise _malformed(error) from error


def open_answer(data: bytes, *, signers: Mapping[str, PublicKey]) -> Opened[AnyAnswer]:
    """Verify and read an answer, lifted to the current protocol version. Raises EnvelopeError."""
    payload, signer = _verify(data, payload_type=ANSWER_TYPE, signers=signers)
    document = version.lift_answer(_read_payload(payload))
    try:
        return Opened(ANSWER.validate_json(canonical_bytes(document)), sha256_hex(payload), signer)
    except (ValidationError, CanonError) as error:
        raise _malformed(error) from error


def _open(data: bytes, *, payload_type: str, signers: Signers, model: type[ModelT]) -> Opened[ModelT]:
    """A document that is kept for years: its form has a number of its own, apart from the protocol's."""
    payload, signer = _verify(data, payload_type=payload_type, signers=signers)
    try:
        return Opened(
            model.model_validate_json(canonical_bytes(_read_object(payload))), sha256_hex(payload), signer
        )
    except (ValidationError, CanonError) as error:
        raise _malformed(error) from error


def _malformed(error: ValidationError | CanonError) -> EnvelopeError:
    # JSON may hold what has no canonical form, a number past 2^53 for one: that is a fault of the document.
    why = error.why if isinstance(error, CanonError) else describe_validation(error)
    return EnvelopeError(Reason.ENVELOPE_MALFORMED, why=why)


def _seal(payload: bytes, *, payload_type: str, key: SigningKey) -> bytes:
    envelope = Envelope(payload, payload_type, {})
    envelope.sign(CryptoSigner(key.private, _library_key(key.public)))
    return canonical_bytes(envelope.to_dict())


def _verify(data: bytes, *, payload_type: str, signers: Mapping[str, PublicKey]) -> tuple[bytes, PublicKey]:
    envelope = _parse_envelope(data)
    signer = next((signers[key] for key in envelope.signatures if key in signers), None)
    if signer is None:
        raise EnvelopeError(Reason.SIGNER_UNKNOWN)
    try:
        envelope.verify([_library_key(signer)], 1)
    except (VerificationError, UnicodeEncodeError) as error:
        raise EnvelopeError(Reason.ENVELOPE_ALTERED) from error
    if envelope.payload_type != payload_type:
        raise EnvelopeError(Reason.ENVELOPE_MALFORMED)
    return envelope.payload, signer


def _parse_envelope(data: bytes) -> Envelope:
    if len(data) > MAX_ENVELOPE_BYTES:
        raise EnvelopeError(Reason.ENVELOPE_TOO_LARGE)
    try:
        document = read_json(data, max_bytes=MAX_ENVELOPE_BYTES)
        envelope = Envelope.from_dict(document)
    except CanonError as error:
        raise EnvelopeError(Reason.ENVELOPE_MALFORMED, why=error.why) from error
    except Exception as error:
        # The library's parser raises whatever a hostile document provokes (KeyError, TypeError, binascii…);
        # they all mean one thing here.
        raise EnvelopeError(Reason.ENVELOPE_MALFORMED) from error
    if not isinstance(envelope.payload_type, str) or len(envelope.signatures) != 1:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise EnvelopeError(Reason.ENVELOPE_MALFORMED)
    return envelope


def _read_payload(payload: bytes) -> dict[str, Any]:
    found = _read_object(payload)
    protocol = found.get("protocol")
    if not isinstance(protocol, int) or not version.is_accepted(protocol):
        raise EnvelopeError(Reason.ENVELOPE_VERSION)
    return found


def _read_object(payload: bytes) -> dict[str, Any]:
    try:
        document = read_json(payload, max_bytes=MAX_ENVELOPE_BYTES)
    except CanonError as error:
        raise EnvelopeError(Reason.ENVELOPE_MALFORMED, why=error.why) from error
    if not isinstance(document, dict):
        raise EnvelopeError(Reason.ENVELOPE_MALFORMED)
    return cast("dict[str, Any]", document)


def _library_key(key: PublicKey) -> SSlibKey:
    return SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(key.raw), keyid=key.fingerprint)
