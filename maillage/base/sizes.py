"""Amounts of memory as people write them, in French or in English: `8Go`, `8 GB`, `1,5 Gio`, `512Mo`."""

import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from maillage.base.errors import MaillageError
from maillage.base.i18n import _

_POWERS: Mapping[str, int] = MappingProxyType({"": 0, "K": 1, "M": 2, "G": 3, "T": 4})
# An octet is a byte; the i of Gio and GiB says powers of 1024 rather than of 1000.
_WRITTEN = re.compile(r"(\d+(?:[.,]\d+)?)\s*([KMGT]?)(I?)[OB]", re.IGNORECASE | re.ASCII)
_SPACES = "\u00a0\u202f"


class SizeError(MaillageError):
    """What was given is no amount of memory."""


def read_size(text: str) -> int:
    """The bytes that a text says: `8Go` is 8,000,000,000, `8Gio` is 8 × 1024³. Raises SizeError."""
    number, prefix, binary = _parse(text)
    return int(number * Decimal(1024 if binary else 1000) ** _POWERS[prefix])


def spell_size(text: str) -> str:
    """The amount as engines read it: `8Go` becomes `8GB`, `1,5 Gio` `1.5GiB`. Raises SizeError."""
    number, prefix, binary = _parse(text)
    return f"{number:f}{prefix}{'i' if binary else ''}B"


def _parse(text: str) -> tuple[Decimal, str, bool]:
    found = _WRITTEN.fullmatch(text.strip().translate(dict.fromkeys(map(ord, _SPACES), " ")))
    number = Decimal(found[1].replace(",", ".")) if found else Decimal(0)
    if found is None or not number:
        raise SizeError(
            _("« {text} » n’est pas une quantité de mémoire.").format(text=text[:40]),
            remedy=_("Écrivez un nombre positif et son unité : 8Go, 500 Mo, 1,5 Gio, ou 8GB, 8GiB."),
        )
    return number, found[2].upper(), bool(found[3])
