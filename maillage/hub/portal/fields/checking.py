"""The parameters of a filled form, checked: what is wrong is told at its field, in the words of the form."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from maillage.analysis.asking import find_label
from maillage.analysis.base import Spec, Words
from maillage.base.faults import word_fault
from maillage.base.i18n import _
from maillage.hub.portal.fields.errors import FieldsError
from maillage.hub.portal.fields.lens import Reader, Typed, join, list_names, list_places
from maillage.hub.portal.fields.shapes import Node, Widget

_MOST_NAMED = 5


def read_fields(
    form: Node, typed: Typed, was: Mapping[str, Any], *, spec: Spec, words: Words
) -> dict[str, Any]:
    """The parameters that the fields mean. Raises FieldsError, which tells every field that is wrong."""
    reader = Reader(typed)
    document = reader.read(form, was)
    errors = reader.errors or find_faults(form, document, typed=typed, spec=spec, words=words)
    if errors:
        raise name_errors(errors, form=form, typed=typed, spec=spec, words=words)
    return document


def find_faults(
    form: Node, document: Mapping[str, Any], *, typed: Typed, spec: Spec, words: Words
) -> dict[str, str]:
    """By field, what the analysis does not take; nothing where it takes everything."""
    try:
        spec.parameters.model_validate(document)
    except ValidationError as error:
        nodes = dict(list_names(form, typed))
        found: dict[str, str] = {}
        for fault in error.errors(include_url=False, include_input=False):
            name = _find_name(fault["loc"], nodes, typed=typed)
            told = word_fault(fault)
            found.setdefault(_find_named(told, name, nodes), _say_labels(told, nodes[name], words=words))
        return found
    return {}


def name_errors(
    errors: Mapping[str, str], *, form: Node, typed: Typed, spec: Spec, words: Words
) -> FieldsError:
    """The error at the head of the page, with the fields to look at as the form calls them."""
    nodes = dict(list_names(form, typed))
    told = [nodes[name] for name in errors if name in nodes and nodes[name].path]
    labels = dict.fromkeys(find_label(node.path, words=words) for node in told)
    named = ", ".join(_("« {label} »").format(label=label) for label in list(labels)[:_MOST_NAMED])
    what = _("À revoir : {fields}.").format(fields=named)
    if not named:
        what = _("Cette analyse ne peut pas se faire ainsi.")
    why = next(iter(errors.values())) if len(errors) == 1 else ""
    return FieldsError(what, of=spec.id, fields=errors, why=why)


def _find_name(place: Sequence[str | int], nodes: Mapping[str, Node], *, typed: Typed) -> str:
    """The field of a fault: the innermost that its place names. Names of kinds stand between in a place.

    Items of a list are told by their rank, and keep their own names when one before them is removed.
    """
    name = ""
    for part in place:
        ranks = list_places(typed, name=name) if isinstance(part, int) else []
        inner = join(name, str(ranks[part] if isinstance(part, int) and part < len(ranks) else part))
        if inner in nodes:
            name = inner
    return name


def _find_named(told: str, name: str, nodes: Mapping[str, Node]) -> str:
    """The field inside this one that the message names, as validators of several fields do; or this one."""
    inner = (join(name, word) for word in re.findall(r"[a-z_]{3,}", told))
    return next((one for one in inner if one in nodes and nodes[name].widget in _HOLDING), name)


_HOLDING = frozenset({Widget.GROUP, Widget.CARD})


def _say_labels(told: str, node: Node, *, words: Words) -> str:
    """The message with labels in place of the names of parameters."""
    fields = [*node.fields, *(one for of_kind in node.kinds.values() for one in of_kind)]
    for one in {field.name: field for field in fields}.values():
        label = _("« {label} »").format(label=find_label(one.path, words=words))
        told = re.sub(rf"(?<![\w«]){one.name}(?![\w»])", label, told) if one.name else told
        for choice in one.choices:
            chosen = find_label(f"{one.path}={choice}", words=words)
            told = told.replace(_("« {label} »").format(label=choice), _("« {label} »").format(label=chosen))
    return told[:1].upper() + told[1:]
