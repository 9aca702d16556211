"""A term or a button as what it puts into a field: a variable, a group of events, a measure, a concept."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from maillage.analysis.asking import find_label, find_picked
from maillage.base.i18n import _
from maillage.hub.portal.fields.concepts import add
from maillage.hub.portal.fields.errors import UnfitError
from maillage.hub.portal.fields.shapes import Node, Widget

if TYPE_CHECKING:
    from maillage.analysis.base import Words

    # With it come the tables of the database, and a form is made without one.
    from maillage.hub.terms.suggest import Found

_NAME_LETTERS = 40
_OF_PERSON = ("age", "sex", "year")
"""What every person has: called as formulas call it, and worded by the charts."""


def require_kind(term: "Found", *, domains: Iterable[str]) -> str:
    """The kind of a term that may go into a field. Raises UnfitError."""
    if term.variable in domains:
        return term.variable
    raise UnfitError(
        _("« {term} » ne peut pas aller ici : c’est un terme d’une autre sorte ({kind}).").format(
            term=term.name[:60], kind=term.kind
        )
    )


def write_variable(node: Node, kind: str, *, term: "Found | None", words: "Words") -> dict[str, Any]:
    """The document of a card that a term, or a button, fills in."""
    fields = node.fields_of(kind)
    holds = {one.name: one.widget for one in fields}
    document: dict[str, Any] = {"kind": kind} if node.kinds else {}
    document["name"] = (
        _name_variable(kind, term, words=words) if node.kinds else _name_freely(term.name if term else kind)
    )
    if "domain" in holds:
        document["domain"] = kind
    if term is not None and term.concept_id is not None and "concepts" in holds and kind != "sex":
        document["concepts"] = _write_concept(term, widget=holds["concepts"])
        if holds.get("descendants") is Widget.SWITCH:
            document["descendants"] = term.whole or kind != "measurement"
    picked = find_picked(node.path, kind, words=words)
    return document | {name: value for name, value in picked.items() if name in holds}


def _write_concept(term: "Found", *, widget: Widget) -> Any:
    if widget is Widget.IDS:
        return [term.concept_id]
    return {"items": [{"concept": {"CONCEPT_ID": term.concept_id}, "includeDescendants": True}]}


def add_concept(node: Node, text: str, *, term: "Found") -> str:
    """The text of a field of concepts with one more."""
    if node.widget is Widget.CONCEPTS:
        return add(text, term.concept_id or 0, below=True)
    return " ".join(dict.fromkeys([*text.split(), str(term.concept_id or 0)]))


def _name_variable(kind: str, term: "Found | None", *, words: "Words") -> str:
    if kind in _OF_PERSON:
        return kind
    return _name_plainly(term.name if term else find_label(f"kind={kind}", words=words))


def _name_freely(name: str) -> str:
    """As rows are named: words of letters and digits, 60 signs."""
    return " ".join(re.sub(r"[^\w.+'’-]", " ", name).split())[:60].strip() or "terme"


def _name_plainly(name: str) -> str:
    """As columns are named: small letters without accents, digits and lines between them."""
    ascii_letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9]+", "_", ascii_letters).lstrip("_0123456789")
    return plain[:_NAME_LETTERS].rstrip("_") or "terme"


def tell_apart(document: Mapping[str, Any], others: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The document, with a number after its name where another has it; a copy of another keeps it."""
    name = str(document.get("name", ""))
    taken = {str(other.get("name")) for other in others}
    if name not in taken:
        return dict(document)
    # A number that is there already is part of it: `diabete_de_type_2`.
    start = name[: _NAME_LETTERS - 4].rstrip("_ ")
    numbers = (f"{start}_{number}" for number in range(2, 1000))
    return {**document, "name": next((one for one in numbers if one not in taken), name)}
