"""Blocks of a mapping for persons, where they live, their deaths and their stays."""

from collections.abc import Mapping, Sequence

from maillage.base.i18n import _
from maillage.warehouse.batches.tables.suggest.dates import has_clock
from maillage.warehouse.batches.tables.suggest.keys import choose_key
from maillage.warehouse.batches.tables.suggest.lines import Described, Lines, doubt, quote_name
from maillage.warehouse.batches.tables.suggest.recognise import Guess

_MALE, _FEMALE = 8507, 8532
_SEXES: Mapping[str, int] = {
    **dict.fromkeys(("M", "H", "1", "01", "MASCULIN", "HOMME", "MALE", "G"), _MALE),
    **dict.fromkeys(("F", "2", "02", "FEMININ", "FÉMININ", "FEMME", "FEMALE", "MME"), _FEMALE),
}
_USUAL = ("M", "F", "1", "2")


def propose_people(files: Sequence[Described], stays: Described | None) -> list[Lines]:
    """Persons first: the other tables name their rows."""
    persons = next((one for one in files if one.has("person", "birth_date")), None)
    deaths = next((one for one in files if one.has("person", "death_date")), None)
    blocks = _propose_persons(persons) if persons else []
    return [*blocks, *([_death(deaths)] if deaths else []), *([_visit(stays)] if stays else [])]


def find_stays(files: Sequence[Described]) -> Described | None:
    """The file of stays: of several, one in which each stay has a row of its own."""
    found = [one for one in files if one.has("stay", "person", "stay_start")]
    return min(found, key=_repeats, default=None)


def start(
    table: str, file: Described, *, key: Sequence[str] = (), comment: str = "", rank: str = ""
) -> Lines:
    """The first lines of a block; `rank` tells a diagnosis from the same one under another rank."""
    lines = Lines()
    lines.used += key
    lines.add(1, f"- table: {table}")
    lines.add(2, f"source: {file.name}")
    if key:
        parts = [*map(quote_name, key), *([f"{{constant: {rank}}}"] if rank else [])]
        lines.add(2, f"key: [{', '.join(parts)}]", comment)
    return lines


def add_time(lines: Lines, file: Described, name: str, guess: Guess) -> None:
    """The day, and the instant beside it where the column tells the hour."""
    lines.value(f"{name}_date", guess)
    if has_clock(file.sample.columns[guess.column]):
        lines.value(f"{name}_datetime", guess)


def _repeats(file: Described) -> float:
    cells = [cell for cell in file.sample.rows[file.roles["stay"].column] if cell]
    return 1 - len(set(cells)) / max(len(cells), 1)


def _propose_persons(file: Described) -> list[Lines]:
    home = file.roles.get("geo_code") or file.roles.get("postal_code")
    blocks = [_location(file, home)] if home else []
    return [*blocks, _person(file, home)]


def _location(file: Described, home: Guess) -> Lines:
    lines = start("location", file, key=[home.column], comment=doubt(home))
    if not file.is_full(home):
        lines.add(2, f"where: [{{column: {lines.name(home)}, empty: false}}]")
    lines.add(2, "columns:")
    name = "zip" if home.role == "postal_code" else "location_source_value"
    lines.value(name, home)
    return lines


def _person(file: Described, home: Guess | None) -> Lines:
    key, birth = file.roles["person"], file.roles["birth_date"]
    lines = start("person", file, key=[key.column], comment=doubt(key))
    lines.add(2, "columns:")
    lines.value("person_source_value", key)
    for part in ("year", "month", "day"):
        lines.value(f"{part}_of_birth", birth, more=f", part: {part}")
    if sex := file.roles.get("sex"):
        _add_sex(lines, sex, set(file.sample.columns[sex.column]))
    if home:
        lines.refer("location_id", "location", home)
    return lines


def _add_sex(lines: Lines, sex: Guess, seen: set[str]) -> None:
    """The words of the file that are known, as it writes them; others give the concept 0."""
    known = sorted(word for word in seen if word.upper() in _SEXES) or list(_USUAL)
    words = ", ".join(f"{_quote_word(word)}: {_SEXES[word.upper()]}" for word in known)
    strange = len(known) < len(seen)
    comment = _("à vérifier : d’autres valeurs donnent le concept 0, complétez map") if strange else ""
    lines.value(
        "gender_concept_id", sex, more=f", map: {{{words}}}, otherwise: 0, default: 0", comment=comment
    )
    lines.value("gender_source_value", sex)


def _quote_word(word: str) -> str:
    return quote_name(word) if word.isalpha() else f'"{word}"'


def _death(file: Described) -> Lines:
    person, death = file.roles["person"], file.roles["death_date"]
    lines = start("death", file)
    lines.add(2, "where:")
    lines.add(3, f"- {{column: {lines.name(death)}, empty: false}}")
    lines.add(2, "columns:")
    lines.refer("person_id", "person", person)
    lines.value("death_date", death)
    return lines


def _visit(file: Described) -> Lines:
    stay, person = file.roles["stay"], file.roles["person"]
    key = choose_key(file, [stay.column])
    twice = _("à décider : un séjour a plusieurs lignes, dont une seule peut être chargée")
    note = " ; ".join(filter(None, (doubt(stay), twice if len(key.columns) > 1 or key.alike else "")))
    lines = start("visit_occurrence", file, key=[stay.column], comment=note)
    lines.add(2, "columns:")
    lines.refer("person_id", "person", person)
    kinds = _("à vérifier : 9201 hospitalisation, 9203 urgences, 9202 consultation")
    lines.add(3, "visit_concept_id: {constant: 9201}", kinds)
    add_time(lines, file, "visit_start", file.roles["stay_start"])
    if end := file.roles.get("stay_end"):
        add_time(lines, file, "visit_end", end)
    lines.value("visit_source_value", stay)
    for role, name in (("entry_mode", "admitted_from"), ("exit_mode", "discharged_to")):
        if mode := file.roles.get(role):
            lines.value(f"{name}_source_value", mode)
    if kind := file.roles.get("stay_type"):
        instead = f"# visit_concept_id: {{column: {lines.name(kind)}, map: {{…: 9201}}}}"
        lines.add(3, instead, _("peut remplacer la constante"))
    return lines
