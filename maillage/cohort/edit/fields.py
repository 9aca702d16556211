"""From the fields of a form to an edit. Nothing that comes is trusted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar, cast

from maillage.base.canon import CanonError, read_json
from maillage.base.i18n import _, mark
from maillage.cohort.edit import edits as said
from maillage.cohort.edit.edits import EDITS, Edit
from maillage.cohort.edit.lists import MOST_TERMS
from maillage.cohort.edit.model import (
    Distinct,
    Edge,
    Mode,
    Occurs,
    Place,
    Sense,
    Times,
    Unit,
    Value,
    When,
    Which,
)
from maillage.cohort.edit.numbers import read_day, read_number
from maillage.cohort.edit.places import LONGEST_PATH
from maillage.cohort.edit.terms import Kind, Term
from maillage.cohort.edit.units import find_unit
from maillage.cohort.edit.windows import at, window_unsaid
from maillage.cohort.errors import EditError
from maillage.cohort.expression.values import Comparison

LONGEST_TEXT = 400
LONGEST_TERMS = 400_000
_MOST_KEYS = 50
_TOLD = 40
_INT64 = 2**63
_LOCAL = "Maillage"
"""The vocabulary whose concepts only codes of origin carry."""

_Choice = TypeVar("_Choice", bound=StrEnum)


def read_edit(fields: Mapping[str, str]) -> Edit:
    """The edit that the fields say. Raises EditError.

    `edit` names it (`EDITS`), `path` (or `paths`, parted by spaces) says where. A term is `concept_id`,
    `name`, `code`, `vocabulary`, `domain`, `standard` (0 or 1), `descendants` (0 or 1), `kind`; several are
    `terms`, a JSON list of such objects. A window is `place` with `days` (without a sign; empty is open), or
    `place=custom` with `from` and `to` (with their sign; empty is open), and `anchor` (`start` or `end` of
    the index event). A value is `op` (`gt`, `gte`, `lt`, `lte`, `eq`, `bt`, …), `low`, `high`, `unit` (as
    UCUM or as French laboratories write it; empty is any unit). A number of events is `times` (`at_least`,
    `at_most`, `exactly`), `count`, and `distinct` (`START_DATE`, `DOMAIN_CONCEPT`, or empty). Ages are
    `least` and `most`, days that a stay lasts `shortest` and `longest`, dates `since` and `until` (a year,
    AAAA-MM-JJ, or JJ/MM/AAAA); options are `keys`, parted by spaces; flags are 0 or 1.
    """
    given = Fields(fields)
    name = given.text("edit", longest=40)
    if name not in _READERS:
        raise EditError(
            _("Cette modification n’existe pas : « {name} ».").format(name=name[:40]),
            remedy=_("Rechargez la page."),
        )
    return _READERS[name](given)


@dataclass(frozen=True)
class Fields:
    """The fields of a form, read one by one. Every reader raises EditError."""

    given: Mapping[str, str]

    def text(self, key: str, *, longest: int = LONGEST_TEXT) -> str:
        """A text, empty when absent."""
        value = self.given.get(key, "")
        if len(value) > longest or "\x00" in value:
            raise _bad(key, _("un texte d’au plus {longest} caractères").format(longest=longest))
        return value.strip()

    def has(self, key: str) -> bool:
        """Whether the field says something."""
        return bool(self.text(key, longest=LONGEST_TERMS))

    def path(self) -> str:
        """Where the edit applies."""
        return self.text("path", longest=LONGEST_PATH)

    def integer(self, key: str) -> int:
        """A whole number, required."""
        found = self.optional_integer(key)
        if found is None:
            raise _bad(key, _("un nombre entier"))
        return found

    def optional_integer(self, key: str) -> int | None:
        """A whole number of 64 bits; None when empty."""
        text = self.text(key, longest=30)
        if not text:
            return None
        found = read_number(text)
        if not isinstance(found, int) or abs(found) >= _INT64:
            raise _bad(key, _("un nombre entier"), given=text)
        return found

    def number(self, key: str) -> float | None:
        """A number; None when empty."""
        text = self.text(key, longest=30)
        found = read_number(text)
        if text and found is None:
            raise _bad(key, _("un nombre, comme 7,5"), given=text)
        return found

    def flag(self, key: str, *, default: bool) -> bool:
        """0 or 1."""
        text = self.text(key, longest=10).lower()
        known = {"": default, "0": False, "1": True, "false": False, "true": True, "on": True}
        if text not in known:
            raise _bad(key, _("0 ou 1"))
        return known[text]

    def choice(self, key: str, choices: type[_Choice], default: _Choice | None = None) -> _Choice:
        """One of an enumeration's values."""
        text = self.text(key, longest=40)
        if not text and default is not None:
            return default
        try:
            return choices(text)
        except ValueError as error:
            raise _bad(key, _("l’une des valeurs {values}").format(values=", ".join(choices))) from error

    def day(self, key: str, *, end: bool = False) -> date | None:
        """A date; None when empty."""
        text = self.text(key, longest=30)
        found = read_day(text, end=end)
        if text and found is None:
            raise _bad(key, _("une année ou une date, comme 2020 ou 31/12/2020"), given=text)
        return found

    def keys(self, key: str = "keys") -> tuple[str, ...]:
        """Words, each once."""
        words = tuple(dict.fromkeys(self.text(key, longest=4_000).split()))
        if len(words) > _MOST_KEYS:
            raise _bad(key, _("au plus {most} valeurs").format(most=_MOST_KEYS))
        return words


