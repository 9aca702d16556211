"""What a mapping file may say. Its JSON Schema, for editors, is written from these models by `make docs`.

Nothing of a mapping is ever run: names become quoted identifiers and values quoted texts.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag, model_validator

from maillage.base.i18n import mark

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""A name of a column, a source or a file: one line of text."""
Text = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
Scalar = Text | int | float
Format = Annotated[str, StringConstraints(max_length=40, pattern=r"^(%[dmYHMSfz]|[-/ .:T])+$")]
"""Of strptime, without `%y`: a year of two digits has no century. `.%f` is a fraction of a second and `%z`
a zone: both are read over, for a record says the time of the hospital's clock."""
Separators = Annotated[str, StringConstraints(min_length=1, max_length=5, pattern=r"^[^\w.+*]+$")]
"""Characters that no code holds."""
Columns = Annotated[list[Name], Field(min_length=1, max_length=20)]

_MAX_MAP = 2000


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Encoding(StrEnum):
    """How the bytes of a CSV file are read."""

    UTF_8 = "utf-8"
    WINDOWS_1252 = "windows-1252"
    ISO_8859_1 = "iso-8859-1"
    ISO_8859_15 = "iso-8859-15"
    UTF_16 = "utf-16"


class Source(_Model):
    """One file, or several of the same columns, in the folder given to the command."""

    file: Annotated[Name, Field(description="A file name, or a pattern such as labo_*.csv.")]
    encoding: Annotated[Encoding, Field(strict=False, description="Of a CSV file; by default utf-8.")] = (
        Encoding.UTF_8
    )
    delimiter: Annotated[
        Literal[",", ";", "\t", "|"] | None,
        Field(description="Of a CSV file; by default whichever makes the most columns."),
    ] = None
    quote: Annotated[
        Literal['"', "'", "none"],
        Field(description="What encloses texts, or none where quotes are plain text."),
    ] = '"'
    decimal: Annotated[Literal[".", ","], Field(description="The decimal mark.")] = "."
    date_formats: Annotated[
        list[Format],
        Field(max_length=10, description="How dates are written; by default YYYY-MM-DD or YYYYMMDD."),
    ] = []
    datetime_formats: Annotated[
        list[Format],
        Field(max_length=10, description="How instants are written; by default YYYY-MM-DD HH:MM:SS."),
    ] = []
    nulls: Annotated[
        list[Text], Field(max_length=50, description="Texts that mean nothing was entered, such as NR.")
    ] = []


class Cell(_Model):
    """The value of a column, changed by `map` where there is one."""

    column: Annotated[
        Name, Field(description="A column of the source, or of the joined one as source.column.")
    ]
    map: Annotated[
        dict[Name, Scalar] | None,
        Field(min_length=1, max_length=_MAX_MAP, description="What each text of the source becomes."),
    ] = None
    otherwise: Annotated[
        Scalar | None,
        Field(description="For a text that the map does not have; without it the row is rejected."),
    ] = None
    default: Annotated[Scalar | None, Field(description="For an empty cell.")] = None
    formats: Annotated[
        list[Format],
        Field(max_length=10, description="Date formats of this column, before those of its source."),
    ] = []
    decimal: Annotated[Literal[".", ","] | None, Field(description="The decimal mark of this column.")] = None
    part: Annotated[
        Literal["year", "month", "day"] | None, Field(description="A part of the date, as a number.")
    ] = None
    unreadable: Annotated[
        Literal["reject", "empty"],
        Field(
            description="What becomes of a row whose cell is not of the type: rejected, or loaded without it."
        ),
    ] = "reject"

    @model_validator(mode="after")
    def _otherwise_needs_map(self) -> "Cell":
        if self.otherwise is not None and self.map is None:
            raise ValueError(mark("otherwise ne va qu’avec map."))
        return self


class Constant(_Model):
    """The same value in every row."""

    constant: Scalar


class Concat(_Model):
    """Several columns in one text; empty cells are left out."""

    concat: Columns
    separator: Annotated[Text, Field(max_length=10)] = " "


class Reference(_Model):
    """The id of a row of another table, made of that table's name and the values of its key."""

    ref: Annotated[Name, Field(description="An OMOP table that has a key.")]
    by: Annotated[Columns, Field(description="Columns that hold, here, the values of that table's key.")]


