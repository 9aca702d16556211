"""The explanations of the demo's cohorts, word for word: read them before you accept a change.

To write them anew: MAILLAGE_WRITE_GOLDEN=1 pytest tests/unit/test_cohort_explain_golden.py
"""

import os
from pathlib import Path

import pytest

from maillage.base.i18n import in_language
from maillage.cohort import parse_expression
from maillage.cohort.explain import as_text, explain_cohort
from tests.conftest import ROOT

GOLDEN = ROOT / "tests" / "golden" / "explain"
EXAMPLES = sorted((ROOT / "maillage" / "cli" / "examples").glob("*.json"))


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_a_demo_cohort_reads_as_before(example: Path, language: str) -> None:
    with in_language(language):
        text = as_text(explain_cohort(parse_expression(example.read_bytes())))
    golden = GOLDEN / f"{example.stem}.{language}.txt"
    if os.environ.get("MAILLAGE_WRITE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    expected = {f"{path.stem}.{language}.txt" for path in EXAMPLES for language in ("fr", "en")}
    assert {path.name for path in GOLDEN.iterdir()} == expected
