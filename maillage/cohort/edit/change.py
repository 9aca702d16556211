"""Applying an edit: a document in, another out; the first is left as it is."""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from maillage.base.i18n import _
from maillage.cohort.circe.limits import MAX_BYTES
from maillage.cohort.edit import adding, moving, setting, structure
from maillage.cohort.edit import edits as said
from maillage.cohort.edit.draft import Document, copy_of, read_draft
from maillage.cohort.edit.edits import Edit
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

    Names that were automatic follow what their rules and lists have become.
    """
    draft = copy_of(document)
    try:
        named = {id(rule): rule.get("name") for rule in structure.rules(draft)}
        automatic = _automatic(draft)
        _APPLY[type(edit)](draft, edit)
        _name(draft, lambda rule: _follows(rule, named, automatic) or _is_new(rule, named))
        read_draft(draft)
        _check_size(draft)
    except EditError:
        raise
    except CohortError as error:
        raise EditError(error.what, why=error.why, remedy=error.remedy) from error
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


def _automatic(draft: Document) -> set[int]:
    """The rules, by identity, whose name is the automatic one."""
    shown = outline(draft).rules
    return {id(node) for node, rule in zip(structure.rules(draft), shown, strict=True) if not rule.named}


def _follows(rule: Node, named: Mapping[int, str | None], automatic: set[int]) -> bool:
    """Whether the name was automatic, and the edit left it alone."""
    return id(rule) in automatic and rule.get("name") == named[id(rule)]


def _is_new(rule: Node, named: Mapping[int, str | None]) -> bool:
    """Whether the edit left the rule without a name: it made it, or took its name away."""
    return not rule.get("name") and named.get(id(rule), "new") != rule.get("name")


def _name(draft: Document, automatic: Callable[[Node], bool]) -> None:
    found = structure.rules(draft)
    wanted = [index for index, rule in enumerate(found) if automatic(rule)]
    if wanted:
        shown = outline(draft).rules
        for index in wanted:
            found[index]["name"] = automatic_name(shown[index].body)
