"""What a builder shows of a draft: cards, groups of cards, and what it keeps without a control.

Paths are addresses inside one document, to be read back from its outline after each edit: `entry` and
`entry.0`, `also` (conditions attached to the entry event), `rule.2` and its members `rule.2.c0` (events),
`rule.2.d0` (the person) and `rule.2.g0` (a group, `rule.2.g0.c1` below it); `….with` is the group around a
card's own events.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from maillage.cohort.explain import Section
from maillage.cohort.expression.values import Comparison


class Sense(StrEnum):
    """What a card or a rule does to who enters."""

    INCLUDE = "include"
    EXCLUDE = "exclude"
    LIMIT = "limit"
    """A number of events, or of conditions, not to be exceeded."""


class Place(StrEnum):
    """Where an event lies from the index event; the words of the preset that says it, CUSTOM if none does."""

    ANY = "any"
    BEFORE = "before"
    ON_OR_BEFORE = "on_or_before"
    SAME_DAY = "same_day"
    AROUND = "around"
    ON_OR_AFTER = "on_or_after"
    AFTER = "after"
    STAY = "stay"
    """In the same stay, whatever the day."""
    CUSTOM = "custom"


class Edge(StrEnum):
    """Which date of an event."""

    START = "start"
    END = "end"


class Mode(StrEnum):
    """How many members of a group must hold."""

    ALL = "all"
    ANY = "any"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class Times(StrEnum):
    """How a number of events is compared."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    EXACTLY = "exactly"


class Distinct(StrEnum):
    """What events that count once together have in common."""

    NOTHING = ""
    DAY = "START_DATE"
    CODE = "DOMAIN_CONCEPT"


DISTINCT_BY = frozenset(one.value for one in Distinct if one)
"""The columns of Circe that `Distinct` names."""


class Which(StrEnum):
    """By which of a person's events that fit the entry the person enters."""

    FIRST_EVER = "first_ever"
    """The person's first event of its kind ever, if it meets every rule."""
    EARLIEST = "earliest"
    """The first event that fits the entry, if it meets every rule."""
    FITTING = "fitting"
    """The first event that meets every rule."""
    EVERY = "every"
    """Every event that meets every rule: a person may enter several times."""
    OTHER = "other"
    """Something else, told by `Entry.limits`."""


class Control(StrEnum):
    """What may be edited on a card, by the name of its edit."""

    TERMS = "terms"
    SENSE = "sense"
    OCCURRENCE = "occurrence"
    WINDOW = "window"
    VALUE = "value"
    AGE = "age"
    SEX = "sex"
    YEARS = "years"
    FIRST = "first"
    LENGTH = "length"
    STAY = "stay"
    STATUS = "status"
    PLACE = "place"
    ANSWER = "answer"


@dataclass(frozen=True)
class TermLine:
    """A concept of a card's list. `badge` names its classification to people."""

    concept_id: int
    name: str
    code: str
    vocabulary: str
    badge: str
    descendants: bool
    excluded: bool
    mapped: bool = False


@dataclass(frozen=True)
class Occurs:
    """How many events that differ in `distinct`. `other` words another way to count."""

    times: Times
    count: int
    distinct: Distinct = Distinct.NOTHING
    other: str = ""


@dataclass(frozen=True)
class When:
    """Where an event lies, in days from a date of the index event, negative before it; None is open.

    `exact` is false where the document says what no such numbers do; `words` always tell it whole. `event` is
    the index event in words.
    """

    from_days: int | None = None
    to_days: int | None = None
    anchor: Edge = Edge.START
    event_edge: Edge = Edge.START
    same_stay: bool = False
    words: str = ""
    exact: bool = True
    event: str = ""

    @property
    def place(self) -> Place:
        """The preset that says it."""
        if not self.exact or self.event_edge is Edge.END:
            return Place.CUSTOM
        if self.same_stay:
            return Place.STAY if self.from_days is None and self.to_days is None else Place.CUSTOM
        return _place(self.from_days, self.to_days)

    @property
    def days(self) -> int | None:
        """The number of days that the preset leaves to choose; None is as far as can be."""
        far = {Place.BEFORE, Place.ON_OR_BEFORE}
        if self.place in far:
            return None if self.from_days is None else -self.from_days
        return self.to_days if self.place in (Place.AROUND, Place.AFTER, Place.ON_OR_AFTER) else None


def _place(low: int | None, high: int | None) -> Place:
    match low, high:
        case None, None:
            return Place.ANY
        case 0, 0:
            return Place.SAME_DAY
        case int(), int() if low == -high and high > 0:
            return Place.AROUND
        case _, -1 if low is None or low < 0:
            return Place.BEFORE
        case _, 0:
            return Place.ON_OR_BEFORE if low is None or low < 0 else Place.CUSTOM
        case 0, _:
            return Place.ON_OR_AFTER if high is None or high > 0 else Place.CUSTOM
        case 1, _:
            return Place.AFTER if high is None or high > 0 else Place.CUSTOM
        case _:
            return Place.CUSTOM


@dataclass(frozen=True)
class Unit:
    """A unit of UCUM; id 0 is one that the vocabulary does not know."""

    concept_id: int
    code: str
    name: str = ""


