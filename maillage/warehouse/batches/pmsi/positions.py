"""Where each field of a PMSI line lies, read from `positions.csv`; positions count from 1.

Formats: `rum` (summaries of units), `rss` (the same, grouped), `rsa` (anonymous summaries of stays), the
zones that repeat in them, and `ano`, `ano_hosp` (who had which stay). The years 2021 to 2026 use RUM 020 to
023 and RSS 120 to 123, the years 2021 to 2025 RSA 226 to 229. Source: the formats that the ATIH publishes
each year.
"""

import csv
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType

ANY = "*"
NEXT = "next"
"""The field that stands for what follows a zone; its place gives the zone's length."""
ZONES = "zones"
"""The field that stands for the zones that repeat; its place gives the length of what is fixed."""


class Kind(StrEnum):
    """How a field is read."""

    TEXT = "text"
    COUNT = "count"
    """Digits that must be there."""
    NUMBER = "number"
    """Digits, or blank for null; what is neither is -1."""
    DATE = "date"
    """Day, month, year; null where it is no date."""
    REST = "rest"


@dataclass(frozen=True)
class Field:
    """A field's place. `length` is None for what reaches the end of the line."""

    name: str
    start: int
    length: int | None
    kind: Kind

    def read(self, text: str) -> str:
        """SQL for the field's value in a text."""
        part = f"substr({text}, {self.start})" if self.length is None else self._part(text)
        return _READERS[self.kind].format(part=part)

    def _part(self, text: str) -> str:
        return f"substr({text}, {self.start}, {self.length})"


Layout = Mapping[str, Field]
"""The fields of one version of one format, by name."""

_READERS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.TEXT: "trim({part})",
        Kind.REST: "{part}",
        Kind.COUNT: "CASE WHEN regexp_full_match({part}, '[0-9]+') THEN CAST({part} AS INTEGER) END",
        Kind.NUMBER: (
            "CASE WHEN trim({part}) = '' THEN NULL"
            " WHEN regexp_full_match(trim({part}), '[0-9]+') THEN CAST({part} AS INTEGER) ELSE -1 END"
        ),
        Kind.DATE: (
            "CASE WHEN regexp_full_match({part}, '[0-9]{{8}}')"
            " THEN CAST(try_strptime({part}, '%d%m%Y') AS DATE) END"
        ),
    }
)


@cache
def read_layouts() -> Mapping[str, Mapping[str, Layout]]:
    """Every format by name, then by version; a zone has the one version ANY."""
    text = resources.files("maillage.warehouse.batches.pmsi").joinpath("positions.csv")
    found: dict[str, dict[str, dict[str, Field]]] = {}
    for row in csv.DictReader(text.read_text(encoding="utf-8").splitlines()):
        length = int(row["length"]) if row["length"] else None
        field = Field(row["field"], int(row["start"]), length, Kind(row["kind"]))
        for version in row["versions"].split():
            found.setdefault(row["format"], {}).setdefault(version, {})[field.name] = field
    return found


def versions(name: str) -> tuple[str, ...]:
    """The versions of a format that are known."""
    return tuple(read_layouts()[name])


def layouts_of(names: Sequence[str], *, present: Collection[str]) -> Mapping[str, Layout]:
    """By version, the layouts that some lines need; all of them when the lines bear no known version."""
    known = {version: layout for name in names for version, layout in read_layouts()[name].items()}
    return {version: known[version] for version in known if version in present} or known


def zone(name: str) -> Layout:
    """The fields of a zone."""
    return read_layouts()[name][ANY]


def zone_length(name: str, *, version: str = ANY) -> int:
    """How many characters a zone takes in lines of a version, when that is not the same in all."""
    return read_layouts()[name][version][NEXT].start - 1


def read_fields(layout: Layout, *, text: str) -> str:
    """SQL for the columns of a layout, but for the end of a zone."""
    return ", ".join(f"{field.read(text)} AS {field.name}" for field in layout.values() if field.name != NEXT)
