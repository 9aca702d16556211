"""Numbers and seeds of a masked sum, encrypted in the store as long as the session lasts.

SQLite leaves erased bytes in its file and its log for a while; there they are unreadable without the key.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes
from typing import Any

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from maillage.base.canon import canonical_bytes
from maillage.base.i18n import _
from maillage.disclosure.masking import Numbers, Secrets
from maillage.disclosure.summands import Summands
from maillage.disclosure.values import cell_to_json
from maillage.exchange.evidence import Gated
from maillage.node.errors import StoreBrokenError
from maillage.node.worker.releases import read_secret

_NONCE_BYTES = 12


@dataclass(frozen=True)
class Part:
    """What this hospital adds to one sum, the seeds of its masks, and what the numbers went through.

    `gated` is None of a session that an older version began.
    """

    numbers: Numbers
    secrets: Secrets
    gated: Gated | None = None


def draw_part(numbers: Numbers, *, gated: Gated | None = None) -> Part:
    """The numbers with new seeds."""
    return Part(numbers, Secrets(token_bytes(32), token_bytes(32)), gated)


class Seal:
    """Keys made of the site's secret, for what masked sums keep."""

    def __init__(self, folder: Path) -> None:
        secret = read_secret(folder)
        self._cipher = ChaCha20Poly1305(_derive(secret, purpose=b"maillage masked sums"))
        self._mac_key = _derive(secret, purpose=b"maillage masked sums, same numbers")

    def close(self, part: Part, *, session: str) -> bytes:
        """The part, encrypted for that session alone."""
        document = {
            "numbers": part.numbers.tobytes().hex(),
            "private": part.secrets.private.hex(),
            "own": part.secrets.own.hex(),
            "gated": part.gated.model_dump(mode="json") if part.gated else None,
        }
        return self._encrypt(document, purpose=session)

    def open(self, sealed: bytes, *, session: str) -> Part:
        """The reverse. Raises StoreBrokenError when key and bytes do not fit."""
        found = self._decrypt(sealed, purpose=session)
        numbers = np.frombuffer(bytes.fromhex(found["numbers"]), dtype="<u8")
        gated = Gated.model_validate_json(json.dumps(kept)) if (kept := found.get("gated")) else None
        return Part(numbers, Secrets(bytes.fromhex(found["private"]), bytes.fromhex(found["own"])), gated)

    def close_sketch(self, sketch: Sequence[int], *, session: str) -> bytes | None:
        """The sketch of a sum's persons, encrypted; None where there is none."""
        return self._encrypt(list(sketch), purpose=_of_sketch(session)) if sketch else None

    def open_sketch(self, sealed: bytes | None, *, session: str) -> Sequence[int]:
        """The reverse, empty for None. Raises StoreBrokenError as `open`."""
        return () if sealed is None else self._decrypt(sealed, purpose=_of_sketch(session))

    def _encrypt(self, document: object, *, purpose: str) -> bytes:
        nonce = token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, json.dumps(document).encode(), purpose.encode())

    def _decrypt(self, sealed: bytes, *, purpose: str) -> Any:
        try:
            plain = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose.encode())
        except InvalidTag as error:
            raise StoreBrokenError(
                _("Les nombres d’une somme masquée ne peuvent pas être relus."),
                remedy=_("Restaurez releases.key et node.sqlite d’une même sauvegarde."),
            ) from error
        return json.loads(plain)

    def fingerprint(self, summands: Summands) -> str:
        """The same for the same cells and amounts, and nothing without the key."""
        cells = [cell_to_json(cell) for cell in summands.cells]
        # Without amounts it is what versions before them kept.
        told = canonical_bytes([cells, list(summands.amounts)] if summands.amounts else cells)
        return hmac.new(self._mac_key, told, hashlib.sha256).hexdigest()


def _of_sketch(session: str) -> str:
    # What is encrypted for one use does not open as the other.
    return f"{session} sketch"


def _derive(secret: bytes, *, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret)
