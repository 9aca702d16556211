"""From a form of the builder to the draft after it, and what is said of the change."""

from collections.abc import Mapping
from dataclasses import dataclass

from maillage.base.i18n import _
from maillage.cohort.edit import (
    FIELD_WORDS,
    AddEntry,
    AddRule,
    AddTo,
    Document,
    Duplicate,
    Edit,
    Move,
    MoveTo,
    Remove,
    Sense,
    change,
    compare,
    new_document,
    read_edit,
)
from maillage.hub.boot import Hub
from maillage.hub.cohorts import drafts
from maillage.hub.cohorts.errors import OvertakenError
from maillage.hub.cohorts.find import Draft, find_own, read_draft

_MOST_DIGITS = 10
_TOLD = 2
_LONGEST_TOLD = 40


@dataclass(frozen=True)
class Edited:
    """A draft after a form. `told` is for who does not see the page; `focus` the id where to go on.

    `overtaken`: the form came from a page that another one has overtaken, and nothing was changed.
    """

    draft: Draft
    told: str = ""
    focus: str = ""
    overtaken: OvertakenError | None = None
    added: bool = False


def start_with(fields: Mapping[str, str], *, permit: str, by: str, hub: Hub) -> Edited:
    """A new cohort whose draft begins with this edit. Raises EditError and as `drafts.start`."""
    edit = _read(fields)
    document = change(new_document(), edit)
    name = edit.term.name if isinstance(edit, AddEntry) else ""
    cohort = drafts.start(document, name=name[: drafts.MAX_NAME], permit=permit, by=by, hub=hub)
    return Edited(read_draft(cohort), told=_tell(new_document(), document), added=_adds(edit))


def apply_form(fields: Mapping[str, str], *, cohort_id: str, by: str, hub: Hub) -> Edited:
    """The draft with the form's edit made. Raises EditError, CohortUnknownError, NotTheOwnerError."""
    edit = _read(fields)
    before: list[Document] = []

    def make(document: Document) -> Document:
        before.append(document)
        return change(document, edit)

    # What is added goes to the end, wherever that is by now; a path is right on the page that showed it.
    seen = None if isinstance(edit, AddEntry | AddRule) else _read_step(fields.get("seen", ""))
    draft = drafts.edit(cohort_id, make, seen=seen, by=by, hub=hub)
    if draft is None:
        now = read_draft(find_own(cohort_id, by=by))
        return Edited(now, overtaken=OvertakenError(_tell_typed(fields)))
    return Edited(draft, _tell(before[0], draft.document), _find_focus(edit), added=_adds(edit))


def _read(fields: Mapping[str, str]) -> Edit:
    """A button may carry what it does: `add-rule:exclude` is the edit and its sense."""
    name, _colon, sense = fields.get("do", "").partition(":")
    said = {"edit": name} if name else {}
    return read_edit({**fields, **said, **({"sense": sense} if sense else {})})


def _read_step(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < _MOST_DIGITS else -1


def _tell(before: Document, after: Document) -> str:
    return " ".join(found.text for found in compare(before, after)[:_TOLD])


def _tell_typed(fields: Mapping[str, str]) -> str:
    """What a form's fields held, with the words beside them."""
    typed = [key for key, value in fields.items() if key in FIELD_WORDS and value]
    return ", ".join(f"{_(FIELD_WORDS[key])} {fields[key][:_LONGEST_TOLD]}" for key in typed)


def _adds(edit: Edit) -> bool:
    return isinstance(edit, AddEntry | AddRule | AddTo)


def _find_focus(edit: Edit) -> str:
    """After what takes the focused button away: the same button of the card where it is now."""
    match edit:
        case Move(path=path, by=by):
            parent, _dot, last = path.rpartition(".")
            kind, number = last.rstrip("0123456789"), last.lstrip("abcdefghijklmnopqrstuvwxyz")
            moved = f"{parent}.{kind}{int(number) + by}" if number.isdecimal() else path
            return f"{'up' if by < 0 else 'down'}-{moved}".replace(".", "-")
        case MoveTo(sense=sense):
            return f"zone-{sense or Sense.INCLUDE}"
        case Duplicate(path=path):
            return f"card-{path}".replace(".", "-")
        case Remove():
            return "q"
        case _other:
            return ""
