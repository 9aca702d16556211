"""ADICAP: the pathologists' thesaurus in seven dictionaries, as the package edsnlp carries it.

One letter means different things in two dictionaries, so a code is written with its dictionary: `D3.HC`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from maillage.base.i18n import _
from maillage.warehouse.vocabulary.codes import Code, Key
from maillage.warehouse.vocabulary.errors import VocabularySourceError
from maillage.warehouse.vocabulary.sources.files import read_json

NAME = "ADICAP"
_ABBREVIATED = 2
"""Labels up to this length are left as they are."""


def read_dictionaries(path: Path) -> Iterator[Code]:
    """A JSON object of dictionaries, each with a `label` and its `codes`."""
    document = read_json(path)
    try:
        dictionaries = {
            str(name): (str(found["label"]), cast("dict[str, str]", found["codes"]))
            for name, found in cast("dict[str, Any]", document).items()
        }
        for name, (label, codes) in dictionaries.items():
            yield Code(Key(NAME, name), _calm(label), kind="Dictionnaire", origin=f"{path.name}/{name}")
            for code, text in codes.items():
                yield _make(name, code, text, codes, origin=f"{path.name}/{name}.{code}")
    except (AttributeError, KeyError, TypeError) as error:
        raise VocabularySourceError(
            _("{file} n’a pas la forme attendue.").format(file=path.name),
            why=_("C’est un objet JSON de dictionnaires, chacun avec « label » et « codes »."),
        ) from error


def _make(dictionary: str, code: str, label: str, codes: Mapping[str, str], *, origin: str) -> Code:
    above = next((code[:end] for end in range(len(code) - 1, 0, -1) if code[:end] in codes), None)
    parent = dictionary if above is None else f"{dictionary}.{above}"
    return Code(
        key=Key(NAME, f"{dictionary}.{code}"),
        name=_calm(label),
        parents=(Key(NAME, parent),),
        kind=f"Dictionnaire {dictionary}",
        origin=origin,
    )


def _calm(label: str) -> str:
    """The list shouts; a sentence reads better."""
    return label if len(label) <= _ABBREVIATED else label.capitalize()
