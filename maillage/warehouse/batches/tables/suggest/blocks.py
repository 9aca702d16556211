"""From recognised columns to blocks of a mapping, line by line, with a comment on what is unsure."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from maillage.base.i18n import _, mark
from maillage.warehouse.batches.tables.suggest.recognise import Confidence, Guess, has_decimal_commas
from maillage.warehouse.batches.tables.suggest.sample import Sample

_DOUBTS: Mapping[Confidence, str] = {
    Confidence.LIKELY: mark("probable"),
    Confidence.GUESS: mark("à vérifier : le nom dit peu"),
    Confidence.SHAPE: mark("à vérifier : reconnu à la forme des valeurs"),
    Confidence.DOUBT: mark("à vérifier : les valeurs n’ont pas la forme de ces codes"),
}
_SEX = '{M: 8507, F: 8532, H: 8507, "1": 8507, "2": 8532}'


@dataclass(frozen=True)
class Described:
    """A file, the name of its source in the mapping, and what its columns seem to be."""

    name: str
    sample: Sample
    roles: Mapping[str, Guess]

    def has(self, *roles: str) -> bool:
        """Whether a column was found for each role."""
        return all(role in self.roles for role in roles)


@dataclass(frozen=True)
class Event:
    """A kind of event: the role of its code, the code system, the table, and where its dates come from."""

    role: str
    vocabulary: str
    table: str
    start: str
    date: str


EVENTS: Sequence[Event] = (
    Event("cim10", "CIM10", "condition_occurrence", "condition_start_date", "cim10_date"),
    Event("ccam", "CCAM", "procedure_occurrence", "procedure_date", "ccam_date"),
    Event("atc", "ATC", "drug_exposure", "drug_exposure_start_date", "drug_start"),
    Event("ucd", "UCD", "drug_exposure", "drug_exposure_start_date", "drug_start"),
    Event("loinc", "LOINC", "measurement", "measurement_date", "lab_date"),
    Event("lab_code", "LABO", "measurement", "measurement_date", "lab_date"),
)


@dataclass
class Lines:
    """Lines of YAML. `missing` says why they cannot be used as they are: they are then all comments."""

    texts: list[str] = field(default_factory=list[str])
    missing: str = ""

    def add(self, depth: int, text: str, comment: str = "") -> None:
        """One line."""
        self.texts.append("  " * depth + text + (f"  # {comment}" if comment else ""))

    def value(self, name: str, guess: Guess, *, more: str = "", comment: str = "") -> None:
        """A column of the table from a column of the file."""
        notes = " ; ".join(filter(None, (doubt(guess), comment)))
        self.add(3, f"{name}: {{column: {quote_name(guess.column)}{more}}}", notes)


def quote_name(name: str) -> str:
    """A text that YAML reads as the same text."""
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) and name not in ("null", "true", "false")
    return name if plain else json.dumps(name, ensure_ascii=False)


def doubt(guess: Guess) -> str:
    """What a comment says of a guess; nothing when it is sure."""
    return _(_DOUBTS[guess.confidence]) if guess.confidence in _DOUBTS else ""


def propose_blocks(files: Sequence[Described]) -> list[Lines]:
    """Every table that the files allow, persons first."""
    stays = next((one for one in files if one.has("stay", "person", "stay_start")), None)
    blocks = [_person(one) for one in files if one.has("person", "birth_date")][:1]
    blocks += [_death(one) for one in files if one.has("person", "death_date")][:1]
    blocks += [_visit(stays)] if stays else []
    for one in files:
        chosen: dict[str, Event] = {}
        for event in EVENTS:
            if event.role in one.roles:
                chosen.setdefault(event.table, event)
        blocks += [_event(one, event, stays) for event in chosen.values()]
    return blocks


def _start(table: str, file: Described, *, key: Sequence[str] = (), comment: str = "") -> Lines:
    lines = Lines()
    lines.add(1, f"- table: {table}")
    lines.add(2, f"source: {file.name}")
    if key:
        lines.add(2, f"key: [{', '.join(map(quote_name, key))}]", comment)
    return lines


def _person(file: Described) -> Lines:
    key, birth = file.roles["person"], file.roles["birth_date"]
    lines = _start("person", file, key=[key.column], comment=doubt(key))
    lines.add(2, "columns:")
    lines.value("person_source_value", key)
    for part in ("year", "month", "day"):
        lines.value(f"{part}_of_birth", birth, more=f", part: {part}")
    if sex := file.roles.get("sex"):
        known = set(file.sample.columns[sex.column]) <= {"M", "F", "H", "1", "2"}
        strange = "" if known else _("à vérifier : d’autres valeurs donnent le concept 0, complétez map")
        lines.value(
            "gender_concept_id", sex, more=f", map: {_SEX}, otherwise: 0, default: 0", comment=strange
        )
        lines.value("gender_source_value", sex)
    return lines


def _death(file: Described) -> Lines:
    person, death = file.roles["person"], file.roles["death_date"]
    lines = _start("death", file)
    lines.add(2, "where:")
    lines.add(3, f"- {{column: {quote_name(death.column)}, empty: false}}")
    lines.add(2, "columns:")
    lines.add(3, f"person_id: {{ref: person, by: [{quote_name(person.column)}]}}")
    lines.value("death_date", death)
    return lines


def _visit(file: Described) -> Lines:
    stay, person = file.roles["stay"], file.roles["person"]
    lines = _start("visit_occurrence", file, key=[stay.column], comment=doubt(stay))
    lines.add(2, "columns:")
    lines.add(3, f"person_id: {{ref: person, by: [{quote_name(person.column)}]}}", doubt(person))
    lines.add(
        3,
        "visit_concept_id: {constant: 9201}",
        _("à vérifier : 9201 hospitalisation, 9203 urgences, 9202 consultation"),
    )
    lines.value("visit_start_date", file.roles["stay_start"])
    if end := file.roles.get("stay_end"):
        lines.value("visit_end_date", end)
    lines.value("visit_source_value", stay)
    if kind := file.roles.get("stay_type"):
        lines.add(
            3,
            f"# visit_concept_id: {{column: {quote_name(kind.column)}, map: {{…: 9201}}}}",
            _("peut remplacer la constante"),
        )
    return lines


def _event(file: Described, event: Event, stays: Described | None) -> Lines:
    code = file.roles[event.role]
    joined = _joined(file, event, stays)
    lines = _start(
        event.table, file, key=_key(file, event), comment=_("à vérifier : doit distinguer deux lignes")
    )
    if joined and stays:
        own, other = file.roles["stay"].column, stays.roles["stay"].column
        lines.add(2, f"join: {{source: {stays.name}, columns: {{{quote_name(own)}: {quote_name(other)}}}}}")
    lines.add(
        2,
        f"code: {{code: {{column: {quote_name(code.column)}}}, vocabulary: {event.vocabulary}}}",
        _of_code(event, code),
    )
    if event.table == "measurement" and (unit := file.roles.get("unit")):
        lines.add(2, f"unit: {{column: {quote_name(unit.column)}}}", doubt(unit))
    lines.add(2, "columns:")
    _who_and_when(lines, file, event, stays if joined else None)
    if stays and file.has("stay"):
        lines.add(
            3,
            f"visit_occurrence_id: {{ref: visit_occurrence, by: [{quote_name(file.roles['stay'].column)}]}}",
        )
    _details(lines, file, event)
    return lines


def _of_code(event: Event, code: Guess) -> str:
    own = (
        _("codes locaux : donnez-leur des concepts dans source_to_concept_map")
        if event.role == "lab_code"
        else ""
    )
    return " ; ".join(filter(None, (doubt(code), own)))


def _joined(file: Described, event: Event, stays: Described | None) -> bool:
    """Whether the person or the date must come from the stay."""
    if stays is None or stays is file or "stay" not in file.roles:
        return False
    return "person" not in file.roles or _date(file, event) is None


def _date(file: Described, event: Event) -> Guess | None:
    return file.roles.get(event.date) or file.roles.get("date") or file.roles.get("stay_start")


def _key(file: Described, event: Event) -> list[str]:
    row = file.roles.get("row")
    if row:
        return [row.column]
    date = file.roles.get(event.date) or file.roles.get("date")
    owner = file.roles.get("stay") or file.roles.get("person")
    return [one.column for one in (owner, file.roles[event.role], date) if one]


def _who_and_when(lines: Lines, file: Described, event: Event, joined: Described | None) -> None:
    person, date = file.roles.get("person"), _date(file, event)
    if person:
        lines.add(3, f"person_id: {{ref: person, by: [{quote_name(person.column)}]}}", doubt(person))
    elif joined:
        column = quote_name(f"{joined.name}.{joined.roles['person'].column}")
        lines.add(3, f"person_id: {{ref: person, by: [{column}]}}", _("par le séjour"))
    else:
        lines.missing = _("la colonne du patient n’est pas reconnue")
    if date:
        lines.value(event.start, date)
    elif joined:
        column = quote_name(f"{joined.name}.{joined.roles['stay_start'].column}")
        lines.add(
            3, f"{event.start}: {{column: {column}}}", _("à vérifier : la date du séjour, faute d’autre")
        )
    else:
        lines.missing = lines.missing or _("aucune colonne de date n’est reconnue")


def _details(lines: Lines, file: Described, event: Event) -> None:
    if event.table == "drug_exposure":
        for role, name in (("drug_end", "drug_exposure_end_date"), ("quantity", "quantity"), ("sig", "sig")):
            if guess := file.roles.get(role):
                lines.value(name, guess, more=", unreadable: empty" if name == "quantity" else "")
    if event.table == "measurement" and (result := file.roles.get("result")):
        comma = ', decimal: ","' if has_decimal_commas(file.sample.columns[result.column]) else ""
        lines.value(
            "value_as_number",
            result,
            more=f"{comma}, unreadable: empty",
            comment=_("ce qui n’est pas un nombre reste dans value_source_value"),
        )
        lines.value("value_source_value", result)
