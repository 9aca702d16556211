"""The values that a criterion compares with: ranges, dates, texts, concepts.

Operators keep the names of the Circe language, where `bt` is between, ends included, and `!` negates.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Comparison(StrEnum):
    """How a number or a date is compared."""

    LT = "lt"
    LTE = "lte"
    EQ = "eq"
    NOT_EQ = "!eq"
    GT = "gt"
    GTE = "gte"
    BETWEEN = "bt"
    NOT_BETWEEN = "!bt"

    @property
    def takes_two(self) -> bool:
        """Whether a second bound is compared with."""
        return self in (Comparison.BETWEEN, Comparison.NOT_BETWEEN)


class TextMatch(StrEnum):
    """How a text is compared. `%` and `_` in the text are wildcards, as the reference has them."""

    EQ = "eq"
    NOT_EQ = "!eq"
    STARTS_WITH = "startsWith"
    NOT_STARTS_WITH = "!startsWith"
    ENDS_WITH = "endsWith"
    NOT_ENDS_WITH = "!endsWith"
    CONTAINS = "contains"
    NOT_CONTAINS = "!contains"

    @property
    def negated(self) -> bool:
        """Whether a row that matches is left out."""
        return self.startswith("!")


@dataclass(frozen=True)
class NumberRange:
    """A condition on a number. `extent` is the second bound, of the `bt` operators only."""

    op: Comparison
    value: int | float
    extent: int | float | None = None

    def __post_init__(self) -> None:
        _check_bounds(self.op, self.extent)


@dataclass(frozen=True)
class DateRange:
    """A condition on a date. `extent` is the second bound, of the `bt` operators only."""

    op: Comparison
    value: date
    extent: date | None = None

    def __post_init__(self) -> None:
        _check_bounds(self.op, self.extent)


def _check_bounds(op: Comparison, extent: object) -> None:
    if op.takes_two != (extent is not None):
        raise ValueError(f"operator {op} takes {'two bounds' if op.takes_two else 'one bound'}")


@dataclass(frozen=True)
class TextFilter:
    """A condition on a text."""

    op: TextMatch
    text: str


@dataclass(frozen=True)
class Period:
    """A stretch of time, open where a date is None, ends included."""

    start: date | None = None
    end: date | None = None

    def __bool__(self) -> bool:
        return self.start is not None or self.end is not None


@dataclass(frozen=True)
class Concept:
    """A concept as the author of the expression saw it; only `id` has an effect."""

    id: int
    name: str | None = None
    code: str | None = None
    vocabulary: str | None = None
    domain: str | None = None
    concept_class: str | None = None
    standard: str | None = None
    invalid_reason: str | None = None


@dataclass(frozen=True)
class ConceptList:
    """One of these concepts; none of them when `exclude`."""

    concepts: tuple[Concept, ...]
    exclude: bool = False

    def __post_init__(self) -> None:
        if not self.concepts:
            raise ValueError("a list of concepts cannot be empty")


@dataclass(frozen=True)
class ConceptSetChoice:
    """A concept of a concept set, out of it when `exclude`. Without a set: any concept, or none at all."""

    codeset_id: int | None
    exclude: bool = False


@dataclass(frozen=True)
class CodesetRef:
    """A concept of the concept set with this id."""

    codeset_id: int


Value = NumberRange | DateRange | TextFilter | Period | ConceptList | ConceptSetChoice | CodesetRef | bool
"""What an attribute may hold; a bool is a flag that is up."""

Attributes = tuple[tuple[str, Value], ...]
"""Attributes by their Circe name, in alphabetical order, each once."""
