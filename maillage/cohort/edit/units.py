"""Units as people write them, and the concepts of UCUM that warehouses hold."""

import re
from collections.abc import Mapping
from functools import cache

from maillage.base.i18n import _, mark
from maillage.cohort.edit.model import Unit
from maillage.warehouse.vocabulary.units import fold_unit, name_units

_MEANT: Mapping[str, str] = {
    "c": "Cel",
    "ml/min": "mL/min/1.73.m2",
    "ml/min(nonindexés)": "mL/min",
    "ml/min(notindexed)": "mL/min",
}
"""What people mean who type less than they think: a filtration rate is that of 1.73 m² of body."""

_WRITTEN: Mapping[str, str] = {
    "mm[Hg]": "mmHg",
    "Cel": "°C",
    "[U]/L": "U/L",
    "[score]": mark("points"),
    "mL/min": mark("mL/min (non indexés)"),
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
    known = all_units()
    code = _MEANT.get(fold_unit(text)) or name_units([text], codes=known).get(text)
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
