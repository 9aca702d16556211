"""Maps of local codes and factors between units: their lines name codes, the release has ids."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from maillage.base.i18n import _
from maillage.warehouse.vocabulary.codes import Key
from maillage.warehouse.vocabulary.errors import VocabularySourceError
from maillage.warehouse.vocabulary.registry import Ids
from maillage.warehouse.vocabulary.sources.files import at_line, read_lines
from maillage.warehouse.vocabulary.sources.tables import read_table

ALWAYS, FOR_EVER = "1970-01-01", "2099-12-31"
"""The validity of what has no other."""

_MAP_COLUMNS = (("source_vocabulary_id",), ("source_code",), ("target_vocabulary_id",), ("target_code",))
_CONVERSION_COLUMNS = (("from_unit_code",), ("to_unit_code",), ("factor",))


def read_maps(paths: Iterable[Path], *, ids: Ids) -> Sequence[Sequence[object]]:
    """Rows of SOURCE_TO_CONCEPT_MAP, in order. Raises VocabularySourceError, naming the line."""
    rows: dict[tuple[str, str, int], Sequence[object]] = {}
    for path in paths:
        for number, line in read_lines(path, required=_MAP_COLUMNS):
            place = at_line(path, number)
            source = Key(line["source_vocabulary_id"], line["source_code"])
            target = _find(Key(line["target_vocabulary_id"], line["target_code"]), ids, place)
            if (*source, target) in rows:
                raise VocabularySourceError(
                    _("{place} : cette correspondance vient deux fois.").format(place=place),
                    remedy=_("N’en gardez qu’une ligne."),
                )
            rows[*source, target] = _map_row(source, line, ids.get(source, 0), target)
    return [rows[key] for key in sorted(rows)]


def read_conversions(paths: Iterable[Path], *, ids: Ids) -> Iterator[Sequence[object]]:
    """Rows of unit_conversion from files of an office."""
    for path in paths:
        for number, line in read_lines(path, required=_CONVERSION_COLUMNS):
            yield _conversion(line, ids, at_line(path, number))


def shipped_conversions(ids: Ids) -> Iterator[Sequence[object]]:
    """The same quantity in two units, or a molar mass; units that no list gives are left out."""
    for line in read_table("unit_conversion.csv"):
        if Key("UCUM", line["from_unit_code"]) in ids and Key("UCUM", line["to_unit_code"]) in ids:
            yield _conversion(line, ids, "unit_conversion.csv")


def _conversion(record: Mapping[str, str], ids: Ids, place: str) -> Sequence[object]:
    units = [_find(Key("UCUM", record[name]), ids, place) for name in ("from_unit_code", "to_unit_code")]
    analyte = record.get("measurement_code", "")
    return (*units, _find(Key("LOINC", analyte), ids, place) if analyte else 0, _factor(record, place))


def _factor(record: Mapping[str, str], place: str) -> float:
    try:
        factor = float(record["factor"])
    except ValueError:
        factor = 0.0
    if not 0 < factor < float("inf"):
        raise VocabularySourceError(
            _("{place} : le facteur n’est pas un nombre positif.").format(place=place),
            remedy=_("Écrivez-le avec un point décimal."),
        )
    return factor


def _map_row(source: Key, line: Mapping[str, str], source_id: int, target: int) -> Sequence[object]:
    return (
        *(source.code, source_id, source.vocabulary, line.get("source_code_description") or None),
        *(target, line["target_vocabulary_id"], ALWAYS, FOR_EVER, None),
    )


def _find(key: Key, ids: Ids, place: str) -> int:
    if key not in ids:
        raise VocabularySourceError(
            _("{place} : le code {code} n’est pas dans ce référentiel.").format(
                place=place, code="/".join(key)
            ),
            remedy=_("Ajoutez la liste qui le contient, ou corrigez la correspondance."),
        )
    return ids[key]