@dataclass(frozen=True)
class Value:
    """A condition on a result. Without units, a result in any unit is compared."""

    op: Comparison
    low: float
    high: float | None = None
    units: tuple[Unit, ...] = ()
    words: str = ""


@dataclass(frozen=True)
class Age:
    """Bounds included, None is open; `op` tells the rest. `anchor` says at which date, in words."""

    least: int | None
    most: int | None
    words: str = field(compare=False)
    anchor: str
    exact: bool = True


@dataclass(frozen=True)
class Years:
    """Dates of an event's start, both included; None is open."""

    since: date | None
    until: date | None
    words: str
    exact: bool = True


@dataclass(frozen=True)
class Length:
    """How many days an event lasts, from its first to its last; bounds included, None is open."""

    least: int | None
    most: int | None
    words: str = field(compare=False)
    exact: bool = True


@dataclass(frozen=True)
class Choice:
    """Some of a few concepts (sex, kind of stay, rank, place, answer), or all but these.

    `keys` are those of the options of `OPTIONS` that say it, if `exact`.
    """

    keys: tuple[str, ...]
    names: tuple[str, ...]
    exclude: bool = False
    exact: bool = True


@dataclass(frozen=True)
class Card:
    """One criterion. What it does not have is None or empty; `kept` tells what no control edits."""

    path: str
    kind: str
    """`condition`, `drug`, `procedure`, `measurement`, `visit`, … or `person`."""
    kind_word: str
    label: str
    sense: Sense
    sentence: str
    controls: frozenset[Control]
    terms: tuple[TermLine, ...] = ()
    codes: str = ""
    """What the terms are, in a few words; `label` is what their list is called."""
    shared: int = 0
    """How many other cards use the same list: an edit of this card gives it its own."""
    source_codes: bool = False
    """Looked for among the codes of origin instead of the common vocabulary."""
    occurs: Occurs | None = None
    when: When | None = None
    value: Value | None = None
    age: Age | None = None
    sex: Choice | None = None
    years: Years | None = None
    length: Length | None = None
    stay: Choice | None = None
    status: Choice | None = None
    place: Choice | None = None
    answer: Choice | None = None
    first: bool = False
    around: "Block | None" = None
    """Conditions around each of this card's events, which are the index there."""
    told: tuple[tuple[str, str], ...] = ()
    """Every condition of the card: the `Control` that edits it, empty where none does, and a sentence."""
    kept: tuple[str, ...] = ()

    @property
    def details(self) -> tuple[str, ...]:
        """The sentences of `told`."""
        return tuple(line for _control, line in self.told)

    def below(self) -> "Iterator[Card]":
        """The card, then those around its events."""
        yield self
        if self.around is not None:
            yield from self.around.cards()


@dataclass(frozen=True)
class Block:
    """Members of which all, any, at least or at most `count` must hold."""

    path: str
    mode: Mode
    count: int | None
    words: str
    sense: Sense
    members: "tuple[Card | Block, ...]" = ()

    def cards(self) -> Iterator[Card]:
        """Every card below, in reading order."""
        for member in self.members:
            if isinstance(member, Card):
                yield from member.below()
            else:
                yield from member.cards()


@dataclass(frozen=True)
class Rule:
    """One step of the attrition funnel. `named`: somebody gave it its name, which edits of it leave; else its
    name is `asks`, what it asks in a few words.
    """

    path: str
    name: str
    named: bool
    asks: str
    sense: Sense
    body: Block
    note: str = ""

    @property
    def card(self) -> Card | None:
        """The only member, when it is a card."""
        only = self.body.members[0] if len(self.body.members) == 1 else None
        return only if isinstance(only, Card) else None


@dataclass(frozen=True)
class Entry:
    """The index event: any of the cards. `age`, `sex` and `years` are those that all the cards share."""

    cards: tuple[Card, ...]
    which: Which
    which_words: str
    prior_days: int
    post_days: int
    observation: str
    age: Age | None = None
    sex: Choice | None = None
    years: Years | None = None
    stay: Choice | None = None
    limits: tuple[str, ...] = ()
    also: Block | None = None
    path: str = "entry"


@dataclass(frozen=True)
class CodeList:
    """A list of codes of the document; `used` is false where nothing refers to it."""

    name: str
    terms: tuple[TermLine, ...]
    used: bool


@dataclass(frozen=True)
class Outline:
    """A whole draft. `kept` are the sections of exit, periods and calendar.

    `missing` is what is yet to be said before it can be counted.
    """

    title: str
    entry: Entry
    rules: tuple[Rule, ...]
    kept: tuple[Section, ...]
    lists: tuple[CodeList, ...]
    quoted: tuple[str, ...]
    """Concepts that conditions quote one by one (sex, unit, kind of stay), with their numbers."""
    missing: tuple[str, ...]

    def cards(self) -> Iterator[Card]:
        """Every card, in reading order."""
        for card in self.entry.cards:
            yield from card.below()
        blocks = [rule.body for rule in self.rules]
        for block in [self.entry.also, *blocks] if self.entry.also else blocks:
            yield from block.cards()
