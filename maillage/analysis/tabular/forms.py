"""Tables as an analysis declares them, and as they cross the wire."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field, FiniteFloat, StringConstraints

from maillage.analysis.base import WireModel
from maillage.disclosure.values import CellJson


class Kind(StrEnum):
    """How the persons of a table's rows stand to one another.

    `split`: nobody is in two rows, and what no row shows is the rest. `groups`: rows may share persons.
    `crossed`: split two ways at once; a row's key is `row/column`, empty for the sum over all of them.
    `beside`: groups of persons some of whom are not in the whole.
    """

    SPLIT = "split"
    GROUPS = "groups"
    CROSSED = "crossed"
    BESIDE = "beside"


@dataclass(frozen=True)
class Form:
    """A table of an analysis: its kind, its name, the names of its amounts. Texts are marked French."""

    kind: Kind
    words: str
    amounts: Mapping[str, str] = field(default_factory=dict[str, str])


Forms = Mapping[str, Form]
"""The tables that an analysis may give, by id; no other leaves."""


def as_tuple(value: object) -> object:
    """A list as a tuple: strict models take no list for one."""
    return tuple(value) if isinstance(value, list) else value  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


_WORD = r"[\w.+'’<>-]+( [\w.+'’<>-]+)*"
Name = Annotated[str, StringConstraints(pattern=rf"^{_WORD}$", max_length=60)]
"""The name of a group that a question declares; it becomes the key of a row."""

Key = Annotated[str, StringConstraints(pattern=rf"^({_WORD})?(/({_WORD})?)?$", min_length=1, max_length=121)]


class Row(WireModel):
    """Distinct persons under a key; `amounts` are sums over them, each under the rules of dominance.

    Without them, either the table has none or one of them may not be told.
    """

    key: Key
    persons: CellJson
    amounts: Annotated[dict[str, FiniteFloat], Field(default_factory=dict[str, float], max_length=20)]


class TableContent(WireModel):
    """One table of one hospital. `rest` is the part of the whole in no shown row, where the kind has one."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
    rows: Annotated[tuple[Row, ...], BeforeValidator(as_tuple), Field(max_length=5000)]
    rest: CellJson | None = None


class TablesContent(WireModel):
    """What one hospital sends: the distinct persons of the whole, and tables of them.

    `repeated`: `persons` is a former answer's number, whose persons are the same or differ by fewer than the
    floor. Tables are then that answer's, or absent.
    """

    persons: CellJson
    tables: Annotated[tuple[TableContent, ...], BeforeValidator(as_tuple), Field(max_length=40)]
    repeated: bool = False
