"""Lines that could not be read: which ones, and why; never what they hold."""

import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from maillage.warehouse.batches.fhir.report import Reject
from maillage.warehouse.batches.fhir.session import MAX_LINE_BYTES, in_order, path_list, read_lines, work


def find_rejects(connection: duckdb.DuckDBPyConnection, path: Path) -> Iterator[Reject]:
    """The lines of a file that are no resource, by number, and why."""
    rows = read_lines([path], {"resourceType": "VARCHAR"})
    with in_order(connection):
        found = connection.execute(work("find_unreadable", lines=rows)).fetchall()
    return _explain(path, {place for (place,) in found})


def find_long_line(paths: Sequence[Path]) -> Reject | None:
    """The first line that is longer than what the engine reads."""
    for path in paths:
        for number, line in _lines(path):
            if len(line) >= MAX_LINE_BYTES:
                return Reject(path.name, number, "too-long")
    return None


def holds_no_fhir(connection: duckdb.DuckDBPyConnection, path: Path) -> bool:
    """Whether a file is sound NDJSON of something else, such as an exporter's log."""
    objects = f"read_ndjson_objects({path_list([path])}, ignore_errors = true)"
    total, sound = connection.execute(work("count_objects", objects=objects)).fetchall()[0]
    return total == sound


def _explain(path: Path, places: set[int]) -> Iterator[Reject]:
    # The engine numbers lines that are not blank.
    place = 0
    for number, line in _lines(path):
        place += bool(line.strip())
        if place in places and line.strip():
            places.discard(place)
            yield Reject(path.name, number, _reason(line))
        if not places:
            return


def _reason(line: bytes) -> str:
    try:
        found = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        return "not-utf-8"
    except (ValueError, RecursionError):
        return "not-json-or-cut"
    if not isinstance(found, dict):
        return "no-object"
    if "resourceType" not in found:
        return "no-type"
    return "not-strict-json"


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Lines with their numbers, each cut at the longest that counts."""
    opener = gzip.open if path.name.lower().endswith(".gz") else open
    number, rest = 1, False
    with opener(path, "rb") as stream:
        while line := stream.readline(MAX_LINE_BYTES):
            if not rest:
                yield number, line
            rest = not line.endswith(b"\n")
            number += not rest
