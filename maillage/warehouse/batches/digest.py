"""The name of what was read: the same files again have the same digest, wherever they lie."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def digest_files(paths: Iterable[Path], *, reader: str) -> str:
    """`sha256:…` over the names and the bytes of files. `reader` names the program that reads them.

    What a reader makes of the same files may change with its version: a newer one reads them again.
    """
    whole = hashlib.sha256(reader.encode())
    for path in sorted(paths):
        with path.open("rb") as stream:
            whole.update(f"\0{path.name}\0".encode() + hashlib.file_digest(stream, "sha256").digest())
    return f"sha256:{whole.hexdigest()}"
