"""What must hold around an event: other events in a window, a person's traits, groups of these."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypedDict, Unpack, cast

from maillage.base.i18n import _
from maillage.cohort.dsl.checks import check_count
from maillage.cohort.dsl.codes import Codes
from maillage.cohort.dsl.resolve import Resolver
from maillage.cohort.dsl.windows import (
    ANY_TIME,
    Days,
    check_words,
    describe_windows,
    end_window,
    start_window,
)
from maillage.cohort.errors import StudyError
from maillage.cohort.expression import (
    DOMAINS,
    Correlated,
    CountColumn,
    Criterion,
    Demographic,
    Group,
    GroupType,
    Occurrence,
    OccurrenceType,
    Window,
)
from maillage.cohort.expression.domains import Domain


class When(TypedDict, total=False):
    """Where events must lie around the index event, and how they are counted. Without a word: at any time.

    Days are whole, negative before the index event; None leaves a side open.
    """

    within_days: Days
    """Days of the event's start from the index event's start, both included: `(-30, 0)`."""
    before: bool
    """Strictly before the index event."""
    after: bool
    """Strictly after the index event."""
    from_index_end: bool
    """Days are counted from the index event's end instead of its start."""
    event_end: bool
    """The event's end, instead of its start, must lie there."""
    ends_within_days: Days
    """Days of the event's end from the index event's start, besides those of its start."""
    ends_from_index_end: bool
    """`ends_within_days` is counted from the index event's end."""
    same_stay: bool
    """Both events belong to one stay."""
    ignoring_observation: bool
    """The events may lie outside the observation period of the index event."""
    distinct_days: bool
    """Several events of one day count once."""
    distinct: CountColumn
    """Events with the same value of this column count once."""


class EventSource(ABC):
    """Whatever gives the events of one domain."""

    domain: ClassVar[str]

    @abstractmethod
    def criterion(self, resolver: Resolver) -> Criterion:
        """The node."""

    @property
    @abstractmethod
    def label(self) -> str:
        """In a few French words, for the name of a rule."""

    @property
    @abstractmethod
    def bare_codes(self) -> Codes | None:
        """The code list, when nothing else is asked of the events."""


@dataclass(frozen=True)
class Has:
    """Events counted in a window around the index event."""

    events: EventSource
    occurrence: Occurrence
    start: Window = ANY_TIME
    end: Window | None = None
    same_stay: bool = False
    ignoring_observation: bool = False

    def __post_init__(self) -> None:
        check_events(self.events)
        if self.occurrence.distinct:
            _check_countable(DOMAINS[self.events.domain], self.occurrence.count_column)

    def node(self, resolver: Resolver) -> Correlated:
        """The correlated criterion."""
        return Correlated(
            self.events.criterion(resolver),
            self.occurrence,
            self.start,
            self.end,
            restrict_visit=self.same_stay,
            ignore_observation_period=self.ignoring_observation,
        )

    def describe(self) -> str:
        """In a few French words, for the name of a rule."""
        where = describe_windows(self.start, self.end)
        stay = "pendant le même séjour" if self.same_stay else ""
        return ", ".join(
            part for part in (f"{_how_many(self.occurrence)} {self.events.label}", where, stay) if part
        )


class Traits(ABC):
    """Conditions on the person of an index event."""

    @abstractmethod
    def demographic(self, resolver: Resolver) -> Demographic:
        """The node."""


@dataclass(frozen=True)
class Together:
    """Members of which all, any, at least or at most `count` must hold. Without members it always holds."""

    kind: GroupType
    members: "tuple[Has | Traits | Together, ...]" = ()
    count: int | None = None

    def node(self, resolver: Resolver) -> Group:
        """The group; members keep their order among those of their kind."""
        return Group(
            self.kind,
            self.count,
            criteria=tuple(member.node(resolver) for member in self.members if isinstance(member, Has)),
            demographics=tuple(
                member.demographic(resolver) for member in self.members if isinstance(member, Traits)
            ),
            groups=tuple(member.node(resolver) for member in self.members if isinstance(member, Together)),
        )


Member = Has | Traits | Together | EventSource
"""What a group may hold; events alone mean at least one of them, at any time."""


def has(events: EventSource, **when: Unpack[When]) -> Has:
    """At least one of the events."""
    return has_at_least(1, events, **when)


def has_at_least(count: int, events: EventSource, **when: Unpack[When]) -> Has:
    """`count` of the events or more. Raises StudyError."""
    return relation(OccurrenceType.AT_LEAST, check_count(count, least=1), events, when)


def has_at_most(count: int, events: EventSource, **when: Unpack[When]) -> Has:
    """No more than `count` of the events. Raises StudyError."""
    return relation(OccurrenceType.AT_MOST, check_count(count, least=0), events, when)


def has_exactly(count: int, events: EventSource, **when: Unpack[When]) -> Has:
    """Just `count` of the events. Raises StudyError."""
    return relation(OccurrenceType.EXACTLY, check_count(count, least=0), events, when)


