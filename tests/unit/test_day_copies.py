"""The day copies of a file say what its tables say."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from maillage.warehouse.build import days
from maillage.warehouse.build.omop import load_omop
from maillage.warehouse.file import open_file
from tests.support.omop import people, write_folder

CONCEPTS = 150
"""Three bands."""


def measured(person: int, *, concept: int, date: str) -> dict[str, object]:
    return {"person_id": person, "measurement_concept_id": concept, "measurement_date": date}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Persons with many concepts a day, each several times, in no order."""
    rng = np.random.default_rng(7)
    drawn = zip(*(rng.integers(1, most, 3000).tolist() for most in (9, CONCEPTS + 1, 6)), strict=True)
    rows = [measured(person, concept=concept, date=f"2020-01-0{day}") for person, concept, day in drawn]
    rows += [measured(3, concept=0, date="2020-01-02"), measured(3, concept=1, date="0987-03-05")]
    return write_folder(
        tmp_path_factory.mktemp("days") / "omop",
        {
            "person": people(*range(1, 9)),
            "measurement": [{"measurement_id": place, **row} for place, row in enumerate(rows)],
        },
    )


@pytest.mark.parametrize("rows_a_piece", [10**6, 500])
def test_a_day_copy_says_who_had_what_on_which_day(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_a_piece: int
) -> None:
    monkeypatch.setattr(days, "_ROWS_A_PIECE", rows_a_piece)
    load_omop(folder, target=tmp_path / "w.duckdb")
    with open_file(tmp_path / "w.duckdb") as connection:
        bits = "band = c.band AND mask & (1::BIGINT << c.bit) <> 0"
        told = connection.sql(
            f"FROM measurement_by_day AS d JOIN measurement_day_concepts AS c ON d.{bits}"
            " SELECT DISTINCT person_id, start_date, concept_id"
        )
        rows = connection.sql(
            "FROM measurement SELECT DISTINCT person_id, measurement_date, measurement_concept_id"
        )
        assert sorted(told.fetchall()) == sorted(rows.fetchall())
        assert (3, date(987, 3, 5), 1) in told.fetchall()
        ((copied, bands),) = connection.sql(
            "FROM measurement_by_day SELECT count(*), count(DISTINCT band)"
        ).fetchall()
        assert bands == 3
        # Eight persons, five days, three bands: what lies together is one row.
        assert copied <= 8 * 5 * 3 + 2
