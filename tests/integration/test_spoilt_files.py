"""A share of what `make fuzz-loads` spoils: each ends in a report or in an error that names the place."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.extract import suggest, write_extract
from tests.support.spoil.__main__ import prepare
from tests.support.spoil.campaign import draw_cases, load_case, stage_case
from tests.support.spoil.sound import Kind, every_kind

STAGED, LOADED, SEED = 84, 4, 2026


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Kind]:
    folder = tmp_path_factory.mktemp("sound")
    mapping = suggest(write_extract(folder / "extract"), to=folder / "m.yaml").read_bytes()
    return every_kind(folder, mapping=mapping)


def test_what_is_spoilt_is_told_or_taken_whole(tmp_path: Path, kinds: Sequence[Kind]) -> None:
    outcomes = [stage_case(case, tmp_path / "work") for case in draw_cases(kinds, count=STAGED, seed=SEED)]
    assert [f"{one.case}: {one.broken}" for one in outcomes if one.broken] == []
    refused = Counter(one.case.kind.name for one in outcomes if one.error is not None)
    assert all(refused[kind.name] >= 8 for kind in kinds), refused


def test_a_whole_load_of_spoilt_files_leaves_a_whole_warehouse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "10000")
    kinds = prepare(tmp_path)
    cases = draw_cases(kinds, count=LOADED, seed=SEED)
    outcomes = [load_case(case, tmp_path / "work", warehouse=tmp_path / "w.duckdb") for case in cases]
    assert [f"{one.case}: {one.broken}" for one in outcomes if one.broken] == []


def test_a_case_is_the_same_for_the_same_seed(kinds: Sequence[Kind]) -> None:
    first, again = ([*draw_cases(kinds, count=30, seed=SEED)] for _ in range(2))
    assert first == again
    assert first != [*draw_cases(kinds, count=30, seed=SEED + 1)]
