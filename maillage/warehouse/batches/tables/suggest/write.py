"""The proposal as a YAML file that a person reads, corrects and loads."""

import re
from collections.abc import Sequence
from pathlib import Path

from maillage.base.i18n import _
from maillage.warehouse.batches.tables.mapping import Encoding
from maillage.warehouse.batches.tables.suggest.blocks import Described, propose_blocks, quote_name
from maillage.warehouse.batches.tables.suggest.recognise import (
    date_formats,
    fold_name,
    month_comes_first,
    recognise,
)
from maillage.warehouse.batches.tables.suggest.sample import Sample, read_sample
from maillage.warehouse.build.sources import is_csv
from maillage.warehouse.errors import SourceError

_SUFFIX = re.compile(r"\.(csv\.gz|csv|txt|tsv|parquet)$", re.IGNORECASE)


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
    lines += [_unused(one) for one in files if _unused(one)]
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
    if not is_csv(sample.path):
        return lines
    if sample.encoding is not Encoding.UTF_8:
        lines.append(f"    encoding: {sample.encoding.value}  # " + _("deviné d’après les octets"))
    lines.append(f"    delimiter: {_DELIMITER.get(sample.delimiter, sample.delimiter)}")
    return lines + _formats(sample)


_DELIMITER = {";": '";"', ",": '","', "\t": '"\\t"', "|": '"|"'}


def _formats(sample: Sample) -> list[str]:
    formats = date_formats(sample)
    if not formats:
        return []
    comment = ""
    if month_comes_first(sample):
        formats = [one.replace("%d/%m/", "%m/%d/") for one in formats]
        comment = "  # " + _("à vérifier : le mois semble venir avant le jour")
    days = [one for one in formats if "%H" not in one]
    instants = [one for one in formats if "%H" in one]
    lines = [f"    date_formats: [{', '.join(map(_quoted, days))}]{comment}"] if days else []
    return lines + (
        [f"    datetime_formats: [{', '.join(map(_quoted, instants))}]{comment}"] if instants else []
    )


def _quoted(text: str) -> str:
    return f'"{text}"'


def _unused(file: Described) -> str:
    used = {guess.column for guess in file.roles.values()}
    rest = [quote_name(name) for name in file.sample.columns if name not in used]
    if not rest:
        return ""
    return "# " + _("{file}, colonnes non reconnues : {names}").format(
        file=quote_name(file.sample.path.name), names=", ".join(rest)
    )
