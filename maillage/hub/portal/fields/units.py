"""The unit of a measure, as laboratories write it, and the concept that it is."""

from maillage.base.i18n import _
from maillage.cohort.edit.units import all_units, find_unit
from maillage.hub.portal.fields.errors import UnfitError

_UNKNOWN = "concept "


def write_unit(concept: int | None) -> str:
    """`mmol/L`; `concept 12` of one that the référentiel has not."""
    if concept is None:
        return ""
    codes = (unit.code for unit in all_units().values() if unit.concept_id == concept)
    return next(codes, f"{_UNKNOWN}{concept}")


def list_units() -> list[str]:
    """The units that are known, as they may be typed."""
    return sorted(all_units())


def read_unit(text: str) -> int:
    """The concept's id. Raises UnfitError."""
    known = text.removeprefix(_UNKNOWN)
    if text.startswith(_UNKNOWN) and known.isdecimal():
        return int(known[:16])
    found = find_unit(text)
    if found is None:
        raise UnfitError(_("Cette unité n’est pas connue : « mmol/L », « g/dL », « % »."))
    return found.concept_id
