"""Secrets that the hub must read again, such as those of generators of codes: sealed by the hub's own secret.

A copy of the database alone opens none of them. ChaCha20-Poly1305; the key comes from `hub.secret` by HKDF
(RFC 5869), the owner's id is bound to the text so that rows cannot be exchanged.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from maillage.hub.access.errors import EntryError

_NONCE = 12


def seal(text: str, *, owner: str) -> bytes:
    """The sealed text, its nonce first."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + ChaCha20Poly1305(derive("seal")).encrypt(nonce, text.encode(), owner.encode())


def unseal(data: bytes, *, owner: str) -> str:
    """The text. Raises EntryError when the hub's secret is another one, or the row was edited."""
    found = bytes(data)
    try:
        return (
            ChaCha20Poly1305(derive("seal")).decrypt(found[:_NONCE], found[_NONCE:], owner.encode()).decode()
        )
    except InvalidTag as error:
        raise EntryError from error


def derive(purpose: str, *, salt: bytes = b"", length: int = 32) -> bytes:
    """Bytes that only this hub can make, for one purpose."""
    secret = settings.SECRET_KEY.encode()
    return HKDF(SHA256(), length, salt or None, f"maillage hub {purpose}".encode()).derive(secret)
