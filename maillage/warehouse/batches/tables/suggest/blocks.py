"""From recognised columns to blocks of a mapping for events, with a comment on what is unsure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from maillage.base.i18n import _
from maillage.warehouse.batches.tables.suggest.keys import choose_key
from maillage.warehouse.batches.tables.suggest.lines import Described, Lines, doubt, quote_name
from maillage.warehouse.batches.tables.suggest.people import add_time, find_stays, propose_people, start
from maillage.warehouse.batches.tables.suggest.recognise import Guess


@dataclass(frozen=True)
class Event:
    """A kind of event: the role of its code, the code system, the table, and where its dates come from.

    Of the events of one `group` a file has one, the first.
    """

    role: str
    vocabulary: str
    table: str
    start: str
    date: str
    group: str
    status: int = 0
    """The rank of a diagnosis, as a concept."""


_PRINCIPAL, _ASSOCIATED = 32902, 32908
_RANKS: Mapping[str, int] = {"DP": _PRINCIPAL, "DR": _ASSOCIATED, "DA": _ASSOCIATED, "DAS": _ASSOCIATED}
_CONDITION = ("condition_occurrence", "condition_start")
_DRUG = ("drug_exposure", "drug_exposure_start")
_LAB = ("measurement", "measurement")
EVENTS: Sequence[Event] = (
    Event("dp", "CIM10", *_CONDITION, "cim10_date", "dp", _PRINCIPAL),
    Event("dr", "CIM10", *_CONDITION, "cim10_date", "dr", _ASSOCIATED),
    Event("das", "CIM10", *_CONDITION, "cim10_date", "das", _ASSOCIATED),
    Event("cim10", "CIM10", *_CONDITION, "cim10_date", "cim10"),
    Event("ccam", "CCAM", "procedure_occurrence", "procedure", "ccam_date", "ccam"),
    Event("atc", "ATC", *_DRUG, "drug_start", "drug"),
    Event("ucd", "UCD", *_DRUG, "drug_start", "drug"),
    Event("cip13", "CIP", *_DRUG, "drug_start", "drug"),
    Event("drug_code", "MEDICAMENT", *_DRUG, "drug_start", "drug"),
    Event("loinc", "LOINC", *_LAB, "lab_date", "loinc"),
    Event("lab_code", "LABO", *_LAB, "lab_date", "local"),
)


def propose_blocks(files: Sequence[Described]) -> list[Lines]:
    """Every table that the files allow, persons first."""
    stays = find_stays(files)
    events = [_event(one, event, stays) for one in files for event in _choose(one)]
    return [*propose_people(files, stays), *events]


def _choose(file: Described) -> Iterator[Event]:
    groups: set[str] = set()
    for event in EVENTS:
        if event.role not in file.roles or event.group in groups:
            continue
        # Local codes tell what the international ones beside them do not.
        if event.group == "local" and "loinc" in groups and file.is_full(file.roles["loinc"]):
            continue
        groups.add(event.group)
        yield event


def _event(file: Described, event: Event, stays: Described | None) -> Lines:
    code, joined = file.roles[event.role], _joined(file, event, stays)
    key = choose_key(file, _base(file, event), code=code)
    rank = event.role.upper() if event.status else ""
    lines = start(event.table, file, key=key.columns, comment=_of_key(key.alike), rank=rank)
    if joined and stays:
        own, other = file.roles["stay"], stays.roles["stay"].column
        lines.add(2, f"join: {{source: {stays.name}, columns: {{{lines.name(own)}: {quote_name(other)}}}}}")
    if where := _where(lines, file, event):
        lines.add(2, f"where: [{where}]")
    lines.add(2, f"code: {_code(lines, code, event)}", _of_code(event, code))
    if event.table == "measurement" and (unit := file.roles.get("unit")):
        lines.add(2, f"unit: {{column: {lines.name(unit)}}}", doubt(unit))
    lines.add(2, "columns:")
    _who_and_when(lines, file, event, stays if joined else None)
    if stays and (stay := file.roles.get("stay")):
        lines.refer("visit_occurrence_id", "visit_occurrence", stay)
    _DETAILS[event.table](lines, file, event)
    return lines


def _code(lines: Lines, code: Guess, event: Event) -> str:
    split = f", split: {json.dumps(code.separators or ';')}" if code.separators or _row_of(code) else ""
    given = f"column: {lines.name(code)}"
    if columns := _row_of(code):
        lines.used += columns
        given = f"concat: [{', '.join(map(quote_name, columns))}]"
    return f"{{code: {{{given}}}, vocabulary: {event.vocabulary}{split}}}"


def _row_of(code: Guess) -> list[str]:
    """The columns of a row such as DAS1, DAS2…; nothing for one column alone."""
    return [code.column, *code.others] if code.others and code.role in ("das", "cim10", "ccam") else []


def _of_key(alike: int) -> str:
    told = _("à vérifier : doit distinguer deux lignes")
    if not alike:
        return told
    return _("à décider : {count} lignes de l’échantillon ont la clé d’une ligne différente").format(
        count=alike
    )


def _of_code(event: Event, code: Guess) -> str:
    own = (
        _("codes locaux : donnez-leur des concepts dans source_to_concept_map")
        if event.vocabulary in ("LABO", "MEDICAMENT")
        else ""
    )
    return " ; ".join(filter(None, (doubt(code), own)))


def _where(lines: Lines, file: Described, event: Event) -> str:
    """Rows without the code are not events of this kind; those of cells with several are left out anyway."""
    code, found = file.roles[event.role], list[str]()
    if event.group == "local" and (loinc := file.roles.get("loinc")):
        found.append(f"{{column: {lines.name(loinc)}, empty: true}}")
    if not file.is_full(code) and not code.separators and not _row_of(code):
        found.append(f"{{column: {lines.name(code)}, empty: false}}")
    return ", ".join(found)


def _joined(file: Described, event: Event, stays: Described | None) -> bool:
    """Whether the person or the date must come from the stay."""
    if stays is None or stays is file or "stay" not in file.roles:
        return False
    return "person" not in file.roles or _date(file, event) is None


def _date(file: Described, event: Event) -> Guess | None:
    return file.roles.get(event.date) or file.roles.get("date") or file.roles.get("stay_start")


def _base(file: Described, event: Event) -> list[str]:
    """The columns that a key begins with, the most telling first."""
    if (row := file.roles.get("row")) and file.is_full(row):
        return [row.column]
    owners = [guess for role in ("stay", "person") if (guess := file.roles.get(role))]
    owner = next((guess for guess in owners if file.is_full(guess)), owners[0] if owners else None)
    code, date = file.roles[event.role], file.roles.get(event.date) or file.roles.get("date")
    told = [owner, None if _row_of(code) else code, date]
    return [guess.column for guess in told if guess]


def _who_and_when(lines: Lines, file: Described, event: Event, joined: Described | None) -> None:
    person, date = file.roles.get("person"), _date(file, event)
    if person:
        lines.refer("person_id", "person", person)
    elif joined:
        column = quote_name(f"{joined.name}.{joined.roles['person'].column}")
        lines.add(3, f"person_id: {{ref: person, by: [{column}]}}", _("par le séjour"))
    else:
        lines.missing = _("la colonne du patient n’est pas reconnue")
    if date:
        add_time(lines, file, event.start, date)
    elif joined:
        column = quote_name(f"{joined.name}.{joined.roles['stay_start'].column}")
        why = _("à vérifier : la date du séjour, faute d’autre")
        lines.add(3, f"{event.start}_date: {{column: {column}}}", why)
    else:
        lines.missing = lines.missing or _("aucune colonne de date n’est reconnue")


def _detail_diagnosis(lines: Lines, file: Described, event: Event) -> None:
    if event.status:
        lines.add(3, f"condition_status_concept_id: {{constant: {event.status}}}")
        lines.add(3, f"condition_status_source_value: {{constant: {event.role.upper()}}}")
    elif kind := file.roles.get("diag_type"):
        ranks = ", ".join(f"{word}: {concept}" for word, concept in _RANKS.items())
        more = f", map: {{{ranks}}}, otherwise: 0, default: 0"
        lines.value("condition_status_concept_id", kind, more=more)
        lines.value("condition_status_source_value", kind)


def _detail_drug(lines: Lines, file: Described, _event: Event) -> None:
    if end := file.roles.get("drug_end"):
        add_time(lines, file, "drug_exposure_end", end)
    if quantity := file.roles.get("quantity"):
        lines.value("quantity", quantity, more=", unreadable: empty")
    dose, unit = file.roles.get("dose"), file.roles.get("dose_unit")
    if sig := file.roles.get("sig"):
        lines.value("sig", sig)
    elif dose:
        told = [lines.name(one) for one in (dose, unit) if one]
        lines.add(3, f"sig: {{concat: [{', '.join(told)}]}}", _("la dose, telle qu’elle est écrite"))
    if unit:
        lines.value("dose_unit_source_value", unit)
    if route := file.roles.get("route"):
        lines.value("route_source_value", route)


def _detail_result(lines: Lines, file: Described, _event: Event) -> None:
    if result := file.roles.get("result"):
        kept = _("ce qui n’est pas un nombre reste dans value_source_value")
        lines.value("value_as_number", result, more=", unreadable: empty", comment=kept)
        lines.value("value_source_value", result)
    for role in ("range_low", "range_high"):
        if bound := file.roles.get(role):
            lines.value(role, bound, more=", unreadable: empty")


def _no_detail(_lines: Lines, _file: Described, _event: Event) -> None:
    """An act has its code and its date."""


_DETAILS = {
    "condition_occurrence": _detail_diagnosis,
    "procedure_occurrence": _no_detail,
    "drug_exposure": _detail_drug,
    "measurement": _detail_result,
}
