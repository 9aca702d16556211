"""Ed25519 keys (RFC 8032): a member's identity. The private half is made where it stays."""

import base64
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from maillage.base.errors import Kind, MaillageError
from maillage.base.i18n import _

PREFIX = "ed25519:"


class KeyFormatError(MaillageError):
    """The text or file does not hold an Ed25519 key."""

    kind = Kind.INTEGRITY


@dataclass(frozen=True)
class PublicKey:
    """The half that others know; 32 bytes."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != 32:
            raise KeyFormatError(_("Une clé publique Ed25519 compte 32 octets."))

    @classmethod
    def parse(cls, text: str) -> "PublicKey":
        """Read `ed25519:<base64>`."""
        try:
            if not text.startswith(PREFIX):
                raise ValueError
            return cls(base64.b64decode(text.removeprefix(PREFIX), validate=True))
        except ValueError as error:
            raise KeyFormatError(
                _("Ce texte n’est pas une clé publique."), remedy=_("La forme attendue est « ed25519:… ».")
            ) from error

    @property
    def text(self) -> str:
        """`ed25519:<base64>`, the form people paste."""
        return PREFIX + base64.b64encode(self.raw).decode()

    @property
    def fingerprint(self) -> str:
        """`SHA256:<base64>` of the 32 bytes, short enough to be read over the telephone; also the key id."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.raw).digest()).decode().rstrip("=")

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """Whether this key's owner signed exactly these bytes."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, data)
        except InvalidSignature:
            return False
        return True


class SigningKey:
    """The half that never leaves its machine. It has no textual form, so that no log can print it."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self.private = private
        self.public = PublicKey(private.public_key().public_bytes_raw())

    @classmethod
    def generate(cls) -> "SigningKey":
        """A new key from the system's randomness."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, path: Path) -> "SigningKey":
        """Read a PEM (PKCS #8) file. Raises KeyFormatError when it holds anything else."""
        try:
            private = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError, TypeError) as error:
            raise KeyFormatError(
                _("La clé privée {path} est illisible.").format(path=path),
                remedy=_("Restaurez-la, ou faites-en une nouvelle et enregistrez-la auprès du hub."),
            ) from error
        if not isinstance(private, Ed25519PrivateKey):
            raise KeyFormatError(_("La clé privée {path} n’est pas de type Ed25519.").format(path=path))
        return cls(private)

    def save(self, path: Path) -> None:
        """Write a PEM file that only its owner reads; an existing file is never overwritten."""
        pem = self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)

    def sign(self, data: bytes) -> bytes:
        """The 64-byte signature."""
        return self.private.sign(data)
