"""The words in which a domain is described: its table, its dates, and what each attribute filters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto


class Shape(Enum):
    """The JSON shape of an attribute's value."""

    FLAG = auto()
    CODESET = auto()
    CONCEPTS = auto()
    CONCEPT_SET = auto()
    NUMBER = auto()
    DATE = auto()
    TEXT = auto()
    PERIOD = auto()


class Place(Enum):
    """Where the column that an attribute filters is found."""

    CODE = auto()  # a concept column of the domain's table, filtered before `First` picks a row
    EVENT = auto()  # another column of the domain's table
    DERIVED = auto()  # computed from the event
    PERSON = auto()
    VISIT = auto()  # the visit during which the event took place
    PROVIDER = auto()
    CARE_SITE = auto()
    STRUCTURE = auto()  # shapes the query instead of filtering


class Derived(StrEnum):
    """What is computed from an event and, for ages, its person."""

    START_DATE = "start_date"
    END_DATE = "end_date"
    AGE_AT_START = "age_at_start"
    AGE_AT_END = "age_at_end"
    LENGTH = "length"
    LOW_RATIO = "low_ratio"
    HIGH_RATIO = "high_ratio"
    ABNORMAL = "abnormal"


class EndRule(Enum):
    """How the end of an event is found; a point event ends on the next day, as does one without an end."""

    COLUMN = auto()
    COLUMN_OR_NEXT_DAY = auto()
    DRUG = auto()  # end, else start + days_supply, else the next day
    NEXT_DAY = auto()


class CountColumn(StrEnum):
    """What distinct occurrences are counted by, as the Circe language names it."""

    START_DATE = "START_DATE"
    END_DATE = "END_DATE"
    VISIT_ID = "VISIT_ID"
    VISIT_DETAIL_ID = "VISIT_DETAIL_ID"
    DOMAIN_CONCEPT = "DOMAIN_CONCEPT"
    DOMAIN_SOURCE_CONCEPT = "DOMAIN_SOURCE_CONCEPT"
    DURATION = "DURATION"
    DAYS_SUPPLY = "DAYS_SUPPLY"
    ERA_OCCURRENCES = "ERA_OCCURRENCES"
    GAP_DAYS = "GAP_DAYS"
    QUANTITY = "QUANTITY"
    RANGE_HIGH = "RANGE_HIGH"
    RANGE_LOW = "RANGE_LOW"
    REFILLS = "REFILLS"
    UNIT = "UNIT"
    VALUE_AS_NUMBER = "VALUE_AS_NUMBER"


class Refusal(Enum):
    """Why an attribute of the language cannot be answered on CDM 5.4."""

    COLUMN_LEFT = auto()
    LOCATION_HISTORY = auto()


@dataclass(frozen=True)
class Attribute:
    """One attribute: its Circe name, the shape of its value, and the column it filters.

    `exclude_flag` names the sibling that turns a list of concepts into its contrary; `refusal` says why an
    attribute of the language cannot be answered.
    """

    name: str
    shape: Shape
    place: Place
    column: str
    exclude_flag: str | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Domain:
    """One kind of criterion. `visit` is the column of its visit, `counts` what distinct occurrences read."""

    name: str
    table: str
    id: str
    start: str
    concept: str
    attributes: tuple[Attribute, ...]
    end: str | None = None
    end_rule: EndRule = EndRule.COLUMN
    visit: str | None = "visit_occurrence_id"
    counts: Mapping[CountColumn, str] = field(default_factory=dict[CountColumn, str])
    by_name: Mapping[str, Attribute] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {attribute.name: attribute for attribute in self.attributes})

    @property
    def attribute_names(self) -> frozenset[str]:
        """The Circe names of what may be asked of this domain."""
        return frozenset(self.by_name)


def concepts(
    name: str, column: str, *, place: Place = Place.EVENT, exclude: bool = False
) -> tuple[Attribute, ...]:
    """A column of concepts, filtered by a list under `name` and by a concept set under `nameCS`."""
    flag = f"{name}Exclude" if exclude else None
    return (
        Attribute(name, Shape.CONCEPTS, place, column, exclude_flag=flag),
        Attribute(f"{name}CS", Shape.CONCEPT_SET, place, column),
    )


def codeset(name: str, column: str, *, place: Place = Place.CODE) -> Attribute:
    """A column that must hold a concept of a concept set."""
    return Attribute(name, Shape.CODESET, place, column)


def number(name: str, column: str, *, place: Place = Place.EVENT) -> Attribute:
    """A column, or a derived value, compared as a number."""
    return Attribute(name, Shape.NUMBER, place, column)


def date(name: str, column: Derived) -> Attribute:
    """The start or the end of the event, compared with dates."""
    return Attribute(name, Shape.DATE, Place.DERIVED, column)


def text(name: str, column: str) -> Attribute:
    """A column compared as a text."""
    return Attribute(name, Shape.TEXT, Place.EVENT, column)


FIRST = Attribute("First", Shape.FLAG, Place.STRUCTURE, "first")
USER_PERIOD = Attribute("UserDefinedPeriod", Shape.PERIOD, Place.STRUCTURE, "user_period")
AGE = number("Age", Derived.AGE_AT_START, place=Place.DERIVED)
AGES = (
    number("AgeAtStart", Derived.AGE_AT_START, place=Place.DERIVED),
    number("AgeAtEnd", Derived.AGE_AT_END, place=Place.DERIVED),
)
GENDER = concepts("Gender", "gender_concept_id", place=Place.PERSON)
SPECIALTY = concepts("ProviderSpecialty", "specialty_concept_id", place=Place.PROVIDER)
VISIT_TYPE = concepts("VisitType", "visit_concept_id", place=Place.VISIT)
START = date("OccurrenceStartDate", Derived.START_DATE)
END = date("OccurrenceEndDate", Derived.END_DATE)
ERA_DATES = (date("EraStartDate", Derived.START_DATE), date("EraEndDate", Derived.END_DATE))
