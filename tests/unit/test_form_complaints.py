"""What does not fit in a form is said in words, for every rule that an analysis has."""

import re
from pathlib import Path

import pytest

import maillage.analysis
from maillage.analysis.errors import ParametersError
from maillage.hub.portal.results.complaints import OWN
from maillage.hub.portal.results.forms import read_fields

# What the answers of hospitals are checked for, and what other errors of ours say already.
_NOT_OF_FORMS = {"a joint answer says what its parts say, and nothing else"}


def test_every_rule_of_an_analysis_has_its_sentence() -> None:
    root = Path(maillage.analysis.__file__).parent
    files = [*root.glob("*/spec.py"), root / "features/declared.py", root / "tabular/parameters.py"]
    said = {
        re.sub(r"\{\w+\}", "{number}", message)
        for file in files
        for message in re.findall(r'raise ValueError\(f?"(.*?)"\)', file.read_text())
        if not message.startswith("{error")
    }
    assert said - _NOT_OF_FORMS == set(OWN)


@pytest.mark.parametrize(
    ("analysis", "typed", "told"),
    [
        ("distribution", {"measure": '{"name": "CRP", "concepts": 3}', "edges": "1, 2"}, "« Mesure »"),
        ("distribution", {"edges": "2, 1"}, "« Mesure » : il faut le remplir."),
        ("survival", {"event": '{"kind": "death", "name": "Décès"}', "until": "365"}, "minuscules"),
        ("survival", {"event": '{"kind": "death", "name": "dc"}', "until": "365"}, "après l’entrée"),
        ("survival", {"event": '{"kind": "mort"}', "until": "365"}, "« kind » doit être l’un de"),
        ("regress", {"family": "binomial", "outcome": '{"kind": "age", "name": "age"}'}, "un oui ou non"),
        ("outcomes", {"outcome": "[]", "model": '{"intercept": "3"}'}, "accolades"),
    ],
)
def test_no_word_of_the_library_is_shown(analysis: str, typed: dict[str, str], told: str) -> None:
    with pytest.raises(ParametersError) as refused:
        read_fields(analysis, filled=typed)
    text = f"{refused.value.what} {refused.value.why}"
    assert told in text
    for foreign in ("Input", "should", "valid ", "Field required", "Value error"):
        assert foreign not in text
