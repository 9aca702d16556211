"""ATC: five levels read from the code itself; brands and substances from the package edsnlp."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from maillage.base.i18n import _
from maillage.warehouse.vocabulary.codes import Code, Key
from maillage.warehouse.vocabulary.errors import VocabularySourceError
from maillage.warehouse.vocabulary.sources.files import read_json
from maillage.warehouse.vocabulary.sources.plain import Form, read_form
from maillage.warehouse.vocabulary.sources.tables import read_table

NAME = "ATC"
_ENDS = (1, 3, 4, 5, 7)
"""Where each level of a code ends."""
_PATTERN = re.compile(r"[A-Z](?:[0-9]{2}(?:[A-Z](?:[A-Z](?:[0-9]{2})?)?)?)?")


def read_list(path: Path) -> Iterator[Code]:
    """The codes of a list with a code and a label to a line."""
    for code in read_form(path, form=Form(NAME, domain="Drug", standard="S")):
        yield _make(code.key.code, code.name, code.synonyms, origin=code.origin)


def read_drugs(path: Path) -> Iterator[Code]:
    """A JSON object: each code with its brands in capitals and the substance in small letters."""
    for code, labels in _read_names(path).items():
        substances = [label for label in labels if not label.isupper()]
        name = substances[-1] if substances else labels[0].capitalize()
        others = tuple(label for label in labels if label != name)
        yield _make(code, name, others, origin=f"{path.name}/{code}")


def _read_names(path: Path) -> Mapping[str, list[str]]:
    document = read_json(path)
    found: dict[str, list[str]] = {}
    if not isinstance(document, dict):
        raise _not_drugs(path)
    for code, names in cast("dict[str, Any]", document).items():
        labels = cast("list[Any]", names) if isinstance(names, list) else []
        if not labels or not all(isinstance(label, str) for label in labels):
            raise _not_drugs(path)
        # The public list writes one code twice, once with the letter O for a zero.
        mended = code[:1] + code[1:3].replace("O", "0") + code[3:]
        found.setdefault(mended, []).extend(labels)
    return found


def read_groups() -> Iterator[Code]:
    """The first two levels."""
    for record in read_table("atc_groups.csv"):
        yield _make(record["code"], record["name"], (), origin=f"atc_groups.csv/{record['code']}")


def add_missing_groups(codes: Iterable[str]) -> Iterator[Code]:
    """The levels above these codes that no list names: the tree must have no gap."""
    known = {code for code in codes if _PATTERN.fullmatch(code)}
    missing = {code[:end] for code in known for end in _ENDS if end < len(code)} - known
    for code in sorted(missing):
        yield _make(code, f"Groupe {code}", (), origin=f"ATC/{code}")


def add_brands(codes: Iterable[Code]) -> Iterator[Code]:
    """These codes again with the brands that prescribers write, which no list of codes may give."""
    brands: dict[str, list[str]] = {}
    for record in read_table("brands.csv"):
        brands.setdefault(record["atc_code"], []).append(record["brand"])
    for code in codes:
        if code.key.vocabulary == NAME and code.key.code in brands:
            yield replace(code, synonyms=tuple(brands[code.key.code]), parents=())


def parent_of(code: str) -> str:
    """The code of the level above; nothing above the first."""
    return next((code[:end] for end in reversed(_ENDS) if end < len(code)), "")


def _make(code: str, name: str, synonyms: tuple[str, ...], *, origin: str) -> Code:
    if not _PATTERN.fullmatch(code):
        raise VocabularySourceError(
            _("{origin} : ce n’est pas un code ATC.").format(origin=origin),
            remedy=_("Un code ATC a une, trois, quatre, cinq ou sept positions : A10BA02."),
        )
    level = _ENDS.index(len(code)) + 1
    parent = parent_of(code)
    return Code(
        key=Key(NAME, code),
        name=name[0].upper() + name[1:],
        parents=(Key(NAME, parent),) if parent else (),
        domain="Drug",
        kind=_KINDS[level],
        standard="S" if level == len(_ENDS) else "C",
        synonyms=synonyms,
        origin=origin,
    )


_KINDS = {1: "ATC 1er niveau", **{level: f"ATC {level}e niveau" for level in range(2, 6)}}


def _not_drugs(path: Path) -> VocabularySourceError:
    return VocabularySourceError(
        _("{file} n’a pas la forme attendue.").format(file=path.name),
        why=_("C’est un objet JSON : chaque code ATC avec la liste de ses noms."),
    )
