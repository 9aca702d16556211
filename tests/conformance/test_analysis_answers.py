"""What each analysis sends of one synthetic hospital: PostgreSQL and Spark say the same as DuckDB."""

from collections.abc import Generator
from typing import Any

import pytest

from maillage.analysis.registry import find_spec, list_analyses, load_local, read_parameters
from maillage.cohort import parse_expression
from maillage.disclosure import DisclosureRules
from maillage.disclosure.gates import ExactGate
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.engines.open import open_engine
from maillage.warehouse.place import FilePlace
from maillage.warehouse.synthetic import synthesize
from tests.support.cohorts import COHORT
from tests.support.in_place import make_place
from tests.support.spark import QUIETLY

PATIENTS = 1_500


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("postgres", marks=[pytest.mark.xdist_group("conformance-postgres"), QUIETLY]),
        pytest.param(
            "spark", marks=[pytest.mark.xdist_group("conformance-spark"), QUIETLY, pytest.mark.long]
        ),
    ],
)
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Generator[tuple[Engine, Engine]]:
    """One synthetic hospital on DuckDB, and on the engine in question."""
    folder = tmp_path_factory.mktemp("analyses")
    warehouse = folder / "hospital.duckdb"
    synthesize("hcl", patients=PATIENTS, target=warehouse)
    engines = [
        open_engine(place)
        for place in (FilePlace(path=warehouse, threads=1), make_place(request.param, folder, warehouse))
    ]
    yield engines[0], engines[1]
    for engine in engines:
        engine.close()


# Those of rounds are answered from the matrix of test_feature_matrices.py.
@pytest.mark.parametrize(
    "name", [name for name in list_analyses() if name != "count" and find_spec(name).rounds is None]
)
def test_an_analysis_is_answered_alike(both: tuple[Engine, Engine], name: str) -> None:
    expected, found = (answer(name, engine=engine) for engine in both)
    for one, other in zip(take_tables(expected), take_tables(found), strict=True):
        assert [row["key"] for row in one["rows"]] == [row["key"] for row in other["rows"]]
        for row, same in zip(one["rows"], other["rows"], strict=True):
            assert row["persons"] == same["persons"]
            # Sums of decimals are added in another order.
            assert row["amounts"] == pytest.approx(same["amounts"], rel=1e-12)
    assert found == expected


def take_tables(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The tables, taken out of the content or of each of its parts."""
    parts = [part["content"] for part in content.get("parts", ())] or [content]
    return [table for part in parts for table in part.pop("tables", ())]


def answer(name: str, *, engine: Engine) -> dict[str, Any]:
    spec = find_spec(name)
    local = load_local(name)(
        cohort=parse_expression(COHORT),
        parameters=read_parameters(spec, dict(spec.example)),
        engine=engine,
        gate=ExactGate(DisclosureRules(floor=5, network_floor=5)),
    )
    return local.content.model_dump(mode="json")
