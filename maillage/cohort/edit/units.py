"""Units as people write them, and the concepts of UCUM that warehouses hold."""

import re
from collections.abc import Mapping
from functools import cache

from maillage.base.i18n import _, mark
from maillage.cohort.edit.model import Unit

_EXACT: Mapping[str, str] = {"G/L": "10*9/L", "T/L": "10*12/L", "Giga/L": "10*9/L", "Tera/L": "10*12/L"}
"""Where a capital changes the unit: giga is not gram."""

_SPELLINGS: Mapping[str, str] = {
    "mmhg": "mm[Hg]",
    "°c": "Cel",
    "degrés": "Cel",
    "c": "Cel",
    "u/l": "[U]/L",
    "ui/l": "[U]/L",
    "pourcent": "%",
    "bpm": "/min",
    "/mn": "/min",
    "battements/min": "/min",
    "ml/min": "mL/min/1.73.m2",
    "ml/min/1,73m2": "mL/min/1.73.m2",
    "ml/min/1.73m2": "mL/min/1.73.m2",
    "ml/min/1,73m²": "mL/min/1.73.m2",
    "sec": "s",
    "secondes": "s",
    "points": "[score]",
    "point": "[score]",
    "ug/l": "ng/mL",
    "pg/ml": "ng/L",
    "ml/min/1.73m²": "mL/min/1.73.m2",
    "10^9/l": "10*9/L",
    "10⁹/l": "10*9/L",
    "10^12/l": "10*12/L",
    "10¹²/l": "10*12/L",
}
"""Without blanks, in small letters, micro as u. Each names the same quantity, digit for digit."""


_WRITTEN: Mapping[str, str] = {
    "mm[Hg]": "mmHg",
    "Cel": "°C",
    "[U]/L": "U/L",
    "[score]": mark("points"),
    "mL/min/1.73.m2": mark("mL/min/1,73 m²"),
    "10*9/L": mark("G/L"),
    "10*12/L": mark("T/L"),
}
_MICRO = re.compile(r"(?<![a-zA-Z])u(?=mol|kat|g|L|m|s)")


def word_unit(unit: Unit) -> str:
    """The unit as people write it, `µmol/L` for `umol/L`: what `find_unit` reads."""
    return _(_WRITTEN[unit.code]) if unit.code in _WRITTEN else _MICRO.sub("µ", unit.code) or unit.name


def find_unit(text: str) -> Unit | None:
    """The unit that a text names, as UCUM or as French laboratories write it; None where it is unknown."""
    given = text.strip()
    known = all_units()
    code = _EXACT.get(given) or (given if given in known else None)
    if code is None:
        folded = _fold(given)
        code = _SPELLINGS.get(folded) or _folded().get(folded)
    return known.get(code or "")


@cache
def all_units() -> Mapping[str, Unit]:
    """The units of the référentiel that the package ships, by their code in UCUM."""
    # On demand: the référentiel lies with the generator of hospitals, which takes long to load.
    from maillage.warehouse.synthetic.vocabulary import read_vocabulary

    return {
        concept.code: Unit(concept.id, concept.code, concept.name)
        for concept in read_vocabulary().concepts
        if concept.vocabulary == "UCUM"
    }


@cache
def _folded() -> Mapping[str, str]:
    return {_fold(code): code for code in all_units()}


def _fold(text: str) -> str:
    return "".join(text.split()).lower().replace("µ", "u").replace("μ", "u")
