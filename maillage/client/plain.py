"""What a program gives, as JSON has it: tuples, arrays and numbers of numpy or pandas become plain ones."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from maillage.base.i18n import _
from maillage.client.errors import ArgumentError


def to_plain(value: object, *, at: str) -> Any:
    """The value as JSON writes it; `at` is where it stands. Raises ArgumentError, which says where."""
    match value:
        case None | bool():
            return value
        case str():
            return _text(value, at=at)
        case int():
            return int(value)
        case float():
            return _finite(value, at=at)
        case Mapping():
            items = cast("Mapping[object, object]", value).items()
            return {_key(key, at=at): to_plain(inner, at=f"{at}.{key}") for key, inner in items}
        case Sequence() if not isinstance(value, bytes | bytearray | memoryview):
            items = enumerate(cast("Sequence[object]", value))
            return [to_plain(inner, at=f"{at}[{place}]") for place, inner in items]
        case _:
            return _unwrap(value, at=at)


def _text(value: str, *, at: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ArgumentError(
            _("« {place} » n’est pas un texte que l’on peut envoyer.").format(place=at),
            why=_("Caractère {position} : ce n’est pas de l’Unicode entier.").format(position=error.start),
            remedy=_("Relisez-le dans le bon codage, d’ordinaire UTF-8."),
        ) from error
    return value


def _finite(value: float, *, at: str) -> float:
    if math.isfinite(value):
        return float(value)
    raise ArgumentError(
        _("« {place} » n’est pas un nombre fini ({value}).").format(place=at, value=value),
        remedy=_("Donnez un nombre, ou retirez ce paramètre."),
    )


def _key(key: object, *, at: str) -> str:
    if isinstance(key, str):
        return key
    raise ArgumentError(
        _("Dans « {place} », un nom n’est pas un texte : {name}.").format(place=at, name=repr(key)[:40]),
        remedy=_("Mettez-le entre guillemets."),
    )


def _unwrap(value: object, *, at: str) -> Any:
    """Of numpy and pandas, whose arrays, series and single numbers have `tolist`; nothing else is guessed."""
    unwrap = getattr(value, "tolist", None)
    if callable(unwrap):
        found = cast("Callable[[], object]", unwrap)()
        if type(found) is not type(value):
            return to_plain(found, at=at)
    raise ArgumentError(
        _("« {place} » est un objet {kind}, qu’une question ne peut pas porter.").format(
            place=at, kind=type(value).__name__
        ),
        why=_("Un paramètre est fait de textes, de nombres, de listes et de dictionnaires."),
        remedy=_("Pour des concepts, donnez leurs identifiants : concepts=[201826]."),
    )
