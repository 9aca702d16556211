"""What a person reads of a result: nothing approximate looks exact, nothing masked looks like zero."""

from typing import Any

import pytest

from maillage.client.results import CountResult, read_result

CELLS: dict[str, dict[str, Any] | None] = {
    "exact": {"count": 1200},
    "noisy": {"noisy": 1200, "deviation": 5},
    "band": {"band": [20, 29]},
    "masked": {"suppressed": "below_floor"},
    "awaited": None,
}


@pytest.fixture
def result() -> CountResult:
    site = {"status": "answered", "sentence": "", "engine_ms": None}
    combined = {"persons": CELLS["noisy"], "contributing": [], "left_out": []}
    combined |= {"repeated": [], "steps": [], "years": []}
    document = {"id": "q", "title": "", "status": "complete", "combined": combined, "elapsed_ms": 1.0}
    sites = [site | {"id": kind, "name": kind, "persons": cell} for kind, cell in CELLS.items()]
    return read_result(document | {"sites": sites})


def test_each_kind_of_cell_has_its_own_words(result: CountResult) -> None:
    # Thousands are parted by a narrow no-break space, as in French print.
    words = [line.split("  ")[-1].strip().replace("\u202f", " ") for line in str(result).splitlines()[1:]]
    assert words == ["1 200", "≈ 1 200 (± 5)", "20–29", "masqué", "…", "≈ 1 200 (± 5)"]


def test_only_exact_counts_are_numbers_of_a_data_frame(result: CountResult) -> None:
    frame = result.to_pandas().set_index("id")
    assert frame["persons"].dropna().to_dict() == {"exact": 1200}
    assert set(frame["approximate"].dropna().index) == {"noisy", "band"}
    assert frame["suppressed"].dropna().to_dict() == {"masked": "below_floor"}
