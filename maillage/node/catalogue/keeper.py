"""What the catalogue told before, sealed in the worker's file of releases: tomorrow's bands depend on it."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from maillage.base.statements import load_statements
from maillage.disclosure.catalogue import NOTHING, Told, assign, find_years, list_edges
from maillage.node.catalogue.count import Counted
from maillage.node.worker.opening import open_releases
from maillage.node.worker.releases import Releases

_SCOPE = "catalogue"
_SCALE = 2**64


def tell(counted: Counted, *, floor: int, folder: Path) -> dict[int, list[int]]:
    """The concepts of each band, by the band's least number of patients; remembered for the next day.

    What is told is on disk here before it is given back. Raises ReleasesBrokenError.
    """
    with closing(open_releases(folder)) as releases:
        told = assign(
            counted.persons,
            below=counted.below,
            floor=floor,
            blur=lambda concept: _blur(concept, secret=releases.secret),
            former=_read(releases, floor=floor),
        )
        _keep(releases, told, floor=floor)
    bands: dict[int, list[int]] = {}
    edges = list_edges(floor)
    for concept in sorted(told):
        if told[concept].band != NOTHING:
            bands.setdefault(edges[told[concept].band - 1], []).append(concept)
    return bands


def tell_years(persons: Mapping[int, int], *, floor: int, folder: Path) -> tuple[int, int] | None:
    """The first and the last year that may be told. Raises ReleasesBrokenError."""
    with closing(open_releases(folder)) as releases:
        secret = releases.secret
    return find_years(persons, floor=floor, blur=lambda year: _blur(year, secret=secret, of=b"years"))


def _blur(number: int, *, secret: bytes, of: bytes = b"catalogue") -> float:
    """A concept's or a year's place in the blur of edges: the site's secret, hence its own, and lasting."""
    drawn = hashlib.blake2b(number.to_bytes(8, "big"), digest_size=8, key=secret, person=of)
    return int.from_bytes(drawn.digest(), "big") / _SCALE


def _read(releases: Releases, *, floor: int) -> Mapping[int, Told]:
    """By another floor nothing was told: its bands are others."""
    row = releases.connection.execute(_statements()["told"]).fetchone()
    if row is None:
        return {}
    document = json.loads(releases.unseal(row[0], scope=_SCOPE))
    if document["floor"] != floor:
        return {}
    return {concept: Told(band, persons) for concept, band, persons in document["told"]}


def _keep(releases: Releases, told: Mapping[int, Told], *, floor: int) -> None:
    rows = [[concept, one.band, one.persons] for concept, one in sorted(told.items())]
    sealed = releases.seal(json.dumps({"floor": floor, "told": rows}).encode(), scope=_SCOPE)
    with releases.connection:
        releases.connection.execute(_statements()["tell"], {"sealed": sealed})


def _statements() -> Mapping[str, str]:
    return load_statements("maillage.node", "sql/told.sql")
