"""From the file to a mapping whose every name was checked, or to an error that names a line."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from maillage.base.i18n import _
from maillage.warehouse.batches.tables.document import Document, Place, fault, read_document
from maillage.warehouse.batches.tables.invalid import describe_invalid, suggest_name
from maillage.warehouse.batches.tables.mapping import Block, Code, Mapping, Reference
from maillage.warehouse.errors import MappingError
from maillage.warehouse.schema import EVENT_TABLES, TABLES, CdmType
from maillage.warehouse.schema.keys import key_of

_VOCABULARIES = ("CIM10", "CCAM", "ATC", "LOINC", "UCD", "CIP", "SNOMED", "ICD10", "ICD9CM", "UCUM", "ADICAP")
"""What OMOP, or the group, calls code systems that hospitals write otherwise: CIM-10, Loinc."""
_CODED = ("code", "unit", "value_code")


@dataclass(frozen=True)
class MappingFile:
    """A mapping and where its words stand."""

    document: Document
    mapping: Mapping

    def fault(self, place: Place, why: str, *, remedy: str = "") -> MappingError:
        """An error at a place of the file."""
        return fault(self.document.name, self.document.line_of(place), why, remedy=remedy)


def read_mapping(path: Path) -> MappingFile:
    """Read and check a mapping by itself; the files that it names are not opened. Raises MappingError."""
    document = read_document(path)
    try:
        mapping = Mapping.model_validate(document.value)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        # A misspelt key is missing under its own name too.
        details = next((one for one in found if one["type"] == "extra_forbidden"), found[0])
        raise describe_invalid(details, document) from None
    file = MappingFile(document, mapping)
    for index, block in enumerate(mapping.tables):
        _check_block(file, block, ("tables", index))
    return file


def _check_block(file: MappingFile, block: Block, place: Place) -> None:
    _check_known(file, block.table, TABLES, (*place, "table"), _("« {name} » n’est pas une table OMOP."))
    unknown = _("La source « {name} » n’est pas décrite.")
    _check_known(file, block.source, file.mapping.sources, (*place, "source"), unknown)
    if block.join:
        _check_known(file, block.join.source, file.mapping.sources, (*place, "join", "source"), unknown)
        if block.join.source == block.source:
            raise file.fault((*place, "join"), _("Une source ne se joint pas à elle-même."))
    for column, value in block.columns.items():
        where = (*place, "columns", column)
        known = TABLES[block.table].column_names
        wrong = _("« {name} » n’est pas une colonne de {table}.")
        _check_known(file, column, known, where, wrong.replace("{table}", block.table))
        if isinstance(value, Reference):
            _check_reference(file, value, where)
    _check_key(file, block, place)
    _check_codes(file, block, place)
    _check_needed(file, block, place)


def _check_known(file: MappingFile, name: str, known: object, place: Place, wrong: str) -> None:
    names = [str(one) for one in known]  # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType, reportUnknownArgumentType]
    if name not in names:
        raise file.fault(place, wrong.replace("{name}", name[:60]), remedy=suggest_name(name, names))


def _check_reference(file: MappingFile, value: Reference, place: Place) -> None:
    keys = [len(block.key) for block in file.mapping.tables if block.table == value.ref and block.key]
    if value.ref not in TABLES or TABLES[value.ref].column_names[0] != f"{value.ref}_id":
        raise file.fault(
            place,
            _("« {name} » n’est pas une table dont on peut nommer une ligne.").format(name=value.ref[:60]),
        )
    if keys and len(value.by) not in keys:
        raise file.fault(
            (*place, "by"),
            _("La clé de {table} a {count} colonnes.").format(table=value.ref, count=keys[0]),
        )


def _check_key(file: MappingFile, block: Block, place: Place) -> None:
    id_column = id_of(block.table)
    if block.key and id_column is None:
        raise file.fault(
            (*place, "key"), _("Les lignes de {table} n’ont pas de numéro.").format(table=block.table)
        )
    if block.key and id_column in block.columns:
        raise file.fault(
            (*place, "key"), _("{column} est déjà donné : ôtez-le, ou ôtez key.").format(column=id_column)
        )
    if id_column and not block.key and id_column not in block.columns:
        raise file.fault(place, _("Il manque la clé « {key} ».").format(key="key"))


def id_of(table: str) -> str | None:
    """The column that numbers the rows of a table; None where another key tells them apart."""
    first = TABLES[table].columns[0]
    is_number = first.type is CdmType.INTEGER and first.name == f"{table}_id"
    return first.name if is_number and key_of(table) == (first.name,) else None


def _check_codes(file: MappingFile, block: Block, place: Place) -> None:
    columns = TABLES[block.table].column_names
    fits = {
        "code": block.table in EVENT_TABLES,
        "unit": "unit_concept_id" in columns,
        "value_code": "value_as_concept_id" in columns,
    }
    for name in _CODED:
        if getattr(block, name) is not None and not fits[name]:
            raise file.fault(
                (*place, name), _("{table} n’a pas de « {name} ».").format(table=block.table, name=name)
            )
    for name in ("code", "value_code"):
        code: Code | None = getattr(block, name)
        if code is not None:
            _check_vocabulary(file, code.vocabulary, (*place, name, "vocabulary"))
    if block.value_code and block.value_code.split:
        raise file.fault(
            (*place, "value_code", "split"), _("split ne vaut que pour le code principal (code).")
        )
    taken = set(coded_targets(block)) & set(block.columns)
    if taken:
        raise file.fault(
            (*place, "columns", min(taken)), _("{column} vient déjà du code.").format(column=min(taken))
        )


def _check_vocabulary(file: MappingFile, name: str, place: Place) -> None:
    plain = "".join(filter(str.isalnum, name)).upper()
    if name not in _VOCABULARIES and plain in _VOCABULARIES:
        raise file.fault(
            place,
            _("« {name} » ne nomme aucun vocabulaire.").format(name=name[:60]),
            remedy=suggest_name(plain, _VOCABULARIES),
        )


def coded_targets(block: Block) -> list[str]:
    """The columns that the codes of a block fill when the warehouse is made."""
    found: list[str] = []
    if block.code is not None:
        concept = EVENT_TABLES[block.table].concept
        stem = concept.removesuffix("_concept_id")
        found += [concept, f"{stem}_source_concept_id", f"{stem}_source_value"]
    if block.unit is not None:
        found += ["unit_concept_id", "unit_source_value"]
    if block.value_code is not None:
        found += ["value_as_concept_id", "value_source_value"]
    return found


def needed_columns(table: str) -> list[str]:
    """The columns without which a row is worth nothing: its id, its person, its start, a year of birth.

    Of an OMOP table's other required columns, an absent concept is 0 and an absent date is told by the load.
    """
    event = EVENT_TABLES.get(table)
    wanted = {"person_id", "year_of_birth", "death_date", id_of(table), event and event.start}
    if not event and table != "person":
        # Without a place in time that we know of: all that the model requires.
        wanted |= {column.name for column in TABLES[table].columns if column.required}
    return [
        column.name
        for column in TABLES[table].columns
        if column.name in wanted and not column.name.endswith("_concept_id")
    ]


def _check_needed(file: MappingFile, block: Block, place: Place) -> None:
    given = {*block.columns, *([id_of(block.table)] if block.key else [])}
    missing = [name for name in needed_columns(block.table) if name not in given]
    if missing:
        raise file.fault(
            (*place, "columns"),
            _("Il manque {column}, que {table} exige.").format(column=", ".join(missing), table=block.table),
        )
