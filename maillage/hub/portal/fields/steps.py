"""What the buttons of a form do, beside sending it: add, copy or remove a card, take a term, choose its span.

A button's value is a verb and the name of a field, and what more the verb needs: `copy:covariates.2`. Each
step is made on what was typed, and says which field to go on in.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from maillage.hub.portal.fields.concepts import list_items, remove, turn
from maillage.hub.portal.fields.errors import UnfitError
from maillage.hub.portal.fields.filled import Filled, keep_fields, keep_written
from maillage.hub.portal.fields.filling import add_concept, require_kind, tell_apart, write_variable
from maillage.hub.portal.fields.lens import HERE, NEW, Typed, join, list_names, list_places, write
from maillage.hub.portal.fields.shapes import OF_TERMS, Node, Widget, find_card, list_domains

if TYPE_CHECKING:
    from maillage.hub.terms.suggest import Found


@dataclass(frozen=True)
class Stepped:
    """The form after a step, and the name of the field where one goes on."""

    filled: Filled
    focus: str = ""


def do_step(filled: Filled, do: str) -> Stepped:
    """The form after a button's step; as it is, where the button is not known or its field is gone."""
    verb, _colon, rest = do.partition(":")
    name, _colon, more = rest.partition(":")
    step = _STEPS.get(verb)
    return Stepped(filled) if step is None else step(filled, name, more)


def take_term(filled: Filled, name: str, term: "Found") -> Stepped:
    """The form with a term in a field: as a card, or as one concept more."""
    node = _find(filled, name)
    if node is None or not (list_domains(node) or node.widget in OF_TERMS):
        return Stepped(filled)
    try:
        if node.widget in OF_TERMS:
            return _add_concept(filled, name, node, term)
        return _put(filled, name, node, kind=require_kind(term, domains=list_domains(node)), term=term)
    except UnfitError as error:
        return Stepped(replace(filled, errors={**filled.errors, name: str(error)}), name)


def _add(filled: Filled, name: str, kind: str) -> Stepped:
    node = _find(filled, name)
    if node is None or ((kind or not _is_plain(node)) and kind not in list_domains(node)):
        return Stepped(filled)
    return _put(filled, name, node, kind=kind, term=None)


def _is_plain(node: Node) -> bool:
    """Whether it is a list of groups in which no term goes."""
    return node.widget is Widget.CARDS and not list_domains(node)


def _put(filled: Filled, name: str, node: Node, *, kind: str, term: "Found | None") -> Stepped:
    """A card, alone or at the end of its list; in a list of groups, in the card of its group."""
    if node.widget is not Widget.CARDS:
        return _put_card(filled, name, node, kind=kind, term=term)
    place = max(list_places(filled.typed, name=name), default=-1) + 1
    name, item = f"{name}.{place}", node.fields[0]
    if item.widget is Widget.CARD:
        return _put_card(filled, name, item, kind=kind, term=term, is_one_of_many=True)
    opened = {**filled.typed, **write(item, {}, name=name, here=""), f"{name}.{HERE}": NEW}
    inner = find_card(item)
    if inner is None:
        return Stepped(replace(filled, typed=opened), name)
    return _put_card(replace(filled, typed=opened), join(name, inner.name), inner, kind=kind, term=term)


def _put_card(
    filled: Filled, name: str, node: Node, *, kind: str, term: "Found | None", is_one_of_many: bool = False
) -> Stepped:
    document = write_variable(node, kind, term=term, words=filled.words)
    left = _without(filled.typed, name)
    others = _list_variables(replace(filled, typed=left))
    # A factor that is a covariate too is one variable: it has one name.
    document = tell_apart(document, (one for one in others if is_one_of_many or one != document))
    sets = filled.words.sets.get(f"{node.path}={kind}", {})
    typed = {**left, **sets, **write(node, document, name=name, here="")}
    return Stepped(replace(filled, typed=typed), name)


def _list_variables(filled: Filled) -> Iterator[Mapping[str, Any]]:
    """Every card of the form, as a document."""
    yield from _find_named(filled.read_so_far())


def _find_named(found: Any) -> Iterator[Mapping[str, Any]]:
    match found:
        case {"name": _name}:
            yield found
        case Mapping():
            for one in found.values():
                yield from _find_named(one)
        case list() | tuple():
            for one in found:
                yield from _find_named(one)
        case _plain:
            return


def _add_concept(filled: Filled, name: str, node: Node, term: "Found") -> Stepped:
    require_kind(term, domains=(_find_kind(filled, name),))
    typed = {**filled.typed, name: add_concept(node, filled.typed.get(name, ""), term=term)}
    return Stepped(replace(filled, typed=typed), name)


def _find_kind(filled: Filled, name: str) -> str:
    """Which kind of terms a field of concepts takes: that of its card."""
    card = name.rpartition(".")[0]
    return filled.typed.get(f"{card}.kind") or filled.typed.get(f"{card}.domain") or "measurement"


def _drop(filled: Filled, name: str, _more: str) -> Stepped:
    """Without a card. Those after it keep their places: what was typed in them keeps its name."""
    return Stepped(replace(filled, typed=_without(filled.typed, name)), name.rpartition(".")[0] or name)


def _copy(filled: Filled, name: str, _more: str) -> Stepped:
    """A card once more, at the end of its list, under a name of its own."""
    listed, _dot, place = name.rpartition(".")
    places = list_places(filled.typed, name=listed)
    if not place.isdecimal() or int(place) not in places:
        return Stepped(filled)
    added = f"{listed}.{places[-1] + 1}"
    inner = {
        added + key[len(name) :]: text for key, text in filled.typed.items() if key.startswith(f"{name}.")
    }
    return Stepped(replace(filled, typed={**filled.typed, **inner, **_rename(filled, inner)}), added)


def _rename(filled: Filled, inner: Typed) -> dict[str, str]:
    """A name of its own for each variable of a copy; there is one, unless it is of plain groups."""
    called = {key: text for key, text in inner.items() if key.endswith(".name")}
    taken = list(_list_variables(filled))
    return {key: tell_apart({"name": text}, taken)["name"] for key, text in called.items()}


def _without(typed: Typed, name: str) -> dict[str, str]:
    return {key: text for key, text in typed.items() if not key.startswith(f"{name}.")}


def _drop_concept(filled: Filled, name: str, concept: str) -> Stepped:
    node, text = _find(filled, name), filled.typed.get(name, "")
    if node is None or not concept.isdecimal():
        return Stepped(filled)
    left = " ".join(one for one in text.split() if one != concept)
    told = remove(text, int(concept)) if node.widget is Widget.CONCEPTS else left
    return Stepped(replace(filled, typed={**filled.typed, name: told}), name)


def _turn_concept(filled: Filled, name: str, concept: str) -> Stepped:
    text = filled.typed.get(name, "")
    if not concept.isdecimal() or not list_items(text):
        return Stepped(filled)
    return Stepped(replace(filled, typed={**filled.typed, name: turn(text, int(concept))}), name)


def _find(filled: Filled, name: str) -> Node | None:
    return dict(list_names(filled.form, filled.typed)).get(name)


_STEPS: Mapping[str, Callable[[Filled, str, str], Stepped]] = {
    "add": _add,
    "drop": _drop,
    "copy": _copy,
    "drop-concept": _drop_concept,
    "turn-concept": _turn_concept,
    "keep-fields": lambda filled, _name, _more: Stepped(keep_fields(filled)),
    "keep-json": lambda filled, _name, _more: Stepped(keep_written(filled)),
}
