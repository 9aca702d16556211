"""Applying an edit: a document in, another out; the first is left as it is."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from maillage.base.i18n import _
from maillage.cohort.circe.limits import MAX_BYTES
from maillage.cohort.edit import adding, moving, setting, structure
from maillage.cohort.edit import edits as said
from maillage.cohort.edit.draft import Document, copy_of, read_draft
from maillage.cohort.edit.edits import Edit
from maillage.cohort.edit.lists import references
from maillage.cohort.edit.naming import automatic_name
from maillage.cohort.edit.outline import outline
from maillage.cohort.edit.places import Node
from maillage.cohort.errors import CohortError, EditError

_APPLY: Mapping[type[Edit], Callable[[Document, Any], None]] = MappingProxyType(
    {
        said.AddEntry: adding.add_entry,
        said.AddRule: adding.add_rule,
        said.AddTo: adding.add_to,
        said.AddTermTo: adding.add_term,
        said.PasteTerms: adding.paste_terms,
        said.RemoveTerm: adding.remove_term,
        said.ToggleDescendants: adding.toggle_descendants,
        said.ExcludeTerm: adding.exclude_term,
        said.SetSense: setting.set_sense,
        said.SetWindow: setting.set_window,
        said.SetOccurrence: setting.set_occurrence,
        said.SetValue: setting.set_value,
        said.SetAge: setting.set_age,
        said.SetSex: setting.set_choice,
        said.SetYears: setting.set_years,
        said.SetLength: setting.set_length,
        said.SetFirst: setting.set_first,
        said.SetWhich: setting.set_which,
        said.SetObservation: setting.set_observation,
        said.SetStay: setting.set_choice,
        said.SetStatus: setting.set_choice,
        said.SetPlace: setting.set_choice,
        said.SetAnswer: setting.set_choice,
        said.Group: structure.group,
        said.Ungroup: structure.ungroup,
        said.SetMode: structure.set_mode,
        said.Duplicate: structure.duplicate,
        said.Move: structure.move,
        said.MoveTo: moving.move_to,
        said.Remove: structure.remove,
        said.Rename: setting.rename,
        said.SetTitle: setting.set_title,
    }
)


def change(document: Document, edit: Edit) -> Document:
    """The document with the edit made. Raises EditError: a path that is not there, a number out of range.

    Automatic names follow what their rules and lists have become; a name that somebody gave stays.
    """
    draft = copy_of(document)
    try:
        former = {id(rule.node): rule for rule in _look(draft)}
        _APPLY[type(edit)](draft, edit)
        _name(draft, former)
        _check_size(draft)
    except EditError:
        raise
    except CohortError as error:
        raise EditError(error.what, why=error.why, remedy=error.remedy) from error
    return draft


def name_rules(document: Document) -> Document:
    """The document with each rule named by what it asks, so that its name follows it: for a cohort that is
    a beginning, of which whoever goes on chose no name.
    """
    draft = copy_of(document)
    for node, rule in zip(structure.rules(draft), outline(draft).rules, strict=True):
        node["name"] = automatic_name(rule.body)
    return draft


def _check_size(draft: Document) -> None:
    """A draft that could not be sent as a question is told at once."""
    size = len(json.dumps(draft, ensure_ascii=False).encode())
    if size > MAX_BYTES:
        raise EditError(
            _("La cohorte serait trop grande."),
            why=_("Elle ferait {size} octets ; la limite est {limit}.").format(size=size, limit=MAX_BYTES),
            remedy=_("Prenez des codes qui en comprennent d’autres, plutôt que de longues listes."),
        )


@dataclass(frozen=True)
class _Looked:
    """A rule of the draft, held so that no other object takes its identity; what it asks, codes included."""

    node: Node
    name: str | None
    asks: tuple[object, ...]
    automatic: bool


def _look(draft: Document) -> Iterator[_Looked]:
    shown = outline(draft).rules
    for node, rule, asks in zip(structure.rules(draft), shown, _asked(draft), strict=True):
        yield _Looked(node, node.get("name"), asks, automatic=not rule.named)


def _asked(draft: Document) -> Iterator[tuple[object, ...]]:
    """What each rule asks, whatever it and its lists are called. Raises ExpressionError."""
    expression = read_draft(draft)
    codes = {one.id: one.items for one in expression.concept_sets}
    for node, rule in zip(structure.rules(draft), expression.rules, strict=True):
        yield rule.group, *map(codes.get, references(node))


def _name(draft: Document, former: Mapping[int, _Looked]) -> None:
    asked = zip(structure.rules(draft), _asked(draft), strict=True)
    wanted = [
        index for index, (node, asks) in enumerate(asked) if _lacks_name(node, former.get(id(node)), asks)
    ]
    if wanted:
        shown = outline(draft).rules
        for index in wanted:
            structure.rules(draft)[index]["name"] = automatic_name(shown[index].body)


def _lacks_name(node: Node, former: _Looked | None, asks: tuple[object, ...]) -> bool:
    """Whether the rule is new, its name was taken away, or follows what it asks; one without a name stays so
    until it asks something else.
    """
    name = node.get("name")
    if former is None or name != former.name:
        return not name
    return former.automatic and (bool(name) or asks != former.asks)
