"""Every public definition is explained and drawn in both languages, whole."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from maillage.base.i18n import in_language
from maillage.cohort import parse_expression
from maillage.cohort.explain import as_text, draw_timeline, explain_cohort
from maillage.cohort.expression import CohortExpression
from tests.support.catalogues import read_python

TEXTS = [text for text in read_python().texts if isinstance(text, str)]
BLANK = re.compile("|".join(re.escape(blank) for text in TEXTS for blank in re.findall(r"\{\w+\}", text)))


@pytest.fixture(scope="module")
def definitions(shared_data: Path) -> dict[str, CohortExpression]:
    paths = sorted((shared_data / "cohorts").glob("*/*.json"))
    return {path.stem: parse_expression(path.read_bytes()) for path in paths}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_definition_is_told_and_drawn(definitions: dict[str, CohortExpression], language: str) -> None:
    assert len(definitions) >= 449
    for name, expression in definitions.items():
        with in_language(language):
            text, drawing = as_text(explain_cohort(expression)), draw_timeline(expression)
        assert not BLANK.search(text), name
        assert not BLANK.search(drawing), name
        ElementTree.fromstring(drawing)  # noqa: S314 - our own drawing
        for rule in expression.rules:
            assert not rule.name or rule.name.split()[0] in text, name
        for concept_set in expression.concept_sets:
            assert all(f"{item.concept.id}]" in text for item in concept_set.items), name


def test_no_french_is_left_in_the_english(definitions: dict[str, CohortExpression]) -> None:
    french = re.compile(r"\b(de la liste|débutant|l’événement|la date|jours|aucune?)\b")
    for name, expression in definitions.items():
        with in_language("en"):
            text = as_text(explain_cohort(expression))
        assert not french.search(text), name
