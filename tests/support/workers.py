"""Workers for tests: the first line that starts one, on a small warehouse."""

from pathlib import Path

from maillage.node.store import create_store
from maillage.node.worker.messages import Bench
from maillage.warehouse.place import FilePlace

ANY_PERMIT = "sha256:" + "cd" * 32


def make_bench(warehouse: Path, *, memory: str = "1GB") -> Bench:
    """One thread; the node's store, with nobody who objected, lies beside the warehouse."""
    if not (warehouse.parent / "node.sqlite").exists():
        create_store(warehouse.parent / "node.sqlite")
    place = FilePlace(path=warehouse, memory_limit=memory, threads=1)
    return Bench(place=place, folder=warehouse.parent)
