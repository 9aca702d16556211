"""How a person at the hospital names a patient, and under which texts a warehouse may know them."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from maillage.base.i18n import _, mark
from maillage.national.errors import InsError
from maillage.national.ins import parse_ins
from maillage.node.errors import ObjectionError
from maillage.warehouse.batches.identity import person_number

COLUMNS = ("ins", "local_id")
MAX_SHOWN = 20
MAX_LENGTH = 100
NIR_LENGTH = 13

_KINDS: Mapping[str, str] = {
    "ins": mark("INS"),
    "local_id": mark("numéro local"),
    "both": mark("INS et numéro local"),
}


@dataclass(frozen=True, repr=False)
class Patient:
    """A patient by INS, by the hospital's own number, or by both. Raises InsError, ObjectionError.

    Printed, it shows nothing of the patient.
    """

    ins: str = ""
    local_id: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "ins", parse_ins(self.ins).matricule if self.ins.strip() else "")
        object.__setattr__(self, "local_id", self.local_id.strip())
        if not self.ins and not self.local_id:
            raise ObjectionError(_("Ni INS ni numéro local."))
        if len(self.local_id) > MAX_LENGTH:
            raise ObjectionError(_("Le numéro local est trop long."))

    def __repr__(self) -> str:
        return f"Patient(…, {self.kind})"

    @property
    def kind(self) -> str:
        """By what the patient is named: `ins`, `local_id` or `both`."""
        return "both" if self.ins and self.local_id else "ins" if self.ins else "local_id"

    @property
    def names(self) -> tuple[str, ...]:
        """What `names_of_person` may give for this patient: any of them is enough.

        The matricule may lie in a warehouse without its key; the hospital's number stands as it is, or as the
        person's id that a batch makes of it.
        """
        texts = [self.ins, self.ins[:NIR_LENGTH], self.local_id]
        names = [_by_source(text) for text in texts if text]
        return (*names, *([_by_id(person_number(self.local_id))] if self.local_id else ()))


def names_of_person(person_id: int, source_value: str | None) -> tuple[str, ...]:
    """The names of a person of a warehouse: its id there, and what its source calls it."""
    by_id = _by_id(person_id)
    return (by_id, _by_source(source_value)) if source_value else (by_id,)


def _by_id(person_id: int) -> str:
    return f"id:{person_id}"


def _by_source(text: str) -> str:
    return "source:" + "".join(text.split()).upper()


def word_kind(kind: str) -> str:
    """By what a patient is named, for people."""
    return _(_KINDS[kind])


def read_patients(path: Path) -> list[Patient]:
    """The patients of a CSV file with a column `ins`, `local_id` or both: every one of them, or an error.

    Raises ObjectionError, which names the lines and never what they hold.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(path.name, error.strerror or "") from None
    return parse_patients(data, name=path.name)


def parse_patients(data: bytes, *, name: str) -> list[Patient]:
    """The same of a file's bytes; `name` is how errors call it."""
    patients: list[Patient] = []
    wrong: list[str] = []
    for number, cells in _read_rows(data, name=name):
        try:
            patients.append(Patient(**cells))
        except (InsError, ObjectionError) as error:
            wrong.append(_("ligne {number} : {reason}").format(number=number, reason=error.what))
    if wrong:
        more = _(" … et {count} autres").format(count=len(wrong) - MAX_SHOWN) if wrong[MAX_SHOWN:] else ""
        raise ObjectionError(
            _("{file} a des lignes fausses : {count}.").format(file=name, count=len(wrong)),
            why=" ".join(wrong[:MAX_SHOWN]) + more,
            remedy=_("Corrigez-les, puis recommencez : rien n’a été enregistré."),
        )
    return patients


def _unreadable(name: str, why: str) -> ObjectionError:
    return ObjectionError(_("{file} ne peut pas être lu.").format(file=name), why=why)


def _read_rows(data: bytes, *, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable(name, _("Ce n’est pas un texte en UTF-8.")) from None
    lines = text.splitlines()
    header = lines[0] if lines else ""
    delimiter = max(";,\t", key=header.count)
    places = _find_columns(next(csv.reader([header], delimiter=delimiter), []), name)
    # A line at a time: a quotation mark left open spoils its own line alone, and the number stays true.
    for number, line in enumerate(lines[1:], start=2):
        if line.strip():
            cells = next(csv.reader([line], delimiter=delimiter))
            yield number, {column: cells[at] for column, at in places.items() if at < len(cells)}


def _find_columns(header: Sequence[str], name: str) -> dict[str, int]:
    names = [column.strip().lower() for column in header]
    places = {column: names.index(column) for column in COLUMNS if column in names}
    if not places:
        raise ObjectionError(
            _("{file} n’a pas les colonnes attendues.").format(file=name),
            remedy=_("Sa première ligne nomme au moins une de ces colonnes : {names}.").format(
                names=", ".join(COLUMNS)
            ),
        )
    return places
