"""CIM-10 for the PMSI: a flat list of codes; chapters and blocks come from the classification's own plan.

The order of levels is chapter, block, category (E11), then codes by prefix (E11.9, E11.90). `+` fills an
absent digit in the PMSI's extensions (B24.+0). The list read is the one that the package edsnlp carries.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from maillage.base.i18n import _
from maillage.warehouse.vocabulary.codes import Code, Key
from maillage.warehouse.vocabulary.errors import VocabularySourceError
from maillage.warehouse.vocabulary.sources.files import at_line, pick, read_lines
from maillage.warehouse.vocabulary.sources.plain import CODE, LABEL, SHORT
from maillage.warehouse.vocabulary.sources.tables import Record, read_table

NAME = "CIM10"
_PATTERN = re.compile(r"[A-Z][0-9]{2}[0-9+]{0,4}")
_REMOVED = re.compile(r"\*\*\* SU[0-9]+ \*\*\* ?")
"""How the list marks a code that the PMSI no longer takes."""


def read_list(path: Path) -> Iterator[Code]:
    """The codes of a list with the columns code, long and short, dotted or not."""
    for number, record in read_lines(path, required=(CODE, LABEL)):
        text = pick(record, CODE).replace(".", "").upper()
        if not _PATTERN.fullmatch(text):
            raise VocabularySourceError(
                _("{place} : ce n’est pas un code CIM-10.").format(place=at_line(path, number)),
                remedy=_("Une lettre, deux chiffres, puis au plus des chiffres : E11, E119, E11.9."),
            )
        yield _make(text, pick(record, LABEL), pick(record, SHORT), origin=at_line(path, number))


def dotted(code: str) -> str:
    """`E119` as it is written: `E11.9`."""
    return code if len(code) <= 3 else f"{code[:3]}.{code[3:]}"


def read_plan() -> Iterator[Code]:
    """The 22 chapters and the blocks within them."""
    for record in _plan():
        parent = record["parent"]
        yield Code(
            key=Key(NAME, record["code"]),
            name=record["name"],
            parents=(Key(NAME, parent),) if parent else (),
            domain="Condition",
            kind="Bloc" if parent else "Chapitre",
            standard="C",
            origin=f"cim10_plan.csv/{record['code']}",
        )


def find_parents(codes: Iterable[str]) -> dict[str, str]:
    """The code right above each: the longest shorter code that exists, else its block."""
    known = {code.replace(".", ""): code for code in codes if _PATTERN.fullmatch(code.replace(".", ""))}
    parents: dict[str, str] = {}
    for bare, code in known.items():
        above = next((bare[:end] for end in range(len(bare) - 1, 2, -1) if bare[:end] in known), None)
        block = _find_block(bare[:3]) if above is None else known[above]
        if block:
            parents[code] = block
    return parents


def _make(text: str, label: str, short: str, *, origin: str) -> Code:
    name = _REMOVED.sub("", label)
    return Code(
        key=Key(NAME, dotted(text)),
        name=name,
        domain="Observation" if text[0] in "VWXYZ" else "Condition",
        kind=_KINDS.get(len(text), "Extension"),
        standard="S",
        synonyms=(_REMOVED.sub("", short),) if short and name.casefold() != short.casefold() else (),
        withdrawn=name != label,
        origin=origin,
    )


_KINDS = {3: "Catégorie", 4: "Sous-catégorie"}


@cache
def _plan() -> tuple[Record, ...]:
    return tuple(read_table("cim10_plan.csv"))


@cache
def _find_block(category: str) -> str:
    """The narrowest block that holds a category; nothing where the plan has none."""
    blocks = [record["code"] for record in _plan() if record["parent"]]
    holding = [code for code in blocks if code[:3] <= category <= code[-3:]]
    return min(holding, key=_span, default="")


def _span(block: str) -> int:
    first, last = block[:3], block[-3:]
    return (ord(last[0]) - ord(first[0])) * 100 + int(last[1:]) - int(first[1:])
