"""What a form of the terms' pages says: which terms, with what is below or alone, and without which.

Fields: `term`, a concept id or `event:` and a key, any number of times; `span`, `alone` for the code by
itself; `without`, concept ids below it that are left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.http import QueryDict

from maillage.base.errors import Kind
from maillage.base.i18n import _
from maillage.hub.errors import HubError
from maillage.hub.terms.events import EventKey

MOST = 2_000
_MOST_DIGITS = 10
_PREFIX = "event:"


class ChoiceError(HubError):
    """The form names a term that cannot be one."""

    kind = Kind.INPUT
    code = "term_unknown"


@dataclass(frozen=True)
class Choice:
    """One chosen term: a concept or an event, never both."""

    concept_id: int | None
    event: EventKey | None
    below: bool = True
    without: tuple[int, ...] = ()


def read_choice(value: str) -> Choice:
    """One term with what is below it, as its button sends it. Raises ChoiceError."""
    return next(_read([value], below=True, without=()))


def read_choices(form: QueryDict) -> list[Choice]:
    """The chosen terms in their order. Raises ChoiceError."""
    below = form.get("span") != "alone"
    without = tuple(map(_read_id, _list(form, "without")))
    return list(_read(_list(form, "term"), below=below, without=without))


def _list(form: QueryDict, name: str) -> list[str]:
    values: list[str] = form.getlist(name) or []
    return values[:MOST]


def _read(values: Sequence[str], *, below: bool, without: tuple[int, ...]) -> Iterator[Choice]:
    for value in dict.fromkeys(values):
        if value.startswith(_PREFIX):
            yield Choice(None, _read_event(value.removeprefix(_PREFIX)))
        else:
            yield Choice(_read_id(value), None, below, without if below else ())


def _read_event(text: str) -> EventKey:
    try:
        return EventKey(text)
    except ValueError as error:
        raise _unknown(text) from error


def _read_id(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > _MOST_DIGITS:
        raise _unknown(text)
    return int(text)


def _unknown(text: str) -> ChoiceError:
    return ChoiceError(
        _("« {term} » n’est pas un terme.").format(term=text[:40]),
        remedy=_("Choisissez-le parmi les suggestions."),
    )
