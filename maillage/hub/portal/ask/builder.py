"""What the builder shows: the outline's rules in two zones, each event on its rail of time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log1p

from maillage.base.i18n import _
from maillage.cohort.edit import (
    Block,
    Card,
    Document,
    Entry,
    Outline,
    Place,
    Rule,
    Sense,
    When,
    missing,
    outline,
    summary,
)
from maillage.hub.portal.ask.placing import Home, list_homes

RAIL_WIDTH, RAIL_MIDDLE = 240.0, 120.0
_RAIL_END = 112.0
# Ten years are as far as the rail goes; days near the index event get most of it.
_FARTHEST_DAYS = 3650


@dataclass(frozen=True)
class Rail:
    """Where an event may lie, drawn around the index event, which is at RAIL_MIDDLE; SVG units."""

    start: float
    end: float
    open_start: bool
    open_end: bool
    era: str
    """`before`, `during`, `after`, `around` or `any`."""

    @property
    def width(self) -> float:
        """At least a mark that is seen."""
        return max(4.0, round(self.end - self.start, 1))


@dataclass(frozen=True)
class RuleView:
    """A rule in its zone. `up` and `down` are how far it moves to pass its neighbour there; 0 at the end.

    `before` is the path of the neighbour above, with which it may be put together.
    """

    rule: Rule
    number: int
    up: int
    down: int
    before: str


@dataclass(frozen=True)
class Target:
    """Where a term that is searched goes: the value of the form's field, and its words."""

    value: str
    words: str


@dataclass(frozen=True)
class Builder:
    """A whole draft as the page shows it.

    `homes` are where a card may be put, `listed` the cards with codes.
    """

    outline: Outline
    includes: Sequence[RuleView]
    excludes: Sequence[RuleView]
    targets: Sequence[Target]
    homes: Sequence[Home]
    listed: Sequence[Card]
    missing: Sequence[str]
    summary: str

    @property
    def has_entry(self) -> bool:
        """Whether an entry event is said."""
        return bool(self.outline.entry.cards)


def describe_builder(document: Document) -> Builder:
    """The draft in the language in force. Raises ExpressionError for what is no expression."""
    found = outline(document)
    excludes = [rule.sense == Sense.EXCLUDE for rule in found.rules]
    return Builder(
        outline=found,
        includes=list(_zone(found.rules, [not excluded for excluded in excludes])),
        excludes=list(_zone(found.rules, excludes)),
        targets=list(_list_targets(found)),
        homes=list_homes(found),
        listed=[card for card in each_card(found) if card.terms],
        missing=missing(document),
        summary=summary(document),
    )


def place_on_rail(when: When | None) -> Rail:
    """The rail of a window. Days are spread as their logarithm, so that 30 and 365 are told apart."""
    if when is None or when.place is Place.ANY:
        return _rail(None, None, era="any")
    if when.same_stay and when.from_days is None and when.to_days is None:
        return _rail(0, 0, era="during")
    return _rail(when.from_days, when.to_days, era=_find_era(when))


def find_card(found: Outline, *, path: str) -> Card | None:
    """The card at that path."""
    return next((card for card in each_card(found) if card.path == path), None)


def each_card(found: Outline) -> Iterator[Card]:
    """Every card, the entry's first."""
    yield from _within_entry(found.entry)
    for rule in found.rules:
        yield from _within(rule.body)


def _within_entry(entry: Entry) -> Iterator[Card]:
    for card in entry.cards:
        yield from _with_around(card)
    if entry.also is not None:
        yield from _within(entry.also)


def _within(block: Block) -> Iterator[Card]:
    for member in block.members:
        yield from _within(member) if isinstance(member, Block) else _with_around(member)


def _with_around(card: Card) -> Iterator[Card]:
    yield card
    if card.around is not None:
        yield from _within(card.around)


def _zone(rules: Sequence[Rule], chosen: Sequence[bool]) -> Iterator[RuleView]:
    places = [place for place, is_here in enumerate(chosen) if is_here]
    for rank, place in enumerate(places):
        up = places[rank - 1] - place if rank else 0
        down = places[rank + 1] - place if rank + 1 < len(places) else 0
        before = rules[places[rank - 1]].path if rank else ""
        yield RuleView(rules[place], place + 1, up, down, before)


def _list_targets(found: Outline) -> Iterator[Target]:
    if found.entry.cards:
        yield Target("rule", _("un nouveau critère"))
    yield Target("entry", _("l’événement d’entrée"))
    for number, rule in enumerate(found.rules, start=1):
        yield Target(f"to:{rule.path}", _("le critère {number}, en plus").format(number=number))
        yield from _list_groups(rule.body, number=number)
    for card in each_card(found):
        if card.terms:
            yield Target(f"term:{card.path}", _("les codes de « {label} »").format(label=card.label))


def _list_groups(block: Block, *, number: int) -> Iterator[Target]:
    for member in block.members:
        if isinstance(member, Block):
            words = _("le groupe « {words} » du critère {number}").format(words=member.words, number=number)
            yield Target(f"to:{member.path}", words)
            yield from _list_groups(member, number=number)


def _find_era(when: When) -> str:
    start, end = when.from_days, when.to_days
    if end is not None and end <= 0 and (start is None or start < 0):
        return "before"
    if start is not None and start >= 0 and (end is None or end > 0):
        return "after"
    return "during" if start == end == 0 else "around"


def _rail(start: int | None, end: int | None, *, era: str) -> Rail:
    return Rail(
        start=RAIL_MIDDLE - _RAIL_END if start is None else _place(start),
        end=RAIL_MIDDLE + _RAIL_END if end is None else _place(end),
        open_start=start is None,
        open_end=end is None,
        era=era,
    )


def _place(days: int) -> float:
    far = log1p(min(abs(days), _FARTHEST_DAYS)) / log1p(_FARTHEST_DAYS) * _RAIL_END
    return round(RAIL_MIDDLE + (far if days > 0 else -far), 1)
