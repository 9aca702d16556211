"""Every engine over one small warehouse. Each Spark test goes to one process: Spark starts once there."""

from collections.abc import Generator

import pytest

from maillage.warehouse.engines.base import Engine
from tests.support.in_place import ENGINES, opened
from tests.support.omop import people
from tests.support.spark import QUIETLY

SECRET = "M. Dupont, né à Ambert"
PERSONS = {
    "person": [dict(row, person_source_value=SECRET) for row in people(1, 2, 3, 4)],
    "condition_occurrence": [
        {
            "condition_occurrence_id": 10 + one,
            "person_id": one,
            "condition_concept_id": 7,
            "condition_start_date": f"2020-01-0{one}",
        }
        for one in (1, 2, 3, 4)
    ],
    "note": [{"note_id": one, "person_id": one, "note_text": SECRET} for one in (1, 4)],
    "note_nlp": [{"note_nlp_id": one, "note_id": one} for one in (1, 4)],
    "vocabulary": [{"vocabulary_id": "None", "vocabulary_version": "v5.0 22-JUN-22"}],
}
OBJECTED = 4


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(kind, marks=[pytest.mark.xdist_group(f"conformance-{kind}"), QUIETLY])
        for kind in ENGINES
    ],
)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[Engine]:
    """Four persons, of whom one objected."""
    with opened(request.param, tmp_path_factory.mktemp("conformance"), PERSONS, OBJECTED) as found:
        yield found
