"""Keys that several analyses give their rows, in words."""

from collections.abc import Mapping

from maillage.base.i18n import _, mark

_SEXES: Mapping[str, str] = {"F": mark("Femmes"), "M": mark("Hommes"), "other": mark("Sexe inconnu")}


def word_sex(key: str) -> str:
    """The sex of a row."""
    return _(_SEXES[key]) if key in _SEXES else key


def word_age(key: str) -> str:
    """The age group of a row."""
    if key.endswith("+"):
        return _("{age} ans et plus").format(age=key[:-1])
    low, _dash, high = key.partition("-")
    return _("{low} à {high} ans").format(low=low, high=high) if high else key
