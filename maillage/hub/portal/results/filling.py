"""A term chosen for a field of a form, as the JSON that the analysis reads.

What a field takes is read from its schema: the measure or the group of events of an analysis of tables, or a
declared feature, whose `kind` says what it is.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from maillage.analysis.errors import ParametersError
from maillage.base.i18n import _
from maillage.hub.terms.events import EventKey

if TYPE_CHECKING:
    # With it come the tables of the database, and a form is made without one.
    from maillage.hub.terms.suggest import Found

_AFTER = frozenset({"event", "outcome"})
"""Fields that name what comes after the entry; all others look at what was known by then."""
_FACTORS = frozenset({"split", "strata"})
"""Fields that part persons into groups: an age has bands there."""
_BANDS = (50, 65, 80)
_NAME_LETTERS = 40


class Takes(StrEnum):
    """What a field takes of a term."""

    MEASURE = "measure"
    GROUP = "group"
    FEATURE = "feature"


@dataclass(frozen=True)
class Slot:
    """A field that terms can fill: with one, or one after the other. `kinds` are those it takes."""

    name: str
    takes: Takes
    kinds: frozenset[str]
    many: bool = False


def find_slot(name: str, shape: Mapping[str, Any]) -> Slot | None:
    """What of a term goes into a parameter of this schema; None where nothing does."""
    many = shape.get("type") == "array"
    found = shape.get("items", {}) if many else shape
    mapping = found.get("discriminator", {}).get("mapping", {})
    properties = found.get("properties", {})
    if "condition" in mapping:
        return Slot(name, Takes.FEATURE, frozenset(mapping), many)
    if "domain" in properties and "concepts" in properties:
        return Slot(name, Takes.GROUP, frozenset(properties["domain"]["enum"]), many)
    if "concepts" in properties:
        return Slot(name, Takes.MEASURE, frozenset({"measurement"}), many)
    return None


def fill(slot: Slot, *, text: str, term: "Found") -> str:
    """What the field holds once the term is in it; a list gets one more. Raises ParametersError."""
    kind = _kind_of(term)
    if kind not in slot.kinds:
        raise ParametersError(
            _("« {term} » ne peut pas aller dans ce champ.").format(term=term.name[:60]),
            why=_("C’est un terme d’une autre sorte : {kind}.").format(kind=term.kind),
            remedy=_("Choisissez un autre terme, ou un autre champ à remplir."),
        )
    before = _read_list(text) if slot.many else []
    named = {str(one.get("name")) for one in before if isinstance(one, dict)}
    written = _WRITERS[slot.takes](slot, term, kind)
    document = written | {"name": _tell_apart(written["name"], named)}
    return write_json([*before, document] if slot.many else document)


def write_json(value: Any) -> str:
    """As a field shows it: a line a key, a list of numbers in one, letters as they are."""
    spread = json.dumps(value, ensure_ascii=False, indent=2)
    return re.sub(r"\[[\s\d.,-]+\]", lambda found: "[" + " ".join(found[0][1:-1].split()) + "]", spread)


def _read_list(text: str) -> list[Any]:
    try:
        found = json.loads(text or "[]")
    except ValueError:
        found = None
    if isinstance(found, list):
        return list(found)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    raise ParametersError(
        _("Ce champ ne contient pas une liste."),
        why=_("Un terme s’ajoute à une liste entre crochets."),
        remedy=_("Videz le champ, puis choisissez le terme à nouveau."),
    )


def _kind_of(term: "Found") -> str:
    match term.event:
        case EventKey.DEATH | EventKey.AGE:
            return term.event
        case EventKey.WOMAN | EventKey.MAN:
            return "sex"
        case "":
            return term.domain.lower()
        case _stay:
            return "visit"


def _write_measure(_slot: Slot, term: "Found", _kind: str) -> dict[str, Any]:
    return {"name": _name_freely(term.name), "concepts": [term.concept_id], "descendants": term.whole}


def _write_group(_slot: Slot, term: "Found", kind: str) -> dict[str, Any]:
    return {"name": _name_freely(term.name), "domain": kind, "concepts": [term.concept_id]}


def _write_feature(slot: Slot, term: "Found", kind: str) -> dict[str, Any]:
    name = _name_plainly(_("sexe") if kind == "sex" else term.name)
    document: dict[str, Any] = {"kind": kind, "name": name}
    if kind == "age" and slot.name in _FACTORS:
        document["bands"] = list(_BANDS)
    if kind not in ("age", "sex", "death"):
        item = {"concept": {"CONCEPT_ID": term.concept_id}, "includeDescendants": True}
        document["concepts"] = {"items": [item]}
    if slot.name in _AFTER and kind not in ("age", "sex"):
        document["window"] = {"start": 1}
    return document


_WRITERS: Mapping[Takes, Callable[[Slot, "Found", str], dict[str, Any]]] = {
    Takes.MEASURE: _write_measure,
    Takes.GROUP: _write_group,
    Takes.FEATURE: _write_feature,
}


def _name_freely(name: str) -> str:
    """As rows are named: words of letters and digits, 60 signs."""
    return " ".join(re.sub(r"[^\w.+'’-]", " ", name).split())[:60].strip() or "terme"


def _name_plainly(name: str) -> str:
    """As columns are named: small letters without accents, digits and lines between them."""
    ascii_letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9]+", "_", ascii_letters).lstrip("_0123456789")
    return plain[:_NAME_LETTERS].rstrip("_") or "terme"


def _tell_apart(name: str, taken: set[str]) -> str:
    """The name, with a number after it where another has it already."""
    if name not in taken:
        return name
    numbers = (f"{name[: _NAME_LETTERS - 3]}_{number}" for number in range(2, 100))
    return next((one for one in numbers if one not in taken), name)
