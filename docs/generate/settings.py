"""Every setting of hub.toml, node.toml and policy.toml, read from the models that check the files."""

import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from docs.generate.markdown import code, page, read_meanings, table
from maillage.base.settings import Settings
from maillage.hub.settings import HubSettings
from maillage.node.policy import PolicyFile
from maillage.node.settings import NodeSettings

_NAMES = {str: "text", int: "whole number", float: "number", bool: "true or false", Path: "path"}
_BOUNDS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "min_length": "length ≥", "max_length": "length ≤"}
_HEADER = ("name", "type", "default", "meaning")


def write_page() -> str:
    """docs/reference/settings.md."""
    return page(
        "Settings",
        "A name that is not here, or a value that does not fit, stops the start and says which.",
        *_file("hub.toml", HubSettings),
        *_file("node.toml", NodeSettings),
        *_file("policy.toml", PolicyFile),
    )


def _file(name: str, model: type[Settings]) -> Iterator[str]:
    yield f"## {name}"
    yield from _section(model)


def _section(model: type[Settings], *, title: str = "") -> Iterator[str]:
    """A model's own fields, then each table of the file below it."""
    if title:
        yield f"### `{title}`"
    meanings = read_meanings(model)
    fields = model.model_fields.items()
    yield table(_HEADER, [_row(name, field, meanings.get(name, "")) for name, field in fields])
    for name, field in fields:
        if below := _find_model(field.annotation):
            yield from _section(below, title=f"[[{name}]]" if _is_list(field) else f"[{name}]")


def _row(name: str, field: FieldInfo, meaning: str) -> tuple[str, str, str, str]:
    return code(name), _describe_type(field), _describe_default(field), meaning


def _describe_type(field: FieldInfo) -> str:
    if _find_model(field.annotation):
        return "tables" if _is_list(field) else "table"
    kind = _plain(field.annotation)
    if get_origin(kind) is Literal:
        return ", ".join(map(code, get_args(kind)))
    if get_origin(kind) is dict:
        return "table of texts"
    if get_origin(kind) is tuple:
        return "list of texts"
    if issubclass(kind, Enum):
        return ", ".join(code(str(member.value)) for member in kind)
    return ", ".join([_NAMES[kind], *_bounds(field)])


def _bounds(field: FieldInfo) -> Iterator[str]:
    for rule in field.metadata:
        for name, sign in _BOUNDS.items():
            if (bound := getattr(rule, name, None)) is not None:
                yield f"{sign} {bound:g}"
        if pattern := getattr(rule, "pattern", None):
            yield code(re.sub(r"^\^|\$$", "", pattern))


def _describe_default(field: FieldInfo) -> str:
    match field.default:
        case _ if field.is_required():
            return "required"
        case None | () | "":
            return "none"
        case _ if field.default_factory is not None:
            return "none"
        case bool(value):
            return code(str(value).lower())
        case value:
            return code(f"{value:g}" if isinstance(value, float) else str(value))


def _plain(annotation: Any) -> type:
    """The type of the value, `None` left aside."""
    if get_origin(annotation) in (Union, UnionType):
        annotation = next(part for part in get_args(annotation) if part is not NoneType)
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _find_model(annotation: Any) -> type[Settings] | None:
    """The model of a table, or of a list of tables."""
    for part in (annotation, *get_args(annotation)):
        if isinstance(part, type) and issubclass(part, Settings):
            return part
    return None


def _is_list(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is tuple
