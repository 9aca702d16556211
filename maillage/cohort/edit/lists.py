"""The lists of codes of a document: made, shared, given to one card alone, dropped when nothing uses them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from maillage.base.i18n import LANGUAGES, _, in_language, ngettext
from maillage.cohort.circe.values import write_concept
from maillage.cohort.edit.draft import Document
from maillage.cohort.edit.options import stay_of
from maillage.cohort.edit.places import Node, own_list
from maillage.cohort.edit.terms import Term, concepts_of
from maillage.cohort.errors import EditError
from maillage.cohort.expression import DOMAINS
from maillage.cohort.expression.domains import Shape

MOST_TERMS = 2_000
_NAMED = 2
_REFERENCES = frozenset(
    {"CodesetId", "DrugCodesetId"}
    | {one.name for domain in DOMAINS.values() for one in domain.attributes if one.shape is Shape.CODESET}
)
"""The keys that hold the id of a list, wherever they are."""


def add_list(document: Document, terms: Sequence[Term], *, name: str | None = None) -> int:
    """The id of a list of the terms, named by them unless it has a name: one that is there, or a new one.

    Two lists of one name would have to be told apart, though they are the same.
    """
    found = own_list(document, "ConceptSets")
    items = [item for term in terms for item in items_of(term)]
    wanted = {"name": name or list_name(items), "expression": {"items": items}}
    same = (one["id"] for one in found if {key: one.get(key) for key in wanted} == wanted)
    identifier = next(same, None)
    if identifier is None:
        identifier = max((int(one["id"]) for one in found), default=-1) + 1
        found.append({"id": identifier, **wanted})
    return int(identifier)


def items_of(term: Term, *, excluded: bool = False) -> list[Node]:
    """The lines that say a term."""
    return [
        {
            "concept": write_concept(concept),
            "isExcluded": excluded,
            "includeDescendants": term.descendants,
            "includeMapped": False,
        }
        for concept in concepts_of(term)
    ]


def list_name(items: Sequence[Node]) -> str:
    """What the lines find, in a few words."""
    counted, excluded = dict[int, str](), dict[int, str]()
    for item in items:
        concept = item["concept"]
        (excluded if item.get("isExcluded") else counted)[concept["CONCEPT_ID"]] = _label(concept)
    return concepts_name(counted, excluded)


def concepts_name(labels: Mapping[int, str], excluded: Mapping[int, str]) -> str:
    """What concepts are together but for those that are excluded, in a few words; labels by id."""
    name = _name_all(labels)
    return _("{name}, sauf {others}").format(name=name, others=_name_all(excluded)) if excluded else name


def _name_all(labels: Mapping[int, str]) -> str:
    stay = stay_of(set(labels))
    names = [stay.name.capitalize()] if stay else list(dict.fromkeys(labels.values()))
    if not names:
        return _("Liste vide")
    if len(names) <= _NAMED:
        return " / ".join(names)
    others = len(names) - 1
    text = ngettext("{first} et {count} autre code", "{first} et {count} autres codes", others)
    return text.format(first=names[0], count=others)


def _label(concept: Mapping[str, Any]) -> str:
    name = concept.get("CONCEPT_NAME") or concept.get("CONCEPT_CODE")
    return str(name) if name else _("concept {id}").format(id=concept["CONCEPT_ID"])


def list_at(document: Document, identifier: int) -> Node | None:
    """The list with this id."""
    return next((one for one in own_list(document, "ConceptSets") if one["id"] == identifier), None)


def lines_of(found: Node) -> list[Node]:
    """The lines of a list, which are those of the document."""
    body: Node | None = found.get("expression")
    if body is None:
        body = found["expression"] = {}
    return own_list(body, "items")


def list_for_change(document: Document, body: Node, key: str) -> Node:
    """The list that a criterion refers to, its own: a copy where others use it too. Raises EditError."""
    identifier = int(body.get(key, -1))
    found = list_at(document, identifier) if key in body else None
    if found is None:
        raise EditError(
            _("Ce critère n’a pas de liste de codes."),
            remedy=_("Ajoutez un autre critère, avec le code voulu."),
        )
    if Counter(references(document))[identifier] < 2:
        return found
    copied = {
        "id": 0,
        "name": found.get("name") or "",
        "expression": {"items": list(map(dict, lines_of(found)))},
    }
    copied["id"] = max(int(one["id"]) for one in document["ConceptSets"]) + 1
    document["ConceptSets"].append(copied)
    body[key] = copied["id"]
    return copied


def put_lines(found: Node, lines: Sequence[Node]) -> None:
    """Put new lines in a list. A name that the former ones gave it follows; one that somebody gave stays."""
    if len(lines) > MOST_TERMS:
        raise EditError(
            _("La liste aurait plus de {most} codes.").format(most=MOST_TERMS),
            remedy=_("Prenez plutôt le code qui les comprend tous."),
        )
    follows = is_named_by(found.get("name"), lines_of(found))
    found["expression"]["items"] = list(lines)
    if follows:
        found["name"] = list_name(lines)


def is_named_by(name: str | None, lines: Sequence[Node]) -> bool:
    """Whether a list of this name has it from its lines, in whichever language; or has none."""
    if not name:
        return True
    for language in LANGUAGES:
        with in_language(language):
            if name == list_name(lines):
                return True
    return False


def references(node: object) -> Iterator[int]:
    """The id of a list, as often as something refers to it, below a JSON value."""
    if isinstance(node, list):
        for member in cast("list[object]", node):
            yield from references(member)
    elif isinstance(node, Mapping):
        for key, value in cast("Mapping[str, object]", node).items():
            if key in _REFERENCES and isinstance(value, int | float):
                yield int(value)
            elif key != "ConceptSets":
                yield from references(value)


def drop_unused(document: Document, identifiers: Iterable[int]) -> None:
    """Take away those of these lists that nothing uses any more."""
    unused = set(identifiers) - set(references(document))
    if unused and document.get("ConceptSets"):
        document["ConceptSets"] = [one for one in document["ConceptSets"] if one["id"] not in unused]
