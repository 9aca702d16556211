"""CCAM: the first letter of an act says its organ system.

Public lists give an act again for each of its documentary extensions: one act, several labels.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from maillage.warehouse.vocabulary.codes import Code, Key
from maillage.warehouse.vocabulary.sources.plain import Form, read_form
from maillage.warehouse.vocabulary.sources.tables import read_table

NAME = "CCAM"
_FORM = Form(NAME, domain="Procedure", kind="Acte", standard="S", parent=lambda code: code[:1])


def read_list(path: Path) -> Iterable[Code]:
    """The acts of a list with a code and a label to a line."""
    acts: dict[Key, Code] = {}
    for code in read_form(path, form=_FORM):
        known = acts.setdefault(code.key, code)
        if code.name not in (known.name, *known.synonyms):
            acts[code.key] = replace(known, synonyms=(*known.synonyms, code.name))
    return acts.values()


def read_plan() -> Iterator[Code]:
    """The organ systems."""
    for record in read_table("ccam_plan.csv"):
        yield Code(
            key=Key(NAME, record["code"]),
            name=record["name"],
            domain="Procedure",
            kind="Grand appareil",
            standard="C",
            origin=f"ccam_plan.csv/{record['code']}",
        )
