"""Reading the package's own tables."""

import csv
from collections.abc import Sequence
from importlib import resources

Record = dict[str, str]


def read_text(folder: str, name: str) -> str:
    """A data file of this package."""
    return resources.files("maillage.warehouse.synthetic").joinpath(folder, name).read_text(encoding="utf-8")


def read_records(folder: str, name: str) -> Sequence[Record]:
    """The lines of a CSV file by column name."""
    return list(csv.DictReader(read_text(folder, name).splitlines()))
