"""YAML that a person wrote, with the line of everything in it: bounded, no alias, no tag, no surprise.

YAML 1.1 reads `no` as false, `on` as true and `012` as ten. Here only `true`, `false`, `null` and plain
decimal numbers are other than text, and a key is always the text that was written.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from maillage.base.i18n import _
from maillage.warehouse.errors import MappingError

_MAX_BYTES = 500_000
_MAX_DEPTH = 12
_TAG = "tag:yaml.org,2002:"
_WRITTEN: Mapping[str, re.Pattern[str]] = {
    "null": re.compile(r"null|~|"),
    "bool": re.compile(r"true|false"),
    "int": re.compile(r"-?(0|[1-9][0-9]{0,17})"),
    "float": re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}"),
}

Place = tuple[str | int, ...]
"""Keys and indices from the top of a document to something in it."""


@dataclass(frozen=True)
class Document:
    """What a YAML file says, and on which line (from 1) each thing stands."""

    name: str
    value: Any
    lines: Mapping[Place, int]

    def line_of(self, place: Place) -> int:
        """The line of a thing, or of the nearest thing around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_document(path: Path) -> Document:
    """Read a YAML file. Raises MappingError with the line of the fault."""
    text = _read_text(path)
    try:
        node = _compose(text, path.name)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise fault(path.name, mark.line + 1 if mark else 1, _("Ce n’est pas du YAML lisible.")) from None
    except yaml.YAMLError:
        raise fault(path.name, 1, _("Ce n’est pas du YAML lisible.")) from None
    except RecursionError:
        raise fault(path.name, 1, _("Le document est trop profond.")) from None
    if node is None:
        raise fault(path.name, 1, _("Le document est vide."))
    reader = _Reader(path.name)
    value = reader.read(node, ())
    return Document(path.name, value, reader.lines)


def fault(name: str, line: int, why: str, *, remedy: str = "") -> MappingError:
    """The error of a line of a mapping."""
    return MappingError(
        _("{file}, ligne {line} : {fault}").format(file=name, line=line, fault=why), remedy=remedy
    )


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise MappingError(
            _("{path} est illisible.").format(path=path),
            why=error.strerror or "",
            remedy=_("Donnez un fichier YAML de correspondance."),
        ) from None
    except UnicodeDecodeError:
        raise MappingError(
            _("{file} n’est pas en UTF-8.").format(file=path.name), remedy=_("Enregistrez-le en UTF-8.")
        ) from None
    if len(data) > _MAX_BYTES:
        raise MappingError(
            _("{file} dépasse {limit} octets.").format(file=path.name, limit=_MAX_BYTES),
            remedy=_("Mettez les longues listes de codes dans la table source_to_concept_map."),
        )
    return text


def _compose(text: str, name: str) -> yaml.Node | None:
    """The tree of a text that has no alias: a few of them can stand for a billion things."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise fault(name, line, _("Les alias (*…) ne sont pas permis."))
        if depth > _MAX_DEPTH:
            raise fault(name, line, _("Le document est trop profond."))
    # The base loader takes every scalar for a text: what else it is, is decided below.
    return yaml.compose(text, Loader=yaml.BaseLoader)


class _Reader:
    """Nodes to values, noting lines."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Place, int] = {}

    def read(self, node: yaml.Node, place: Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            return self._read_mapping(node, place)
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            return [self.read(item, (*place, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and node.tag == f"{_TAG}str":
            return _read_scalar(node)
        raise self._fault(node, _("Les étiquettes (!…) ne sont pas permises."))

    def _read_mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._fault(key, _("Une clé doit être un texte."))
            if key.value in found:
                raise self._fault(key, _("Cette clé est écrite deux fois."))
            self.lines[*place, key.value] = key.start_mark.line + 1
            found[key.value] = self.read(value, (*place, key.value))
        return found

    def _fault(self, node: yaml.Node, why: str) -> MappingError:
        return fault(self.name, node.start_mark.line + 1, why)


def _read_scalar(node: yaml.ScalarNode) -> str | int | float | bool | None:
    text: str = node.value
    if node.style is not None:
        return text
    kind = next((kind for kind, pattern in _WRITTEN.items() if pattern.fullmatch(text)), None)
    match kind:
        case "null":
            return None
        case "bool":
            return text == "true"
        case "int":
            return int(text)
        case "float":
            return float(text)
        case _:
            return text
