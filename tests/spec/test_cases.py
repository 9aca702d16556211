"""Every case, on every kind of engine."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest

from maillage.cohort import parse_expression
from maillage.cohort.compile.cohort import ROW_COLUMNS
from tests.spec.case import Case, Scene, load_scene
from tests.spec.chapters import CHAPTERS
from tests.spec.text_tables import read_table
from tests.support.engines import KINDS, CohortRow, EventMask


def questions() -> Iterator[Any]:
    """Each case with each kind of engine; the cases of one scene follow each other, and share rows."""
    for chapter in CHAPTERS:
        for scene in chapter.scenes:
            for case in scene.cases:
                yield from (pytest.param(scene, case, kind, id=f"{kind}-{case.slug}") for kind in KINDS)


@pytest.mark.parametrize(("scene", "case", "kind"), [*questions()])
def test_the_rows_are_those_of_the_case(scene: Scene, case: Case, kind: str) -> None:
    found = KINDS[kind](parse_expression(case.expression), tables=load_scene(scene))
    assert shown(found.rows, case.rows.columns) == sorted(case.rows.rows)
    if case.events and found.masks is not None:
        assert sorted(map(event, found.masks)) == sorted(read_table(case.events).rows)


def shown(rows: Sequence[CohortRow], columns: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The columns that the case shows, as it writes them."""
    ranks = [ROW_COLUMNS.index(name) for name in columns]
    return sorted(tuple(cell(row[rank]) for rank in ranks) for row in rows)


def cell(value: int | date) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def event(found: EventMask) -> tuple[str, str, str]:
    """An event, and the numbers of the rules that hold, from 1."""
    person, start, mask = found
    rules = [str(rank + 1) for rank in range(mask.bit_length()) if mask >> rank & 1]
    return str(person), start.isoformat(), " et ".join(rules) or "aucun"
