"""CSV lists: our own plain form, and the public ones that are one code and one label to a line."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from maillage.base.i18n import _
from maillage.warehouse.vocabulary.codes import Code, Key
from maillage.warehouse.vocabulary.errors import VocabularySourceError
from maillage.warehouse.vocabulary.sources.files import Line, at_line, pick, read_lines

CODE = ("concept_code", "code", "cde", "code_ccam", "cam_prs_ide_cod", "loinc_num", "atc_code")
LABEL = (
    "concept_name",
    "label",
    "libelle",
    "long",
    "libelle_long",
    "libc",
    "cam_nat_lib",
    "frenchdisplay",
    "long_common_name",
    "name",
)
SHORT = ("short", "libelle_court", "shortname", "component")
"""Columns that public lists call by these names; ours comes first."""


@dataclass(frozen=True)
class Form:
    """What a list leaves unsaid of its codes."""

    vocabulary: str
    domain: str = "Observation"
    kind: str = "Code"
    standard: str = ""
    parent: Callable[[str], str] = lambda _code: ""


def read_form(path: Path, *, form: Form) -> Iterator[Code]:
    """The codes of one vocabulary, with the columns that any public list has."""
    for line in read_lines(path, required=(CODE, LABEL)):
        yield _read_code(path, line, form)


def read_plain(path: Path) -> Iterator[Code]:
    """Codes of any vocabulary, one `vocabulary_id` a line: how local codes come in."""
    for line in read_lines(path, required=(("vocabulary_id",), CODE, LABEL)):
        yield _read_code(path, line, Form(line[1]["vocabulary_id"]))


def _read_code(path: Path, line: Line, form: Form) -> Code:
    number, record = line
    code, label = pick(record, CODE), pick(record, LABEL)
    parent = record.get("parent_code") or (form.parent(code) if code else "")
    labels = [pick(record, SHORT), *record.get("synonyms", "").split("|")]
    return Code(
        key=Key(form.vocabulary, code),
        name=label,
        parents=(Key(form.vocabulary, parent),) if parent and parent != code else (),
        domain=record.get("domain_id") or form.domain,
        kind=record.get("concept_class_id") or form.kind,
        standard=record.get("standard_concept", form.standard),
        synonyms=tuple(dict.fromkeys(text.strip() for text in labels if text.strip() and text != label)),
        concept_id=_read_id(path, number, record.get("concept_id", "")),
        origin=at_line(path, number),
    )


def _read_id(path: Path, line: int, text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) < 2**31):
        raise VocabularySourceError(
            _("{place} : concept_id n’est pas un entier sur 31 bits.").format(place=at_line(path, line)),
            remedy=_("Laissez cette colonne vide : le référentiel donne l’identifiant."),
        )
    return int(text)
