"""Edits of a draft: most of them fit it, some name what is not there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from hypothesis import strategies as st

from maillage.cohort.edit import (
    OPTIONS,
    AddEntry,
    AddRule,
    AddTermTo,
    AddTo,
    Block,
    Card,
    Control,
    Distinct,
    Document,
    Duplicate,
    Edge,
    Edit,
    ExcludeTerm,
    Group,
    Mode,
    Move,
    MoveTo,
    Outline,
    PasteTerms,
    Remove,
    RemoveTerm,
    Rename,
    Sense,
    SetAge,
    SetAnswer,
    SetFirst,
    SetLength,
    SetMode,
    SetObservation,
    SetOccurrence,
    SetPlace,
    SetSense,
    SetSex,
    SetStatus,
    SetStay,
    SetTitle,
    SetValue,
    SetWhich,
    SetWindow,
    SetYears,
    Term,
    Times,
    ToggleDescendants,
    Ungroup,
    Value,
    When,
    Which,
    outline,
)
from maillage.cohort.edit.units import all_units
from maillage.cohort.expression.values import Comparison
from tests.support.builder import SPECIAL, term

_CODES = tuple(
    map(term, ("E11", "I50", "A10BA02", "L01", "4548-4", "718-7", "HHFA008", "Z37.0", "E10-E14", "U07.1"))
)
TERMS = st.sampled_from([*_CODES, *SPECIAL.values(), term("HDJ", "Maillage")])
SENSES = st.sampled_from([Sense.INCLUDE, Sense.EXCLUDE])
DAYS = st.integers(-400, 400)
WINDOWS = st.one_of(
    st.builds(lambda same: When(same_stay=same), st.booleans()),
    st.builds(
        lambda low, length, anchor: When(low, low + length, anchor),
        DAYS,
        st.integers(0, 400),
        st.sampled_from(Edge),
    ),
    st.builds(lambda low: When(low, None), DAYS),
    st.builds(lambda high: When(None, high), DAYS),
)
ONE_BOUND = st.sampled_from([op for op in Comparison if not op.takes_two])
UNITS = st.lists(
    st.sampled_from(sorted(all_units().values(), key=lambda unit: unit.code)), max_size=2, unique=True
)
VALUES = st.one_of(
    st.builds(
        lambda op, low, units: Value(op, low, None, tuple(units)), ONE_BOUND, st.integers(0, 99), UNITS
    ),
    st.builds(
        lambda low, more, units: Value(Comparison.BETWEEN, low, low + more, tuple(units)),
        st.integers(0, 99),
        st.integers(0, 9),
        UNITS,
    ),
)
AGES = st.none() | st.integers(0, 110)
DATES = st.none() | st.dates(date(2012, 1, 1), date(2026, 1, 1))
NAMES = st.sampled_from(["", "Mon critère", "Un nom « à lui »", "x" * 200])


def keys(trait: str) -> st.SearchStrategy[tuple[str, ...]]:
    known = [option.key for option in OPTIONS[trait]]
    return st.lists(st.sampled_from(known), max_size=2, unique=True).map(tuple)


@dataclass(frozen=True)
class Draft:
    """What there is in a draft to name, with a little of what there is not."""

    shown: Outline
    cards: tuple[Card, ...]
    blocks: tuple[Block, ...]

    def any_path(self) -> st.SearchStrategy[str]:
        """Of anything."""
        found = ["entry", *(card.path for card in self.cards), *(block.path for block in self.blocks)]
        return st.sampled_from(sorted(set(found))) | st.sampled_from([*found, *_NOWHERE])

    def cards_with(self, control: Control) -> st.SearchStrategy[str]:
        """Of cards with a control, and a few others."""
        found = [card.path for card in self.cards if control in card.controls]
        return st.sampled_from(found) | self.any_path() if found else self.any_path()

    def groups(self) -> st.SearchStrategy[str]:
        """Of rules and groups."""
        return st.sampled_from([*(block.path for block in self.blocks), *_NOWHERE])

    def siblings(self) -> st.SearchStrategy[tuple[str, ...]]:
        """Of several members of one parent, whole rules among them."""
        families = [[member.path for member in block.members] for block in self.blocks]
        families += [[rule.path for rule in self.shown.rules], [card.path for card in self.cards]]
        several = [family for family in families if len(family) > 1] or [["rule.0", "rule.1"]]
        return st.sampled_from(several).flatmap(
            lambda family: st.lists(st.sampled_from(family), min_size=2, max_size=3, unique=True).map(tuple)
        )

    def terms(self) -> st.SearchStrategy[tuple[str, Term]]:
        """Cards with a term of their kind, most of the time."""
        pairs = [
            (card.path, one)
            for card in self.cards
            for one in _CODES
            if card.terms and card.kind == one.domain.lower()
        ]
        others = st.tuples(self.any_path(), TERMS)
        return st.sampled_from(pairs) | others if pairs else others

    def lines(self) -> st.SearchStrategy[tuple[str, int]]:
        """Cards with a code of theirs."""
        pairs = [(card.path, line.concept_id) for card in self.cards for line in card.terms]
        return st.sampled_from([*pairs, ("rule.99", 1), ("entry.0", 1)])


_NOWHERE = ("rule.99", "entry.0.with.c7", "also")


def blocks_of(shown: Outline) -> list[Block]:
    """Every group of a draft, rules first."""
    pending = [rule.body for rule in shown.rules]
    pending += [shown.entry.also] if shown.entry.also else []
    pending += [card.around for card in shown.cards() if card.around]
    found: list[Block] = []
    while pending:
        block = pending.pop(0)
        found.append(block)
        pending += [member for member in block.members if isinstance(member, Block)]
    return list({block.path: block for block in found}.values())


def edits(document: Document) -> st.SearchStrategy[Edit]:
    """One edit of the draft."""
    shown = outline(document)
    draft = Draft(shown, tuple(shown.cards()), tuple(blocks_of(shown)))
    return st.sampled_from(list(_MAKERS)).flatmap(lambda kind: _MAKERS[kind](draft))


_MAKERS: Mapping[type, Callable[[Draft], st.SearchStrategy[Edit]]] = {
    AddEntry: lambda _: st.builds(AddEntry, TERMS),
    AddRule: lambda _: st.builds(AddRule, TERMS, SENSES, st.none() | WINDOWS, st.none() | VALUES),
    AddTo: lambda draft: st.builds(AddTo, draft.any_path(), TERMS, SENSES, st.none() | WINDOWS),
    AddTermTo: lambda draft: draft.terms().map(lambda pair: AddTermTo(*pair)),
    PasteTerms: lambda draft: st.builds(
        PasteTerms,
        draft.any_path() | st.sampled_from(["entry", "rule"]),
        st.lists(TERMS, max_size=2).map(tuple) | st.just((term("E11"), term("I50"))),
        SENSES,
    ),
    RemoveTerm: lambda draft: draft.lines().map(lambda pair: RemoveTerm(*pair)),
    ToggleDescendants: lambda draft: draft.lines().map(lambda pair: ToggleDescendants(*pair)),
    ExcludeTerm: lambda draft: draft.terms().map(lambda pair: ExcludeTerm(*pair)),
    SetSense: lambda draft: st.builds(SetSense, draft.cards_with(Control.SENSE), SENSES),
    SetWindow: lambda draft: st.builds(SetWindow, draft.cards_with(Control.WINDOW), WINDOWS),
    SetOccurrence: lambda draft: st.builds(
        SetOccurrence,
        draft.cards_with(Control.OCCURRENCE),
        st.sampled_from(Times),
        st.integers(0, 4),
        st.sampled_from(Distinct),
    ),
    SetValue: lambda draft: st.builds(SetValue, draft.cards_with(Control.VALUE), st.none() | VALUES),
    SetAge: lambda draft: st.builds(SetAge, draft.any_path(), AGES, AGES),
    SetSex: lambda draft: st.builds(SetSex, draft.any_path(), keys("sex")),
    SetYears: lambda draft: st.builds(SetYears, draft.any_path(), DATES, DATES),
    SetLength: lambda draft: st.builds(SetLength, draft.cards_with(Control.LENGTH), AGES, AGES),
    SetFirst: lambda draft: st.builds(SetFirst, draft.cards_with(Control.FIRST), st.booleans()),
    SetWhich: lambda _: st.builds(SetWhich, st.sampled_from(Which)),
    SetObservation: lambda _: st.builds(SetObservation, st.integers(0, 999), st.integers(0, 999)),
    SetStay: lambda draft: st.builds(SetStay, draft.cards_with(Control.STAY), keys("stay")),
    SetStatus: lambda draft: st.builds(SetStatus, draft.cards_with(Control.STATUS), keys("status")),
    SetPlace: lambda draft: st.builds(SetPlace, draft.cards_with(Control.PLACE), keys("place")),
    SetAnswer: lambda draft: st.builds(SetAnswer, draft.cards_with(Control.ANSWER), keys("answer")),
    Group: lambda draft: st.builds(
        Group, draft.siblings(), st.sampled_from(Mode), st.none() | st.integers(0, 3)
    ),
    Ungroup: lambda draft: st.builds(Ungroup, draft.groups()),
    SetMode: lambda draft: st.builds(
        SetMode, draft.groups(), st.sampled_from(Mode), st.none() | st.integers(0, 3)
    ),
    Duplicate: lambda draft: st.builds(Duplicate, draft.any_path()),
    Move: lambda draft: st.builds(Move, draft.any_path(), st.integers(-3, 3)),
    MoveTo: lambda draft: st.builds(
        MoveTo,
        draft.any_path(),
        st.sampled_from(["rule", "group"]) | draft.groups(),
        st.none() | st.integers(-1, 4),
        st.none() | st.sampled_from([Sense.INCLUDE, Sense.EXCLUDE]),
    ),
    Remove: lambda draft: st.builds(Remove, draft.any_path()),
    Rename: lambda draft: st.builds(Rename, draft.any_path(), NAMES),
    SetTitle: lambda _: st.builds(SetTitle, NAMES),
}
KINDS_OF_EDIT = frozenset(_MAKERS)
