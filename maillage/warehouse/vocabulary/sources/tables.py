"""The small tables of facts that this room ships."""

import csv
from collections.abc import Sequence
from importlib import resources

Record = dict[str, str]


def read_table(name: str) -> Sequence[Record]:
    """The records of a CSV file of `maillage/warehouse/vocabulary/tables`."""
    file = resources.files("maillage.warehouse.vocabulary").joinpath("tables", name)
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
