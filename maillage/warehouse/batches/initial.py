"""A warehouse that was loaded whole gets its first batch: what it held becomes one, and nothing is lost."""

from pathlib import Path

from maillage.base.clock import utc_now
from maillage.base.ids import new_id
from maillage.warehouse.batches.reserved import INITIAL, WAREHOUSE
from maillage.warehouse.batches.shelf import Batch, Shelf, write_facts
from maillage.warehouse.file import open_file, read_metadata
from maillage.warehouse.layout import WITHHELD_SCHEMA
from maillage.warehouse.schema import TABLES
from maillage.warehouse.schema.persons import LINKED_TABLES

_RELEASE_FACTS = frozenset({"vocabulary_version", "vocabulary_hash"})
"""What a release that was put into the whole had it say of itself (`vocabulary/apply.py`)."""


def keep_initial(warehouse: Path, *, shelf: Shelf) -> Batch:
    """Put the rows of a warehouse on the shelf, those of persons who objected included."""
    batch = Batch(INITIAL, WAREHOUSE, new_id("load"), utc_now())
    with shelf.staging() as staged, open_file(warehouse) as connection:
        for table in TABLES:
            rows = connection.table(f"main.{table}")
            if table in LINKED_TABLES:
                rows = rows.union(connection.table(f"{WITHHELD_SCHEMA}.{table}"))
            if rows.limit(1).fetchall():
                rows.write_parquet(str(staged / f"{table}.parquet"), compression="zstd")
        said = read_metadata(connection)
        if said.keys() >= _RELEASE_FACTS:
            write_facts(staged, {name: said[name] for name in sorted(_RELEASE_FACTS)})
        shelf.keep(staged, batch)
    return batch
