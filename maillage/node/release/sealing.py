"""A computed answer at rest: encrypted under the site's secret, for one task, until it leaves or is dropped.

The store alone, or a backup of it, shows nothing of an answer that nobody let go.
"""

from pathlib import Path
from secrets import token_bytes
from typing import Annotated

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import Field, ValidationError

from maillage.base.canon import sha256_hex
from maillage.base.i18n import _
from maillage.exchange.message import Hash, Message
from maillage.node.errors import HeldBrokenError
from maillage.node.secret import SECRET_BYTES, read_secret
from maillage.node.worker.messages import Computed

_NONCE_BYTES = 12
_INFO = b"maillage held answers"


class Sealed(Message):
    """What was computed, and under what: the terms must be the same when it leaves.

    `objections` is the line of the ledger that made the register of objections what it was.
    """

    computed: Computed
    permit: Hash
    floor: Annotated[int, Field(ge=1)]
    network_floor: Annotated[int, Field(ge=1)]
    objections: Annotated[int, Field(ge=0)]


def seal(document: Sealed, *, task_id: str, folder: Path) -> bytes:
    """Encrypt and authenticate (ChaCha20-Poly1305, RFC 8439), bound to the task."""
    nonce = token_bytes(_NONCE_BYTES)
    plain = document.model_dump_json().encode()
    return nonce + _cipher(folder).encrypt(nonce, plain, task_id.encode())


def unseal(data: bytes, *, task_id: str, folder: Path, expected: str) -> Sealed:
    """Open what was sealed; `expected` is the hash that the ledger has of it. Raises HeldBrokenError."""
    if sha256_hex(data) != expected:
        raise _broken(_("Elle n’est pas celle que le registre a notée."))
    try:
        plain = _cipher(folder).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], task_id.encode())
        return Sealed.model_validate_json(plain)
    except (InvalidTag, ValidationError, ValueError) as error:
        raise _broken(_("Elle a été modifiée, ou la clé releases.key n’est pas la sienne.")) from error


def _cipher(folder: Path) -> ChaCha20Poly1305:
    # A key of its own: the secret also seals sets of persons and keys the noise.
    derived = HKDF(algorithm=SHA256(), length=SECRET_BYTES, salt=None, info=_INFO)
    return ChaCha20Poly1305(derived.derive(read_secret(folder)))


def _broken(why: str) -> HeldBrokenError:
    return HeldBrokenError(
        _("La réponse retenue ne peut pas être ouverte."),
        why=why,
        remedy=_(
            "Elle ne sortira pas : refusez-la (--outcome refused), la question peut être posée à nouveau."
        ),
    )
