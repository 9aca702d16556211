"""The shelf: a folder beside the warehouse that holds what each batch brought, as Parquet files by table.

The warehouse says which batches it was built from; a folder that it does not name is what a crash left.
"""

import json
import shutil
import tempfile
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from maillage.base.canon import read_json
from maillage.base.clock import format_instant, parse_instant
from maillage.warehouse.build.writer import sync
from maillage.warehouse.file import open_file, read_metadata

BATCHES_FACT = "batches"
"""Under this name the warehouse's metadata list its batches, oldest first."""

_MAX_LIST_BYTES = 10_000_000
_STAGING = ".staging-"
_DIGEST_SHOWN = 16
_FACTS = "facts.json"


@dataclass(frozen=True)
class Batch:
    """One load. `digest` names what was read, `former` what an earlier load of the same name had read."""

    name: str
    kind: str
    digest: str
    loaded_at: datetime
    former: "Batch | None" = None

    @property
    def folder(self) -> str:
        """The name of its folder on the shelf."""
        return f"{self.name}@{self.digest.rpartition(':')[2][:_DIGEST_SHOWN]}"


def list_batches(warehouse: Path) -> tuple[Batch, ...]:
    """The batches that a warehouse was built from, oldest first; none for one that was loaded whole.

    Raises WarehouseError.
    """
    with open_file(warehouse) as connection:
        return parse_batches(read_metadata(connection).get(BATCHES_FACT, "[]"))


def parse_batches(text: str) -> tuple[Batch, ...]:
    """From what `format_batches` wrote."""
    found: Any = read_json(text, max_bytes=_MAX_LIST_BYTES)
    return tuple(_batch(one) for one in found)


def format_batches(batches: Sequence[Batch]) -> str:
    """A JSON list."""
    return json.dumps([asdict(batch) for batch in batches], default=format_instant, sort_keys=True)


def _batch(facts: dict[str, Any]) -> Batch:
    former = facts["former"]
    return Batch(
        name=facts["name"],
        kind=facts["kind"],
        digest=facts["digest"],
        loaded_at=parse_instant(facts["loaded_at"]),
        former=None if former is None else _batch(former),
    )


def write_facts(folder: Path, facts: Mapping[str, str]) -> None:
    """Have a batch that is being staged say something of the warehouse, such as its vocabulary's version."""
    (folder / _FACTS).write_text(json.dumps(dict(facts)), encoding="utf-8")


class Shelf:
    """The batches' folder of one warehouse. Call it while the warehouse's lock is held."""

    def __init__(self, warehouse: Path) -> None:
        self.folder = warehouse.with_name(f"{warehouse.name}.batches")

    @contextmanager
    def staging(self) -> Generator[Path]:
        """An empty folder for a batch that is being read; what is not kept of it goes away."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        path = Path(tempfile.mkdtemp(prefix=_STAGING, dir=self.folder))
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def keep(self, staged: Path, batch: Batch) -> None:
        """Give a staged folder its name. It counts once a warehouse names it."""
        target = self.folder / batch.folder
        shutil.rmtree(target, ignore_errors=True)
        for path in staged.iterdir():
            sync(path)
        staged.replace(target)
        sync(self.folder)

    def files(self, batch: Batch) -> dict[str, list[Path]]:
        """The Parquet files of a batch by OMOP table; a table may have several, as `table-1.parquet`."""
        found: dict[str, list[Path]] = {}
        for path in sorted((self.folder / batch.folder).glob("*.parquet")):
            found.setdefault(path.stem.partition("-")[0], []).append(path)
        return found

    def facts(self, batches: Iterable[Batch]) -> dict[str, str]:
        """What the batches have the warehouse say of itself, the later one's word before the earlier's."""
        said: dict[str, str] = {}
        for batch in batches:
            path = self.folder / batch.folder / _FACTS
            if path.is_file():
                said |= json.loads(path.read_text(encoding="utf-8"))
        return said

    def sweep(self, kept: Collection[Batch]) -> None:
        """Remove every folder that no batch of the warehouse needs, the leavings of a crash included."""
        names = {one.folder for batch in kept for one in (batch, batch.former) if one is not None}
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if path.name not in names:
                shutil.rmtree(path, ignore_errors=True)
