"""The name of what was read: the same files again have the same digest, wherever they lie."""

from collections.abc import Iterable
from pathlib import Path

from blake3 import blake3

_BLOCK = 1 << 18
"""Bytes read at once: what was read is still in the processor's cache when it is hashed."""


def digest_files(paths: Iterable[Path], *, reader: str) -> str:
    """`blake3:…` over the names and the bytes of files. `reader` names the program that reads them.

    What a reader makes of the same files may change with its version: a newer one reads them again.
    BLAKE3 costs less than half of SHA-256, which was a twelfth of the work of loading an export.
    """
    whole = blake3(reader.encode())
    for path in sorted(paths):
        whole.update(f"\0{path.name}\0".encode() + _digest(path))
    return f"blake3:{whole.hexdigest()}"


def _digest(path: Path) -> bytes:
    whole = blake3()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            whole.update(block)
    return whole.digest()
