"""Which kind of source a person means: said before a colon, or seen in the files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from maillage.base.i18n import _, mark
from maillage.warehouse.build.sources import list_tables
from maillage.warehouse.errors import SourceError
from maillage.warehouse.file import is_engine_file
from maillage.warehouse.intake.kinds import (
    FhirSource,
    OmopSource,
    PostgresSource,
    Source,
    TablesSource,
    WarehouseSource,
)
from maillage.warehouse.intake.pmsi_files import find_pmsi, holds_pmsi

POSTGRES = "postgres"
ADDRESSES = ("postgresql://", "postgres://", "service=")
_LINES = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")
_MAPPINGS = (".yaml", ".yml")
_FIRST_BYTES = 1 << 16
_SHOWN_NAMES = 8


@dataclass(frozen=True)
class _Kind:
    """`holds`: whether a path looks like it; `take`: the source that it is."""

    holds: Callable[[Path], bool]
    take: Callable[[Path], Source]


def recognise(text: str) -> Source:
    """The source that `text` means: `KIND:PATH`, a database's address, or a path whose content tells.

    Raises SourceError, which says what was looked for. The text of an address is in no message.
    """
    if text.startswith(ADDRESSES):
        return PostgresSource(text)
    kind, colon, rest = text.partition(":")
    if colon and kind == POSTGRES:
        return PostgresSource(rest)
    if colon and kind in _KINDS:
        return _KINDS[kind].take(_existing(Path(rest)))
    return _look(_existing(Path(text)))


def _existing(path: Path) -> Path:
    if not path.exists():
        raise SourceError(
            _("{path} n’existe pas.").format(path=path),
            remedy=_("Donnez un dossier, un fichier, ou une adresse postgresql://…"),
        )
    return path


def _look(path: Path) -> Source:
    try:
        found = [name for name, kind in _KINDS.items() if kind.holds(path)]
    except OSError as error:
        raise SourceError(
            _("{path} ne peut pas être lu.").format(path=path), why=error.strerror or ""
        ) from None
    if not found:
        raise _unknown(path)
    if len(found) > 1:
        raise SourceError(
            _("{path} peut se lire de plusieurs façons : {kinds}.").format(path=path, kinds=", ".join(found)),
            remedy=_("Dites laquelle, par exemple {kind}:{path}").format(kind=found[0], path=path),
        )
    return _KINDS[found[0]].take(path)


def _unknown(path: Path) -> SourceError:
    names = [one.name for one in _files(path)]
    there = ", ".join(names[:_SHOWN_NAMES]) + (" …" if len(names) > _SHOWN_NAMES else "")
    wanted = " ; ".join(f"{name} : {_(_WANTED[name])}" for name in _KINDS)
    return SourceError(
        _("{path} n’est d’aucune sorte connue.").format(path=path),
        why=_("Il y a : {names}. A été cherché : {wanted}.").format(names=there or "–", wanted=wanted),
        remedy=_("Donnez le dossier qui contient les fichiers mêmes, ou dites la sorte : fhir:DOSSIER."),
    )


def _files(path: Path) -> Sequence[Path]:
    """The files meant: the one named, or those of the folder itself."""
    if path.is_dir():
        return sorted(one for one in path.iterdir() if one.is_file() and not one.name.startswith("."))
    return [path]


def _holds_fhir(path: Path) -> bool:
    return any(
        one.name.lower().endswith(_LINES) or (one.suffix.lower() == ".json" and _names_resource(one))
        for one in _files(path)
    )


def _names_resource(path: Path) -> bool:
    with path.open("rb") as stream:
        return b'"resourceType"' in stream.read(_FIRST_BYTES)


def _mappings(path: Path) -> Sequence[Path]:
    return [one for one in _files(path) if one.suffix.lower() in _MAPPINGS]


def _take_tables(path: Path) -> TablesSource:
    found = _mappings(path)
    if len(found) != 1:
        raise SourceError(
            _("{path} contient {count} correspondances YAML ; il en faut une.").format(
                path=path, count=len(found)
            ),
            remedy=_("Donnez celle qui convient : tables:CHEMIN/correspondance.yaml, à côté des fichiers."),
        )
    return TablesSource(mapping=found[0], folder=path if path.is_dir() else path.parent)


def _holds_omop(path: Path) -> bool:
    return path.is_dir() and "person" in list_tables(path)


_KINDS: Mapping[str, _Kind] = MappingProxyType(
    {
        "fhir": _Kind(_holds_fhir, FhirSource),
        "pmsi": _Kind(holds_pmsi, find_pmsi),
        "tables": _Kind(lambda path: bool(_mappings(path)), _take_tables),
        "omop": _Kind(_holds_omop, OmopSource),
        "warehouse": _Kind(is_engine_file, WarehouseSource),
    }
)
_WANTED: Mapping[str, str] = MappingProxyType(
    {
        "fhir": mark("des fichiers .ndjson, ou des Bundle .json"),
        "pmsi": mark("des lignes de RUM, de RSS groupés ou de RSA"),
        "tables": mark("une correspondance .yaml à côté des CSV"),
        "omop": mark("person.csv ou person.parquet, un fichier par table"),
        "warehouse": mark("un fichier d’entrepôt DuckDB"),
    }
)
"""What each kind is seen by, for people."""
KINDS = (*_KINDS, POSTGRES)