def has_no(events: EventSource, **when: Unpack[When]) -> Has:
    """None of the events."""
    return relation(OccurrenceType.EXACTLY, 0, events, when)


def correlated(
    events: EventSource,
    occurrence: Occurrence,
    start: Window,
    end: Window | None = None,
    *,
    same_stay: bool = False,
    ignoring_observation: bool = False,
) -> Has:
    """The general form, with the windows as nodes; what the other words cannot say is said here."""
    return Has(events, occurrence, start, end, same_stay, ignoring_observation)


def relation(kind: OccurrenceType, count: int, events: EventSource, when: When) -> Has:
    """Events counted where `when` says. Raises StudyError when its words contradict each other."""
    check_words(cast("dict[str, object]", when), known=When.__annotations__)
    return Has(
        events,
        Occurrence(kind, count, *_distinct(when)),
        start_window(
            within_days=when.get("within_days"),
            before=when.get("before", False),
            after=when.get("after", False),
            from_index_end=when.get("from_index_end", False),
            event_end=when.get("event_end", False),
        ),
        end_window(when.get("ends_within_days"), from_index_end=when.get("ends_from_index_end", False)),
        same_stay=when.get("same_stay", False),
        ignoring_observation=when.get("ignoring_observation", False),
    )


def all_of(*members: Member) -> Together:
    """Every member must hold. Raises StudyError."""
    return together(GroupType.ALL, *_some(members))


def any_of(*members: Member) -> Together:
    """One member must hold, or more. Raises StudyError."""
    return together(GroupType.ANY, *_some(members))


def at_least(count: int, *members: Member) -> Together:
    """`count` members must hold, or more. Raises StudyError."""
    if check_count(count, least=1) > len(_some(members)):
        raise _never(count, len(members))
    return together(GroupType.AT_LEAST, *members, count=count)


def at_most(count: int, *members: Member) -> Together:
    """No more than `count` members may hold. Raises StudyError."""
    return together(GroupType.AT_MOST, *_some(members), count=check_count(count, least=0))


def together(kind: GroupType, *members: Member, count: int | None = None) -> Together:
    """The general form of a group; without members it always holds."""
    return Together(kind, tuple(map(_as_member, members)), count)


def as_group(members: Sequence[Member]) -> Together:
    """The single group given, or all of the members."""
    if len(members) == 1 and isinstance(members[0], Together):
        return members[0]
    return all_of(*members)


def _as_member(member: Member) -> Has | Traits | Together:
    if isinstance(member, Has | Traits | Together):
        return member
    return has(member)


def _some(members: Sequence[Member]) -> Sequence[Member]:
    if members:
        return members
    raise StudyError(
        _("Le groupe est vide."),
        why=_("Un groupe sans condition serait toujours vrai."),
        remedy=_("Donnez au moins une condition."),
    )


def _never(count: int, members: int) -> StudyError:
    return StudyError(
        _("Au moins {count} conditions, mais le groupe en a {members}.").format(count=count, members=members),
        why=_("Personne ne pourrait y satisfaire."),
        remedy=_("Baissez le nombre, ou ajoutez des conditions."),
    )


def check_events(events: object) -> None:
    """Raise StudyError unless these are events of a domain."""
    if not isinstance(events, EventSource):
        raise StudyError(
            _('Des événements sont attendus ici, par exemple drug("A10BA02").'),
            why=_("Ce qui est donné est : {kind}.").format(kind=type(events).__name__),
            remedy=_("Une condition sur d’autres événements s’ajoute par .having(…) ou .during(…)."),
        )


def _check_countable(domain: Domain, column: CountColumn | None) -> None:
    known = {None, CountColumn.START_DATE, CountColumn.END_DATE, CountColumn.DOMAIN_CONCEPT}
    known |= {CountColumn.DURATION, *domain.counts}
    if domain.visit is not None:
        known.add(CountColumn.VISIT_ID)
    if column not in known:
        raise StudyError(
            _("{domain} ne se compte pas par {column}.").format(domain=domain.name, column=column),
            why=_("La table {table} n’a pas cette colonne.").format(table=domain.table),
            remedy=_("Comptez par : {columns}.").format(columns=", ".join(sorted(filter(None, known)))),
        )


def _distinct(when: When) -> tuple[bool, CountColumn | None]:
    column = when.get("distinct")
    if not when.get("distinct_days"):
        return (False, None) if column is None else (True, CountColumn(column))
    if column is not None:
        raise StudyError(
            _("distinct_days et distinct comptent de deux façons."),
            remedy=_("Gardez l’un des deux."),
        )
    return True, CountColumn.START_DATE


def _how_many(occurrence: Occurrence) -> str:
    if occurrence.count == 0 and occurrence.type is not OccurrenceType.AT_LEAST:
        return "Sans"
    words = {
        OccurrenceType.AT_LEAST: "Au moins",
        OccurrenceType.AT_MOST: "Au plus",
        OccurrenceType.EXACTLY: "Exactement",
    }
    return f"{words[occurrence.type]} {occurrence.count} ×"
