"""Stays outside the group: a national aggregate by department of residence, read from a CSV file.

Members see stays in their own hospitals alone; those of residents elsewhere are in the national base (ATIH).
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from maillage.analysis.errors import AnalysisError
from maillage.analysis.flows.residence import UNKNOWN, find_department
from maillage.base.errors import Kind
from maillage.base.i18n import _

COLUMNS = ("department", "stays")


class OutsideError(AnalysisError):
    """The file is not an aggregate of stays by department."""

    kind = Kind.INTEGRITY


@dataclass(frozen=True)
class Outside:
    """Stays by department; `hidden` are departments whose number the national base does not publish."""

    stays: Mapping[str, float]
    hidden: tuple[str, ...]


def read_outside(path: Path) -> Outside:
    """Read the columns `department` and `stays` (`;` or `,`); an empty number is one that is not published.

    Raises OutsideError with the line: a department that is none or comes twice, a number that is none.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise OutsideError(
            _("Le fichier {path} est illisible.").format(path=path), why=type(error).__name__
        ) from error
    first, _newline, _rest = text.partition("\n")
    reader = csv.DictReader(text.splitlines(), delimiter=";" if ";" in first else ",")
    if not set(COLUMNS) <= set(reader.fieldnames or ()):
        raise OutsideError(
            _("Il manque des colonnes à l’agrégat national."),
            remedy=_("Il en faut deux : {columns}.").format(columns=", ".join(COLUMNS)),
        )
    return _gather(reader)


def _gather(rows: Iterable[Mapping[str, str | None]]) -> Outside:
    stays: dict[str, float] = {}
    hidden: list[str] = []
    for line, row in enumerate(rows, start=2):
        department = find_department(row["department"])
        number = (row["stays"] or "").strip()
        known = department in stays or department in hidden
        if department == UNKNOWN or known or not (number.isdecimal() or not number):
            raise OutsideError(
                _("Ligne {line} de l’agrégat national : département ou nombre de séjours invalide.").format(
                    line=line
                ),
                remedy=_("Chaque département une fois, et un nombre entier ou rien."),
            )
        if number:
            stays[department] = float(number)
        else:
            hidden.append(department)
    return Outside(stays, tuple(hidden))
