"""Every public definition can be written in Python, and that Python builds it again."""

from pathlib import Path
from typing import Any

from maillage.cohort import parse_expression, to_circe
from maillage.cohort.dsl import to_python


def test_the_source_of_every_phenotype_and_feature_builds_it(shared_data: Path) -> None:
    paths = sorted((shared_data / "cohorts").glob("*/*.json"))
    assert len(paths) == 367 + 82
    assert [path.name for path in paths if not comes_back(path)] == []


def comes_back(path: Path) -> bool:
    expression = parse_expression(path.read_bytes())
    namespace: dict[str, Any] = {}
    exec(compile(to_python(expression), path.name, "exec"), namespace)  # noqa: S102 - our own source
    built = namespace["cohort"].build()
    return built == expression and parse_expression(to_circe(built)) == expression
