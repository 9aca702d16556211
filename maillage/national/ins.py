"""The national health identity (INS) of a patient: a matricule of 15 characters, and who gave it.

The matricule is a NIR or a NIA: 13 characters, of which the 6th and 7th may be 2A or 2B (Corsica), then a key
of two digits, 97 less the remainder of the 13 by 97. Source: référentiel INS, Agence du numérique en santé.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from maillage.base.i18n import _
from maillage.national.errors import InsError

LENGTH = 15
MODULUS = 97
CORSICA = {"2A": "19", "2B": "18"}
"""What the two departments of Corsica count for in the key."""

SHAPE = r"^[1-478][0-9]{4}([0-9]{2}|2[AB])[0-9]{8}$"
"""Sex (1, 2; others for those who await a NIR), year, month, department, commune, order, key."""
BARE_SHAPE = r"^[1-478][0-9]{4}([0-9]{2}|2[AB])[0-9]{6}$"
"""The same without its key, as older files have it."""

_SPACES = re.compile(r"[\s.\-\u00a0\u202f]+")


class Authority(StrEnum):
    """Who gave the matricule, by its OID."""

    NIR = "1.2.250.1.213.1.4.8"
    NIA = "1.2.250.1.213.1.4.9"
    TEST = "1.2.250.1.213.1.4.10"
    DEMONSTRATION = "1.2.250.1.213.1.4.11"

    @property
    def is_real(self) -> bool:
        """Whether a person bears it, rather than an example."""
        return self in (Authority.NIR, Authority.NIA)


@dataclass(frozen=True, repr=False)
class Ins:
    """A matricule whose key holds. Raises InsError for any other text.

    Printed, it shows nothing of the patient: ask for `matricule` where the number itself is meant.
    """

    matricule: str
    authority: Authority = Authority.NIR

    def __post_init__(self) -> None:
        if not re.fullmatch(SHAPE, self.matricule):
            raise InsError(
                _("Ce texte n’est pas un matricule INS."),
                why=_("Un matricule compte 13 caractères, puis une clé de 2 chiffres."),
            )
        if key_of(self.matricule[:13]) != self.matricule[13:]:
            raise InsError(
                _("La clé de ce matricule INS est fausse."),
                why=_("Elle vaut 97 moins le reste de la division du numéro par 97."),
                remedy=_("Vérifiez la saisie auprès de la cellule d’identitovigilance."),
            )

    def __repr__(self) -> str:
        return f"Ins(…, {self.authority.name})"

    __str__ = __repr__


def parse_ins(text: str, *, authority: Authority = Authority.NIR) -> Ins:
    """The INS in a text, written with or without spaces, points or hyphens. Raises InsError."""
    # Four times the length: no spacing of a card takes more, and a long text costs nothing.
    return Ins(_SPACES.sub("", text[: 4 * LENGTH + 1]).upper(), authority)


def key_of(number: str) -> str:
    """The two digits that follow the 13 characters of a NIR or a NIA."""
    digits = number[:5] + CORSICA.get(number[5:7], number[5:7]) + number[7:]
    return f"{MODULUS - int(digits) % MODULUS:02d}"
