"""The proposal as a YAML file that a person reads, corrects and loads."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from maillage.base.i18n import _, mark
from maillage.warehouse.batches.tables.mapping import Encoding
from maillage.warehouse.batches.tables.suggest.blocks import propose_blocks
from maillage.warehouse.batches.tables.suggest.dates import (
    find_nothing,
    formats_of,
    has_short_years,
    list_formats,
    month_comes_first,
)
from maillage.warehouse.batches.tables.suggest.lines import Described, Lines, quote_name
from maillage.warehouse.batches.tables.suggest.names import fold_name
from maillage.warehouse.batches.tables.suggest.recognise import has_decimal_commas, recognise
from maillage.warehouse.batches.tables.suggest.sample import read_sample
from maillage.warehouse.build.sources import is_csv
from maillage.warehouse.errors import SourceError

_SUFFIX = re.compile(r"\.(csv\.gz|csv|txt|tsv|parquet)$", re.IGNORECASE)
_NUMBERS = ("result", "range_low", "range_high", "quantity", "dose")
_ROLES: Mapping[str, str] = {
    "identity": mark("identité"),
    "ins": mark("identité nationale de santé"),
    "town": mark("commune"),
    "postal_code": mark("code postal"),
    "ward": mark("unité"),
    "label": mark("libellé"),
    "time": mark("heure"),
    "performer": mark("professionnel"),
    "ccam_part": mark("partie du code CCAM"),
    "status": mark("état"),
    "comment": mark("commentaire"),
    "ucd": mark("code UCD"),
    "cip13": mark("code CIP"),
    "lab_code": mark("code local"),
    "row": mark("numéro de ligne"),
    "date": mark("date"),
}
"""What is recognised and has no place of its own in what is proposed."""
_DATES = re.compile(r"(.*_)?(date|start|end)")


def suggest_mapping(paths: Sequence[Path]) -> str:
    """A mapping for files, its comments saying what is unsure; no value is in it. Raises SourceError."""
    files: list[Described] = []
    for path in paths:
        sample = read_sample(path)
        names = [one.name for one in files]
        files.append(Described(_source_name(path, names), sample, recognise(sample)))
    blocks = propose_blocks(files)
    usable = [line for block in blocks if not block.missing for line in block.texts]
    if not usable:
        raise SourceError(
            _("Aucune table ne se reconnaît dans ces fichiers."),
            why=_("Il faut au moins un patient et une date de naissance, ou un code et une date."),
            remedy=_("Écrivez la correspondance à la main : docs/warehouse-tables.md en donne une entière."),
        )
    lines = [
        "# "
        + _("Proposition : relisez les commentaires, puis vérifiez avec maillage warehouse map --check."),
        "version: 1",
        "sources:",
        *(line for one in files for line in _source(one)),
        "tables:",
        *usable,
    ]
    for block in blocks:
        if block.missing:
            lines.append("  # " + _("Incomplet : {why}.").format(why=block.missing))
            lines += [f"  # {line[2:]}" for line in block.texts]
    lines += [text for one in files for text in _unused(one, blocks)]
    return "\n".join(lines) + "\n"


def _source_name(path: Path, taken: Sequence[str]) -> str:
    stem = fold_name(_SUFFIX.sub("", path.name)) or "source"
    name, number = stem, 2
    while name in taken or not name[0].isalpha():
        name, number = (
            f"s_{stem}" if number == 2 and not stem[0].isalpha() else f"{stem}_{number}",
            number + 1,
        )
    return name


def _source(file: Described) -> list[str]:
    sample = file.sample
    lines = [f"  {file.name}:", f"    file: {quote_name(sample.path.name)}"]
    if is_csv(sample.path):
        if sample.encoding is not Encoding.UTF_8:
            lines.append(f"    encoding: {sample.encoding.value}  # " + _("deviné d’après les octets"))
        lines.append(f"    delimiter: {json.dumps(sample.delimiter)}")
    return [*lines, *_decimal(file), *_formats(file), *_nothing(file)]


def _decimal(file: Described) -> Iterator[str]:
    columns = [guess.column for role in _NUMBERS if (guess := file.roles.get(role))]
    if any(has_decimal_commas(file.sample.columns[column]) for column in columns):
        yield '    decimal: ","'


def _formats(file: Described) -> Iterator[str]:
    columns = {name: file.sample.columns[name] for name in _date_columns(file)}
    formats, comment = list_formats(columns), ""
    if month_comes_first(value for values in columns.values() for value in values):
        comment = "  # " + _("à vérifier : le mois semble venir avant le jour")
    days = [one for one in formats if "%H" not in one]
    instants = [one for one in formats if "%H" in one]
    if days:
        yield f"    date_formats: [{', '.join(map(json.dumps, days))}]{comment}"
    if instants:
        yield f"    datetime_formats: [{', '.join(map(json.dumps, instants))}]{comment}"
    if short := [name for name, values in columns.items() if has_short_years(values)]:
        yield "    # " + _("à décider : année sur deux chiffres, illisible sans le siècle : {names}").format(
            names=", ".join(map(quote_name, short))
        )


def _date_columns(file: Described) -> list[str]:
    """The columns of dates, whatever they are dates of."""
    known = {guess.column: role for role, guess in file.roles.items()}
    return [
        name
        for name, values in file.sample.columns.items()
        if _DATES.fullmatch(known.get(name, "")) or (name not in known and formats_of(values))
    ]


def _nothing(file: Described) -> Iterator[str]:
    """Words such as NR where a date or a number is expected: they are of a known list, and no value."""
    numbers = [guess.column for role in _NUMBERS if role != "result" and (guess := file.roles.get(role))]
    columns = [*_date_columns(file), *numbers]
    words = {word for name in columns for word in find_nothing(file.sample.columns[name])}
    if words:
        yield f"    nulls: [{', '.join(json.dumps(word, ensure_ascii=False) for word in sorted(words))}]"


def _unused(file: Described, blocks: Sequence[Lines]) -> Iterator[str]:
    """What is not loaded: columns whose meaning is known, then the others."""
    used = {name for block in blocks for name in block.used}
    known = {name: guess.role for guess in file.roles.values() for name in (guess.column, *guess.others)}
    left = [name for name in file.sample.columns if name not in used]
    said = {
        _("{file}, colonnes reconnues que cette proposition ne charge pas : {names}"): [
            _tell_column(name, known[name]) for name in left if name in known
        ],
        _("{file}, colonnes non reconnues : {names}"): [
            quote_name(name) for name in left if name not in known
        ],
    }
    for text, names in said.items():
        if names:
            yield "# " + text.format(file=quote_name(file.sample.path.name), names=", ".join(names))


def _tell_column(name: str, role: str) -> str:
    return f"{quote_name(name)} ({_(_ROLES[role])})" if role in _ROLES else quote_name(name)