def _bad(key: str, wanted: str, *, given: str = "") -> EditError:
    told = _(FIELD_WORDS[key]) if key in FIELD_WORDS else key
    what = (
        _("« {given} » ne va pas pour « {field} ».") if given else _("Le champ « {field} » est mal rempli.")
    )
    return EditError(
        what.format(given=given[:_TOLD], field=told),
        why=_("Il faut {wanted}.").format(wanted=wanted),
        remedy=_("Corrigez ce champ : ce qui était demandé avant l’est toujours."),
        field=key,
    )


FIELD_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "after": mark("jours de suivi après l’entrée"),
        "before": mark("jours de suivi avant l’entrée"),
        "count": mark("combien"),
        "days": mark("jours"),
        "from": mark("du jour"),
        "high": mark("au plus"),
        "least": mark("âge au moins"),
        "longest": mark("durée au plus"),
        "low": mark("valeur"),
        "most": mark("âge au plus"),
        "name": mark("nom"),
        "shortest": mark("durée au moins"),
        "since": mark("depuis"),
        "title": mark("titre"),
        "to": mark("au jour"),
        "unit": mark("unité"),
        "until": mark("jusqu’à"),
    }
)
"""What people read beside the fields that they fill."""


def _term(fields: Fields) -> Term:
    kind = fields.choice("kind", Kind, Kind.CODE)
    concept = fields.optional_integer("concept_id") or 0
    if concept <= 0 and kind in (Kind.CODE, Kind.STAY, Kind.SEX):
        raise _bad("concept_id", _("le numéro d’un concept"))
    vocabulary = fields.text("vocabulary", longest=60)
    return Term(
        concept,
        _printable(fields, "name"),
        _printable(fields, "code"),
        vocabulary,
        fields.text("domain", longest=40),
        standard=fields.flag("standard", default=vocabulary != _LOCAL),
        descendants=fields.flag("descendants", default=True),
        kind=kind,
    )


def _printable(fields: Fields, key: str) -> str:
    text = " ".join(fields.text(key).split())
    if not text.isprintable():
        raise _bad(key, _("un texte sans caractère invisible"))
    return text


def _terms(fields: Fields) -> tuple[Term, ...]:
    try:
        found = read_json(fields.text("terms", longest=LONGEST_TERMS), max_bytes=LONGEST_TERMS)
    except CanonError as error:
        raise _bad("terms", _("une liste de codes en JSON")) from error
    codes = cast("list[object]", found) if isinstance(found, list) else []
    if not 0 < len(codes) <= MOST_TERMS:
        raise _bad("terms", _("une liste de 1 à {most} codes").format(most=MOST_TERMS))
    return tuple(_term(Fields(_as_texts(one))) for one in codes)


def _as_texts(one: object) -> Mapping[str, str]:
    if not isinstance(one, Mapping):
        raise _bad("terms", _("une liste de codes en JSON"))
    return {
        str(key): value if isinstance(value, str) else _plain(value)
        for key, value in cast("Mapping[str, Any]", one).items()
        if value is not None
    }


