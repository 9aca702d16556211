"""The signed head of the ledger, in a file beside the store: a tail cut off the ledger shows against it."""

import os
import threading
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from maillage.base.canon import canonical_bytes
from maillage.base.i18n import _
from maillage.base.keys import PublicKey, SigningKey
from maillage.exchange.message import Hash, Message
from maillage.node.errors import LedgerBrokenError
from maillage.node.ledger import Head


class SignedHead(Message):
    """The file: which ledger, how long it was, its last hash; hexadecimal Ed25519 signature of the rest."""

    site: str
    sequence: Annotated[int, Field(ge=0)]
    hash: Hash
    signature: str


def write_head(path: Path, *, head: Head, site: str, key: SigningKey) -> None:
    """Replace the file. It is not flushed: after a power cut it may be some lines behind, never ahead."""
    signature = key.sign(_signed_bytes(site=site, head=head)).hex()
    document = SignedHead(site=site, sequence=head.sequence, hash=head.hash, signature=signature)
    # The agent's loops and a person's command may write at once: each has a draft of its own.
    draft = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}.tmp")
    draft.write_bytes(document.to_bytes() + b"\n")
    draft.replace(path)


def read_signed_head(path: Path, *, site: str, key: PublicKey) -> Head:
    """The head that this node signed. Raises LedgerBrokenError when the file is absent or not its own."""
    try:
        document = SignedHead.model_validate_json(path.read_bytes())
        signature = bytes.fromhex(document.signature)
    except (OSError, ValidationError, ValueError) as error:
        raise LedgerBrokenError(
            _("La tête signée du registre, {path}, est illisible.").format(path=path)
        ) from error
    head = Head(document.sequence, document.hash)
    if document.site != site or not key.verifies(signature, _signed_bytes(site=site, head=head)):
        raise LedgerBrokenError(_("La signature de {path} n’est pas valable.").format(path=path))
    return head


def _signed_bytes(*, site: str, head: Head) -> bytes:
    return canonical_bytes(
        {"purpose": "ledger-head", "site": site, "sequence": head.sequence, "hash": head.hash}
    )
