"""A cursor over one JSON object: typed reads, the JSON path in every error, no key left unread."""

import datetime
import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar, cast

from maillage.base.i18n import _
from maillage.cohort.errors import ExpressionError

_Choice = TypeVar("_Choice", bound=StrEnum)

MAX_DAYS = 1_000_000
"""About 2,700 years: a larger shift is a mistake, and would overflow the dates of an engine."""

_INT64 = 2**63
_SHOWN = 60


@dataclass(frozen=True)
class Reader:
    """One JSON object and its path. Absent and null are the same, as for the reference."""

    value: Mapping[str, Any]
    path: str
    _read: set[str] = field(default_factory=set[str], compare=False)

    def fail(self, what: str, *, key: str | None = None, why: str = "", remedy: str = "") -> ExpressionError:
        """An error at this object or at one of its keys."""
        return ExpressionError(what, path=self.at(key) if key else self.path, why=why, remedy=remedy)

    def at(self, key: str) -> str:
        """The JSON path of a key."""
        return f"{self.path}.{key}"

    def get(self, key: str) -> Any:
        """The raw value, None when absent."""
        self._read.add(key)
        return self.value.get(key)

    def has(self, key: str) -> bool:
        """Whether the key holds something."""
        return self.value.get(key) is not None

    def integer(self, key: str, default: int | None = None) -> int:
        """A whole number of 64 bits; required when there is no default."""
        value = self.optional_integer(key)
        if value is not None:
            return value
        if default is None:
            raise self._missing(key)
        return default

    def optional_integer(self, key: str) -> int | None:
        """A whole number of 64 bits, or None."""
        value = self.get(key)
        if value is None:
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong(key, _("un nombre entier"), value)
        if not -_INT64 <= value < _INT64:
            raise self._wrong(key, _("un nombre entier de 64 bits"), value)
        return value

    def days(self, key: str, default: int | None = None) -> int:
        """A whole number of days."""
        value = self.integer(key, default)
        if abs(value) > MAX_DAYS:
            raise self._wrong(key, _("un nombre de jours d’au plus {most}").format(most=MAX_DAYS), value)
        return value

    def number(self, key: str) -> int | float:
        """A finite number, required."""
        value = self.get(key)
        if value is None:
            raise self._missing(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self._wrong(key, _("un nombre"), value)
        if isinstance(value, int) and not -_INT64 <= value < _INT64:
            raise self._wrong(key, _("un nombre de 64 bits"), value)
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        value = self.optional_flag(key)
        return default if value is None else value

    def optional_flag(self, key: str) -> bool | None:
        """True, false or None."""
        value = self.get(key)
        if value is not None and not isinstance(value, bool):
            raise self._wrong(key, _("true ou false"), value)
        return value

    def text(self, key: str) -> str:
        """A text, required."""
        value = self.optional_text(key)
        if value is None:
            raise self._missing(key)
        return value

    def optional_text(self, key: str) -> str | None:
        """A text, or None."""
        value = self.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self._wrong(key, _("un texte"), value)
        if not _is_unicode(value):
            raise self._wrong(key, _("un texte Unicode valide"), value)
        return value

    def date(self, key: str) -> datetime.date:
        """A date such as 2015-01-31, required."""
        value = self.optional_date(key)
        if value is None:
            raise self._missing(key)
        return value

    def optional_date(self, key: str) -> datetime.date | None:
        """A date, or None; an empty text counts as absent, as ATLAS writes it."""
        value = self.optional_text(key)
        if not value:
            return None
        match = re.fullmatch(r"([0-9]{1,4})-([0-9]{1,2})-([0-9]{1,2})", value)
        try:
            return datetime.date(*map(int, match.groups())) if match else self._no_date(key, value)
        except ValueError:
            return self._no_date(key, value)

    def choice(self, key: str, choices: type[_Choice], default: _Choice | None = None) -> _Choice:
        """One of an enumeration's values, in any case."""
        value = self.optional_text(key)
        if value is None and default is not None:
            return default
        for member in choices:
            if value is not None and member.value.lower() == value.lower():
                return member
        raise self._wrong(key, _("l’une des valeurs {values}").format(values=", ".join(choices)), value)

    def child(self, key: str) -> "Reader":
        """An object, required."""
        found = self.optional_child(key)
        if found is None:
            raise self._missing(key)
        return found

    def optional_child(self, key: str) -> "Reader | None":
        """An object, or None."""
        value = self.get(key)
        return None if value is None else self._reader(value, self.at(key), key)

    def children(self, key: str) -> Iterator["Reader"]:
        """The objects of a list; none when absent."""
        value = self.get(key)
        if value is None:
            return
        if not isinstance(value, list):
            raise self._wrong(key, _("une liste"), value)
        path = self.at(key)
        for index, item in enumerate(cast("list[object]", value)):
            yield self._reader(item, f"{path}[{index}]", key)

    def finish(self, harmless: Collection[str] = ()) -> None:
        """Every key must have been read, or be known to change nothing. An unknown one is never ignored."""
        unknown = (self.value.keys() - self._read).difference(harmless)
        if unknown:
            raise self.fail(
                _("clé inconnue : {keys}.").format(keys=", ".join(map(_shorten, sorted(unknown)))),
                why=_("L’ignorer pourrait changer les patients retenus."),
                remedy=_("Corrigez le nom, ou retirez la clé si elle ne sert à rien."),
            )

    def _reader(self, value: object, path: str, key: str) -> "Reader":
        if not isinstance(value, Mapping):
            raise self._wrong(key, _("un objet JSON"), value, path=path)
        return Reader(cast("Mapping[str, Any]", value), path)

    def _missing(self, key: str) -> ExpressionError:
        return self.fail(
            _("la clé {key} manque.").format(key=key), remedy=_("Ajoutez {key}.").format(key=key)
        )

    def _wrong(self, key: str, wanted: str, value: object, path: str | None = None) -> ExpressionError:
        return ExpressionError(
            _("{wanted} est attendu.").format(wanted=wanted[:1].upper() + wanted[1:]),
            path=path or self.at(key),
            why=_("La valeur est {value}.").format(value=_describe(value)),
            remedy=_("Corrigez cette valeur dans l’expression."),
        )

    def _no_date(self, key: str, value: str) -> datetime.date:
        raise self._wrong(key, _("une date AAAA-MM-JJ"), value)


def _is_unicode(text: str) -> bool:
    # Half of a surrogate pair passes JSON, but neither an engine nor a hash can take it.
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def _describe(value: object) -> str:
    match value:
        case Mapping():
            return _("un objet JSON")
        case list():
            return _("une liste")
        case bool() | None:
            return {True: "true", False: "false", None: "null"}[value]
        case int() | float():
            return _("un nombre hors limites") if abs(value) >= _INT64 else str(value)
        case _:
            return _shorten(repr(value))


def _shorten(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
