"""SQL written by hand: `.sql` files whose statements each stand under a line `-- name: …`."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

_NAME = "-- name: "


@cache
def load_statements(package: str, file: str) -> Mapping[str, str]:
    """The statements of a file that lies in a package, by their names; a last semicolon is left out."""
    text = files(package).joinpath(file).read_text(encoding="utf-8")
    parts = (part.split("\n", 1) for part in text.split(_NAME)[1:])
    return MappingProxyType({name.strip(): statement.strip().rstrip(";") for name, statement in parts})
