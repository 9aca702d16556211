"""Whether a file was replaced since it was read: by its place on the disk, not by its name."""

from contextlib import suppress
from pathlib import Path

Identity = tuple[int, int, int]


def identify(path: Path) -> Identity | None:
    """What changes when another file comes in place of this one; None where there is none."""
    with suppress(OSError):
        status = path.stat()
        return status.st_dev, status.st_ino, status.st_mtime_ns
    return None
