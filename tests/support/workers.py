"""Workers for tests: the first line that starts one, on a small warehouse."""

from pathlib import Path

from maillage.node.worker.messages import Bench
from maillage.warehouse.place import FilePlace

ANY_PERMIT = "sha256:" + "cd" * 32


def make_bench(warehouse: Path, *, memory: str = "1GB") -> Bench:
    """One thread; what is released is kept beside the warehouse."""
    place = FilePlace(path=warehouse, memory_limit=memory, threads=1)
    return Bench(place=place, folder=warehouse.parent)