def _plain(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _when(fields: Fields) -> When | None:
    """None when the form says no place."""
    if not fields.has("place"):
        return None
    place = fields.choice("place", Place)
    anchor = fields.choice("anchor", Edge, Edge.START)
    if place is not Place.CUSTOM:
        return at(place, fields.optional_integer("days"), anchor=anchor)
    low, high = fields.optional_integer("from"), fields.optional_integer("to")
    same_stay = fields.flag("same_stay", default=False)
    if low is None and high is None and not same_stay:
        raise window_unsaid()
    event_edge = fields.choice("event_edge", Edge, Edge.START)
    return When(low, high, anchor, event_edge, same_stay=same_stay)


def _value(fields: Fields) -> Value | None:
    """None when the form says no number."""
    low = fields.number("low")
    if low is None:
        return None
    op = fields.choice("op", Comparison, Comparison.GTE)
    return Value(op, low, fields.number("high") if op.takes_two else None, _units(fields))


def _occurs(fields: Fields) -> Occurs | None:
    """None when the form says no number of events."""
    if not fields.has("count"):
        return None
    return Occurs(fields.choice("times", Times, Times.AT_LEAST), fields.integer("count"))


def _units(fields: Fields) -> tuple[Unit, ...]:
    text = fields.text("unit", longest=60)
    if not text:
        return ()
    unit = find_unit(text)
    if unit is None:
        raise _bad("unit", _("une unité connue, ou rien pour toute unité"), given=text)
    return (unit,)


def _sense(fields: Fields) -> Sense:
    return fields.choice("sense", Sense, Sense.INCLUDE)


def _window(fields: Fields) -> said.SetWindow:
    when = _when(fields)
    if when is None:
        raise _bad("place", _("l’une des valeurs {values}").format(values=", ".join(Place)))
    return said.SetWindow(fields.path(), when)


def _add_to(fields: Fields) -> said.AddTo:
    mode = fields.choice("mode", Mode, Mode.ANY)
    asked = (_sense(fields), _when(fields), _value(fields))
    return said.AddTo(fields.path(), _term(fields), *asked, mode, _occurs(fields))


def _move_to(fields: Fields) -> said.MoveTo:
    return said.MoveTo(
        fields.path(),
        fields.text("into", longest=LONGEST_PATH),
        fields.optional_integer("rank"),
        fields.choice("sense", Sense) if fields.has("sense") else None,
    )


_READERS: Mapping[str, Callable[[Fields], Edit]] = MappingProxyType(
    {
        "add-entry": lambda one: said.AddEntry(_term(one), _value(one)),
        "add-rule": lambda one: said.AddRule(_term(one), _sense(one), _when(one), _value(one), _occurs(one)),
        "add-to": _add_to,
        "add-term": lambda one: said.AddTermTo(one.path(), _term(one)),
        "paste-terms": lambda one: said.PasteTerms(one.path(), _terms(one), _sense(one)),
        "remove-term": lambda one: said.RemoveTerm(one.path(), one.integer("concept_id")),
        "toggle-descendants": lambda one: said.ToggleDescendants(one.path(), one.integer("concept_id")),
        "exclude-term": lambda one: said.ExcludeTerm(one.path(), _term(one)),
        "set-sense": lambda one: said.SetSense(one.path(), one.choice("sense", Sense)),
        "set-window": _window,
        "set-occurrence": lambda one: said.SetOccurrence(
            one.path(),
            one.choice("times", Times),
            one.integer("count"),
            one.choice("distinct", Distinct, Distinct.NOTHING),
        ),
        "set-value": lambda one: said.SetValue(one.path(), _value(one)),
        "set-age": lambda one: said.SetAge(
            one.path(), one.optional_integer("least"), one.optional_integer("most")
        ),
        "set-sex": lambda one: said.SetSex(one.path(), one.keys()),
        "set-years": lambda one: said.SetYears(one.path(), one.day("since"), one.day("until", end=True)),
        "set-length": lambda one: said.SetLength(
            one.path(), one.optional_integer("shortest"), one.optional_integer("longest")
        ),
        "set-first": lambda one: said.SetFirst(one.path(), one.flag("first", default=False)),
        "set-which": lambda one: said.SetWhich(one.choice("which", Which)),
        "set-observation": lambda one: said.SetObservation(
            one.optional_integer("before") or 0, one.optional_integer("after") or 0
        ),
        "set-stay": lambda one: said.SetStay(one.path(), one.keys()),
        "set-status": lambda one: said.SetStatus(one.path(), one.keys()),
        "set-place": lambda one: said.SetPlace(one.path(), one.keys()),
        "set-answer": lambda one: said.SetAnswer(one.path(), one.keys()),
        "group": lambda one: said.Group(
            one.keys("paths"), one.choice("mode", Mode, Mode.ANY), one.optional_integer("count")
        ),
        "ungroup": lambda one: said.Ungroup(one.path()),
        "set-mode": lambda one: said.SetMode(
            one.path(), one.choice("mode", Mode), one.optional_integer("count")
        ),
        "duplicate": lambda one: said.Duplicate(one.path()),
        "move": lambda one: said.Move(one.path(), one.integer("by")),
        "move-to": _move_to,
        "remove": lambda one: said.Remove(one.path()),
        "rename": lambda one: said.Rename(one.path(), one.text("name")),
        "set-title": lambda one: said.SetTitle(one.text("title")),
    }
)
if _READERS.keys() != EDITS.keys():
    raise TypeError("every edit is read from a form")