_KINDS = ("column", "constant", "concat", "ref")


def _kind_of(value: Any) -> str | None:
    if isinstance(value, dict):
        return next((kind for kind in _KINDS if kind in value), None)
    return next((kind for kind in _KINDS if hasattr(value, kind)), None)


Value = Annotated[
    Annotated[Cell, Tag("column")]
    | Annotated[Constant, Tag("constant")]
    | Annotated[Concat, Tag("concat")]
    | Annotated[Reference, Tag("ref")],
    Discriminator(_kind_of),
]
Simple = Annotated[
    Annotated[Cell, Tag("column")] | Annotated[Constant, Tag("constant")], Discriminator(_kind_of)
]


Codes = Annotated[
    Annotated[Cell, Tag("column")] | Annotated[Constant, Tag("constant")] | Annotated[Concat, Tag("concat")],
    Discriminator(_kind_of),
]


def _kind_of_part(value: Any) -> str:
    return "constant" if isinstance(value, dict | Constant) else "column"


KeyPart = Annotated[
    Annotated[Name, Tag("column")] | Annotated[Constant, Tag("constant")], Discriminator(_kind_of_part)
]


class Code(_Model):
    """A code and its code system: it becomes a concept each time the warehouse is made."""

    code: Codes
    vocabulary: Annotated[Name, Field(description="As OMOP names it: CIM10, CCAM, ATC, LOINC… or your own.")]
    split: Annotated[
        Separators | None,
        Field(
            description="What stands between the codes of a cell, any of these characters: each is a row "
            "of its own; with concat, each code of several columns."
        ),
    ] = None

    @model_validator(mode="after")
    def _split_needs_cells(self) -> "Code":
        if self.split is not None and isinstance(self.code, Constant):
            raise ValueError(mark("split ne va qu’avec column ou concat."))
        return self


class Condition(_Model):
    """What a row must meet; exactly one test."""

    column: Name
    equals: Scalar | None = None
    not_equals: Scalar | None = None
    among: Annotated[list[Scalar] | None, Field(min_length=1, max_length=1000)] = None
    not_among: Annotated[list[Scalar] | None, Field(min_length=1, max_length=1000)] = None
    empty: bool | None = None

    @model_validator(mode="after")
    def _one_test(self) -> "Condition":
        tests = self.model_fields_set - {"column"}
        if len(tests) != 1 or getattr(self, next(iter(tests))) is None:
            raise ValueError(mark("Un seul test : equals, not_equals, among, not_among ou empty."))
        return self


class Join(_Model):
    """Each row finds one row of another source."""

    source: Name
    columns: Annotated[
        dict[Name, Name],
        Field(
            min_length=1, max_length=10, description="Column of the table's source: column of the joined one."
        ),
    ]
    required: Annotated[bool, Field(description="Whether a row without a partner is rejected.")] = True


class Block(_Model):
    """Rows of one OMOP table from one source."""

    table: Annotated[Name, Field(description="An OMOP CDM 5.4 table.")]
    source: Name
    join: Join | None = None
    where: Annotated[list[Condition], Field(max_length=20, description="Every one must hold.")] = []
    key: Annotated[
        list[KeyPart] | None,
        Field(
            min_length=1,
            max_length=20,
            description="The columns that tell rows apart: the row's id is made of them. A constant tells "
            "this entry's rows from those that another entry makes of the same cells.",
        ),
    ] = None
    code: Annotated[Code | None, Field(description="The code that gives the main concept.")] = None
    unit: Annotated[
        Simple | None,
        Field(
            description="The unit, as UCUM or laboratories write it; what a map lacks stays as it is written."
        ),
    ] = None
    value_code: Annotated[Code | None, Field(description="A coded result.")] = None
    columns: Annotated[dict[Name, Value], Field(max_length=60)] = {}

    @property
    def key_columns(self) -> list[str]:
        """The columns of the key, without its constants."""
        return [part for part in self.key or () if isinstance(part, str)]


class Mapping(_Model):
    """A whole mapping file."""

    version: Literal[1]
    name: Annotated[Name | None, Field(description="The name of the hospital or of the source.")] = None
    sources: Annotated[dict[Name, Source], Field(min_length=1, max_length=100)]
    tables: Annotated[list[Block], Field(min_length=1, max_length=200)]
