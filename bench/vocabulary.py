"""The vocabulary: building a release of the public lists, opening its index, searching as one types."""

import csv
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from bench.measure import Measure, milliseconds
from maillage.warehouse.vocabulary.build import build_release
from maillage.warehouse.vocabulary.release import open_release
from maillage.warehouse.vocabulary.search import SearchIndex, open_index
from maillage.warehouse.vocabulary.search.index import make_index

TERMS = Path(__file__).parent.parent / "tests" / "oracle" / "everyday_terms.csv"


def measure_vocabulary(*, home: Path) -> Sequence[Measure]:
    """Nothing where the package that carries the lists is not installed."""
    if find_spec("edsnlp") is None:
        return []
    with tempfile.TemporaryDirectory(prefix="vocabulary-", dir=home) as name:
        target = Path(name) / "release"
        built = milliseconds(lambda: build_release(["maillage", "edsnlp"], target=target, version="bench"))
        indexed = milliseconds(lambda: make_index(open_release(target)))
        labels = f"{len(open_index(target)):,} labels"
        opened = milliseconds(lambda: open_index(target))
        return [
            Measure("release of the public lists built", built / 1000, "s", "", "CIM-10, ATC, ADICAP"),
            Measure("search index made", indexed / 1000, "s", "", labels),
            Measure("search index opened from its cache", opened, "ms", "", labels),
            *_search(open_index(target)),
        ]


def _search(index: SearchIndex) -> list[Measure]:
    """Every term letter by letter, as a page asks while somebody types."""
    with TERMS.open(encoding="utf-8", newline="") as stream:
        terms = [line["term"] for line in csv.DictReader(stream)]
    typed = [term[:end] for term in terms for end in range(1, len(term) + 1)]
    times = sorted(_own_milliseconds(index, text) for text in typed)
    how = f"{len(typed)} texts: 100 everyday terms, letter by letter; time of the thread itself"
    return [
        Measure("search, median", times[len(times) // 2], "ms", "≤ 20", how),
        Measure("search, 99th percentile", times[len(times) * 99 // 100], "ms", "≤ 20", how),
    ]


def _own_milliseconds(index: SearchIndex, text: str) -> float:
    """The clock on the wall also measures whoever shares the cores: some of these last a millisecond."""
    started = time.thread_time()
    index.search(text)
    return (time.thread_time() - started) * 1000
