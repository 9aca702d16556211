"""What types of resources each file holds: guessed from its head, counted where the guess may be wrong."""

import gzip
import re
import zlib
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from maillage.warehouse.batches.fhir.mappings import MAPPINGS
from maillage.warehouse.batches.fhir.session import read_lines, work

_HEAD_BYTES = 64 * 1024
_TYPE = re.compile(rb'"resourceType"\s*:\s*"([A-Za-z]{1,60})"')
_TYPE_NAME = re.compile(r"[A-Za-z]{1,60}")
UNNAMED = "?"
"""Stands for what is no name of a type."""


@dataclass
class Census:
    """Files by the types that they hold, and what was counted by file."""

    wanted: dict[str, set[Path]] = field(default_factory=lambda: defaultdict(set))
    unmapped: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    unreadable: dict[Path, int] = field(default_factory=dict[Path, int])
    counted: set[Path] = field(default_factory=set[Path])
    empty: set[Path] = field(default_factory=set[Path])
    """Files without one resource."""


def guess_types(connection: duckdb.DuckDBPyConnection, paths: Collection[Path]) -> Census:
    """Files of one type by that type; the others are counted."""
    census, doubtful = Census(), list[Path]()
    for path in paths:
        heads = {name.decode() for name in _TYPE.findall(_head(path))}
        if len(heads) == 1 and heads <= MAPPINGS.keys():
            census.wanted[heads.pop()].add(path)
        else:
            doubtful.append(path)
    count_types(connection, doubtful, census=census)
    return census


def count_types(connection: duckdb.DuckDBPyConnection, paths: Collection[Path], *, census: Census) -> None:
    """Read the types of every line of files: exact, and a reading more."""
    if not paths:
        return
    for files in census.wanted.values():
        files.difference_update(paths)
    lines = read_lines(paths, {"resourceType": "VARCHAR"}, more=", filename = true")
    found = connection.execute(work("count_types", lines=lines)).fetchall()
    for name, resource, count in found:
        _record(census, Path(name), resource, count)
    census.counted.update(paths)
    typed = {Path(name) for name, resource, _count in found if resource is not None}
    census.empty.update(set(paths) - typed)


def _record(census: Census, path: Path, resource: str | None, count: int) -> None:
    if resource is None:
        census.unreadable[path] = count
    elif resource in MAPPINGS:
        census.wanted[resource].add(path)
    else:
        # Where a name should be, a broken file may hold anything, and the name is shown.
        census.unmapped[resource if _TYPE_NAME.fullmatch(resource) else UNNAMED] += count


def _head(path: Path) -> bytes:
    opener = gzip.open if path.name.lower().endswith(".gz") else open
    try:
        with opener(path, "rb") as stream:
            return stream.read(_HEAD_BYTES)
    except (OSError, EOFError, zlib.error):
        return b""


def types_in_order(wanted: Mapping[str, Collection[Path]]) -> list[str]:
    """Types that have files, in the order in which they must be read."""
    return [resource for resource in MAPPINGS if wanted.get(resource)]
