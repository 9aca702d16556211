"""The nodes of a cohort expression, frozen and valid from birth.

Names follow the Circe language (OHDSI), in which ATLAS writes; `maillage.cohort.circe` reads and writes it.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from maillage.cohort.expression.concept_sets import ConceptSet
from maillage.cohort.expression.domains import DEMOGRAPHICS, DOMAINS, CountColumn
from maillage.cohort.expression.values import Attributes, Period


class Limit(StrEnum):
    """Which of a person's events are kept."""

    FIRST = "First"
    LAST = "Last"
    ALL = "All"


class GroupType(StrEnum):
    """How many members of a group an event must satisfy."""

    ALL = "ALL"
    ANY = "ANY"
    AT_LEAST = "AT_LEAST"
    AT_MOST = "AT_MOST"

    @property
    def counts(self) -> bool:
        """Whether the group needs a number."""
        return self in (GroupType.AT_LEAST, GroupType.AT_MOST)


class OccurrenceType(IntEnum):
    """How the number of correlated events is compared; the numbers are those of the language."""

    EXACTLY = 0
    AT_MOST = 1
    AT_LEAST = 2


class DateField(StrEnum):
    """The end of the index event from which an offset is counted."""

    START = "StartDate"
    END = "EndDate"


class AdjustFrom(StrEnum):
    """The end of a row from which an adjusted date is counted."""

    START = "START_DATE"
    END = "END_DATE"


@dataclass(frozen=True)
class DateAdjustment:
    """New dates for an event, in days from its own; an event whose end would precede its start is dropped."""

    start_with: AdjustFrom = AdjustFrom.START
    start_offset: int = 0
    end_with: AdjustFrom = AdjustFrom.END
    end_offset: int = 0


def _check_attributes(owner: str, names: frozenset[str], attributes: Attributes) -> None:
    given = [name for name, _ in attributes]
    if given != sorted(set(given)):
        raise ValueError(f"{owner}: attributes must be sorted and unique")
    if unknown := set(given) - names:
        raise ValueError(f"{owner} has no attribute {', '.join(sorted(unknown))}")


@dataclass(frozen=True)
class Criterion:
    """Events of one domain that satisfy every attribute, and the correlated group if there is one."""

    domain: str
    attributes: Attributes = ()
    correlated: "Group | None" = None
    date_adjustment: DateAdjustment | None = None

    def __post_init__(self) -> None:
        if self.domain not in DOMAINS:
            raise ValueError(f"unknown domain {self.domain}")
        _check_attributes(self.domain, DOMAINS[self.domain].attribute_names, self.attributes)

    def has(self, name: str) -> bool:
        """Whether the attribute is set."""
        return any(given == name for given, _ in self.attributes)


@dataclass(frozen=True)
class Demographic:
    """Conditions on the person of an index event, and on its own dates."""

    attributes: Attributes = ()

    def __post_init__(self) -> None:
        names = frozenset(attribute.name for attribute in DEMOGRAPHICS)
        _check_attributes("DemographicCriteria", names, self.attributes)


@dataclass(frozen=True)
class Endpoint:
    """One side of a window: `days` from the index date, before (-1) or after (1); None is unbounded."""

    days: int | None
    direction: int

    def __post_init__(self) -> None:
        if self.direction not in (-1, 1):
            raise ValueError("a window's side lies before (-1) or after (1)")


@dataclass(frozen=True)
class Window:
    """Where an event must lie around the index event. A flag that is None takes its place's default."""

    start: Endpoint
    end: Endpoint
    use_index_end: bool | None = None
    use_event_end: bool | None = None


@dataclass(frozen=True)
class Occurrence:
    """How many events must lie in the window; distinct values of `count_column` when `distinct`."""

    type: OccurrenceType
    count: int
    distinct: bool = False
    count_column: CountColumn | None = None

    def __post_init__(self) -> None:
        if self.count < 0:
            raise ValueError("a count of events cannot be negative")


@dataclass(frozen=True)
class Correlated:
    """Events of a criterion, counted in a window around the index event."""

    criterion: Criterion
    occurrence: Occurrence
    start_window: Window
    end_window: Window | None = None
    restrict_visit: bool = False
    ignore_observation_period: bool = False


@dataclass(frozen=True)
class Group:
    """Members of which all, any, at least or at most `count` must hold. An empty group always holds."""

    type: GroupType
    count: int | None = None
    criteria: tuple[Correlated, ...] = ()
    demographics: tuple[Demographic, ...] = ()
    groups: "tuple[Group, ...]" = ()

    def __post_init__(self) -> None:
        if self.type.counts and self.count is None:
            raise ValueError(f"a group {self.type} needs a count")

    def __bool__(self) -> bool:
        return bool(self.criteria or self.demographics or self.groups)


@dataclass(frozen=True)
class InclusionRule:
    """A named group that every event of the cohort must satisfy."""

    name: str
    group: Group
    description: str | None = None


@dataclass(frozen=True)
class PrimaryCriteria:
    """The events that may open a membership, with the observation required before and after, in days."""

    criteria: tuple[Criterion, ...]
    prior_days: int = 0
    post_days: int = 0
    limit: Limit = Limit.FIRST


@dataclass(frozen=True)
class DateOffsetExit:
    """Membership ends `offset` days after a date of the event, with the observation period at the latest."""

    field: DateField = DateField.START
    offset: int = 0


@dataclass(frozen=True)
class CustomEraExit:
    """Membership ends with the era of exposures to a concept set; exposures `gap_days` apart are one era."""

    codeset_id: int
    gap_days: int = 0
    offset: int = 0
    days_supply_override: int | None = None

    def __post_init__(self) -> None:
        if self.gap_days < 0:
            raise ValueError("the gap of an era cannot be negative")


@dataclass(frozen=True)
class CohortExpression:
    """A whole definition. Source: the Circe cohort expression, for OMOP CDM 5.4."""

    primary: PrimaryCriteria
    concept_sets: tuple[ConceptSet, ...] = ()
    additional: Group | None = None
    qualified_limit: Limit = Limit.FIRST
    rules: tuple[InclusionRule, ...] = ()
    expression_limit: Limit = Limit.FIRST
    exit: DateOffsetExit | CustomEraExit | None = None
    censoring: tuple[Criterion, ...] = ()
    era_pad: int = 0
    censor_window: Period = Period()  # noqa: RUF009 - Period is frozen
    title: str | None = None
    cdm_version_range: str | None = None

    def __post_init__(self) -> None:
        ids = [concept_set.id for concept_set in self.concept_sets]
        if len(ids) != len(set(ids)):
            raise ValueError("two concept sets have the same id")
        if self.era_pad < 0:
            raise ValueError("the pad of an era cannot be negative")
