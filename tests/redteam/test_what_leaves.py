"""What leaves is what the analysis declares; and no analysis leaves its gate out (S3, S4)."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from maillage.analysis.registry import (
    find_spec,
    list_analyses,
    load_coordinate,
    load_local,
    read_parameters,
)
from maillage.analysis.rounds import run_in_process
from maillage.cohort import parse_expression
from maillage.disclosure.rules import DisclosureRules
from maillage.warehouse.engines.base import Engine
from tests.support.models import (
    AGE,
    COHORT,
    DIABETIC,
    RELAPSED,
    SEX,
    Hospitals,
    draw_people,
    split_hospitals,
)

REGRESS: dict[str, Any] = {
    "family": "binomial",
    "outcome": RELAPSED,
    "covariates": [AGE, SEX, DIABETIC],
    "errors": "hc0",
}
COX: dict[str, Any] = {"event": RELAPSED, "until": 1500, "split": SEX, "covariates": [AGE, DIABETIC]}
PARAMETERS: Mapping[str, dict[str, Any]] = {"regress": REGRESS, "survival": COX}
"""By analysis that needs some: parameters that it answers."""

PEOPLE = 800


@pytest.fixture(scope="module")
def hospitals(tmp_path_factory: pytest.TempPathFactory) -> Hospitals:
    return split_hospitals(draw_people(PEOPLE), shares=(1, 1), folder=tmp_path_factory.mktemp("leaves"))


class AskedError(Exception):
    """The gate was asked."""


class ClosedGate:
    """A gate at which everything stops: whoever comes through never came here."""

    rules = DisclosureRules()

    def __getattr__(self, name: str) -> Any:
        raise AskedError(name)


@pytest.mark.parametrize("analysis", list_analyses())
def test_no_analysis_leaves_its_gate_out(analysis: str, hospitals: Hospitals) -> None:
    engine: Engine = hospitals.engines["h00"]
    parameters = read_parameters(
        find_spec(analysis), PARAMETERS.get(analysis, dict(find_spec(analysis).example))
    )
    gate: Any = ClosedGate()
    with pytest.raises(AskedError):
        load_local(analysis)(cohort=parse_expression(COHORT), parameters=parameters, engine=engine, gate=gate)


def record(analysis: str, parameters: Mapping[str, Any], hospitals: Hospitals) -> list[tuple[int, bytes]]:
    """Every document that leaves a hospital, as bytes, with its round."""
    spec, told = find_spec(analysis), list[tuple[int, bytes]]()
    assert spec.rounds is not None
    run_in_process(
        load_coordinate(analysis),
        read_parameters(spec, parameters),
        hospitals.open(analysis, parameters, floor=11),
        read_round=spec.rounds.parameters.model_validate,
        floor=11,
        watch=lambda number, _site, document: told.append((number, json.dumps(document).encode())),
    )
    return told


def numbers(value: object) -> Iterator[float]:
    match value:
        case bool() | str() | None:
            return
        case int() | float():
            yield value
        case Mapping():
            for inner in value.values():  # pyright: ignore[reportUnknownVariableType]
                yield from numbers(inner)  # pyright: ignore[reportUnknownArgumentType]
        case _:
            for inner in value:  # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType]
                yield from numbers(inner)  # pyright: ignore[reportUnknownArgumentType]


@pytest.mark.parametrize("analysis", ["regress", "survival"])
def test_every_byte_is_declared(analysis: str, hospitals: Hospitals) -> None:
    spec = find_spec(analysis)
    assert spec.rounds is not None
    told = record(analysis, PARAMETERS[analysis], hospitals)
    assert len(told) >= 2 * 4
    for number, data in told:
        model = spec.content if number == 0 else spec.rounds.content
        document = json.loads(data)
        assert json.loads(model.model_validate(document).model_dump_json()) == document


def test_a_round_of_a_model_is_a_triangle_a_vector_and_a_number(hospitals: Hospitals) -> None:
    size = 4
    triangle = size * (size + 1) // 2
    told = [
        (number, list(numbers(json.loads(data)))) for number, data in record("regress", REGRESS, hospitals)
    ]
    last = max(number for number, _found in told)
    for number, found in told:
        if number == 0:
            # Persons, two levels, four totals, outcome, exposure, the saturated likelihood.
            assert len(found) == 1 + 2 + size + 3
        else:
            meat = triangle if number == last else 0
            assert len(found) == triangle + size + 1 + meat


def test_a_round_of_a_cox_model_tells_no_time(hospitals: Hospitals) -> None:
    for number, data in record("survival", COX, hospitals):
        if number:
            document = json.loads(data)
            assert document["strata"] == []
            assert len(list(numbers(document))) == 3 + 2 + 1


def test_no_text_of_a_patient_is_among_them(hospitals: Hospitals) -> None:
    """The only texts are the names that the question declared, and the codes of cells."""
    known = {"sex[male]", "diabetes", "female", "male", "all", "below_floor"}

    def texts(value: object) -> Iterator[str]:
        match value:
            case str():
                yield value
            case Mapping():
                for inner in value.values():  # pyright: ignore[reportUnknownVariableType]
                    yield from texts(inner)  # pyright: ignore[reportUnknownArgumentType]
            case list():
                for inner in value:  # pyright: ignore[reportUnknownVariableType]
                    yield from texts(inner)  # pyright: ignore[reportUnknownArgumentType]
            case _:
                return

    for analysis, parameters in PARAMETERS.items():
        for _number, data in record(analysis, parameters, hospitals):
            assert set(texts(json.loads(data))) <= known
