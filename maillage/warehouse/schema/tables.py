"""The 39 tables of the OMOP Common Data Model 5.4, read from `cdm54.csv`.

Source: the official definition of the OHDSI CommonDataModel project (names in lower case, official order).
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from itertools import groupby
from types import MappingProxyType

CDM_VERSION = "5.4"


class CdmType(StrEnum):
    """The model's types; an `integer` is stored on 64 bits, for hospitals' ids need them."""

    INTEGER = "integer"
    FLOAT = "float"
    DATE = "date"
    DATETIME = "datetime"
    VARCHAR = "varchar"


@dataclass(frozen=True)
class Column:
    """One column. `length` is the official width of a text, None where it has no limit."""

    name: str
    type: CdmType
    required: bool
    length: int | None = None


@dataclass(frozen=True)
class Table:
    """One table with its columns in the official order."""

    name: str
    columns: tuple[Column, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in the official order."""
        return tuple(column.name for column in self.columns)


def _read_column(row: Mapping[str, str]) -> Column:
    kind, length = re.fullmatch(r"(\w+)(?:\((\w+)\))?", row["type"]).groups()  # pyright: ignore[reportOptionalMemberAccess]
    return Column(
        name=row["column"],
        type=CdmType(kind),
        required=row["required"] == "yes",
        length=int(length) if length and length.isdigit() else None,
    )


def _read_tables() -> Mapping[str, Table]:
    text = resources.files("maillage.warehouse.schema").joinpath("cdm54.csv").read_text(encoding="utf-8")
    grouped = groupby(csv.DictReader(text.splitlines()), key=lambda row: row["table"])
    return MappingProxyType(
        {name: Table(name=name, columns=tuple(map(_read_column, rows))) for name, rows in grouped}
    )


TABLES: Mapping[str, Table] = _read_tables()
