"""Which file of a folder holds which list, and its codes. A file of another name is told as not read."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from maillage.base.i18n import _
from maillage.warehouse.vocabulary.codes import Code
from maillage.warehouse.vocabulary.errors import VocabularySourceError
from maillage.warehouse.vocabulary.sources import adicap, atc, ccam, cim10, demonstration, plain
from maillage.warehouse.vocabulary.sources.plain import Form

DEMONSTRATION = "maillage"
"""The name of the source that is in this package."""
MAPS = "source_to_concept_map"
CONVERSIONS = "unit_conversion"

_PACKAGES: Mapping[str, str] = MappingProxyType({"edsnlp": "resources"})
"""Packages that carry lists, and the folder in them; they are looked into, never imported."""

Reader = Callable[[Path], Iterable[Code]]

_READERS: Mapping[tuple[str, str], Reader] = MappingProxyType(
    {
        ("cim10", "csv"): cim10.read_list,
        ("atc", "csv"): atc.read_list,
        ("drugs", "json"): atc.read_drugs,
        ("adicap", "json"): adicap.read_dictionaries,
        ("adicap", "csv"): partial(plain.read_form, form=Form("ADICAP")),
        ("ccam", "csv"): ccam.read_list,
        ("loinc", "csv"): partial(
            plain.read_form, form=Form("LOINC", domain="Measurement", kind="Lab Test", standard="S")
        ),
        ("ucum", "csv"): partial(
            plain.read_form, form=Form("UCUM", domain="Unit", kind="Unit", standard="S")
        ),
        ("codes", "csv"): plain.read_plain,
    }
)


@dataclass
class Found:
    """What one source gave: codes by list, files of maps and of conversions, unknown names."""

    lists: list[tuple[str, Iterable[Code]]] = field(default_factory=list[tuple[str, Iterable[Code]]])
    maps: list[Path] = field(default_factory=list[Path])
    conversions: list[Path] = field(default_factory=list[Path])
    ignored: list[str] = field(default_factory=list[str])


def find_lists(source: str) -> Found:
    """Open a source: `maillage`, an installed package such as `edsnlp`, or a folder.

    Raises VocabularySourceError; the files themselves are read when their codes are asked for.
    """
    if source == DEMONSTRATION:
        return Found(lists=[(DEMONSTRATION, demonstration.read_codes())])
    return _look_into(_find_folder(source))


def _find_folder(source: str) -> Path:
    if source in _PACKAGES:
        spec = find_spec(source)
        if spec is None or spec.origin is None:
            raise VocabularySourceError(
                _("Le paquet {package} n’est pas installé.").format(package=source),
                remedy=_("Installez l’extra « vocabularies » : pip install 'maillage[vocabularies]'."),
            )
        return Path(spec.origin).parent / _PACKAGES[source]
    folder = Path(source)
    if not folder.is_dir():
        raise VocabularySourceError(
            _("{folder} n’est ni un dossier ni une source connue.").format(folder=source),
            why=_("Les sources connues sont : {names}.").format(names=", ".join([DEMONSTRATION, *_PACKAGES])),
            remedy=_("Donnez un dossier de listes, ou l’un de ces noms."),
        )
    return folder


def _look_into(folder: Path) -> Found:
    found = Found()
    for path in sorted(folder.iterdir()):
        stem, _dot, suffix = path.name.lower().removesuffix(".gz").rpartition(".")
        name = _name_of(stem)
        if (name, suffix) == (MAPS, "csv"):
            found.maps.append(path)
        elif (name, suffix) == (CONVERSIONS, "csv"):
            found.conversions.append(path)
        elif (name, suffix) in _READERS:
            found.lists.append((path.name, _READERS[name, suffix](path)))
        else:
            found.ignored.append(path.name)
    if not (found.lists or found.maps or found.conversions):
        raise VocabularySourceError(
            _("{folder} ne contient aucune liste connue.").format(folder=folder),
            why=_("Les noms lus sont : {names}.").format(
                names=", ".join(sorted(f"{name}.{kind}" for name, kind in _READERS))
            ),
        )
    return found


def _name_of(stem: str) -> str:
    """The list that a file's name tells: `IR_CCAM_V63` and `ccam-2026` are `ccam`."""
    words = re.split(r"[^a-z0-9]+", stem)
    known = {name for name, _suffix in _READERS}
    return next((word for word in words if word in known), stem)
