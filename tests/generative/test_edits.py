"""Whatever is edited, the draft stays an expression, the edit shows, and nothing else changes."""

import json
import os
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.cohort import CohortExpression, parse_expression
from maillage.cohort.edit import (
    EDITS,
    AddEntry,
    AddRule,
    AddTermTo,
    Block,
    Card,
    Document,
    Duplicate,
    Edit,
    EditError,
    MoveTo,
    Outline,
    RemoveTerm,
    Rename,
    SetAge,
    SetFirst,
    SetLength,
    SetMode,
    SetObservation,
    SetOccurrence,
    SetSense,
    SetSex,
    SetTitle,
    SetValue,
    SetWhich,
    SetWindow,
    SetYears,
    ToggleDescendants,
    change,
    missing,
    new_document,
    outline,
)
from maillage.cohort.edit.draft import read_draft
from tests.generative.test_edit_outline import definitions
from tests.generative.test_explain_differs import MAX_BYTES
from tests.support.builder import JOURNEYS, build
from tests.support.meaning import meaning
from tests.support.strategies.edits import KINDS_OF_EDIT, blocks_of, edits

MOST_EDITS = 12
LONG = bool(os.environ.get("MAILLAGE_TEST_LONG"))
"""Ten times as many runs then."""
STARTS = [new_document(), *(build(edits) for edits in JOURNEYS.values())]


def test_every_edit_is_drawn() -> None:
    assert set(EDITS.values()) == KINDS_OF_EDIT


@settings(max_examples=LONG * 275 + 25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(start=st.sampled_from(STARTS), data=st.data())
def test_any_run_of_edits(start: Document, data: st.DataObject) -> None:
    run_edits(start, data)


@settings(max_examples=LONG * 90 + 10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_run_of_edits_of_a_public_definition(shared_data: Path, data: st.DataObject) -> None:
    known = definitions(shared_data / "cohorts")
    name = data.draw(st.sampled_from(sorted(one for one, source in known.items() if len(source) < MAX_BYTES)))
    run_edits(json.loads(known[name]), data, most=4)


def run_edits(document: Document, data: st.DataObject, *, most: int = MOST_EDITS) -> None:
    for _turn in range(data.draw(st.integers(1, most))):
        edit = data.draw(edits(document))
        before, refused = json.dumps(document), None
        try:
            changed = change(document, edit)
        except EditError as error:
            refused = error
            changed = document
        else:
            check(document, changed, edit)
        assert json.dumps(document) == before
        assert refused is None or (refused.what and refused.remedy)
        document = changed


def check(before: Document, after: Document, edit: Edit) -> None:
    found = read_draft(after)
    assert bool(missing(after)) is (not found.primary.criteria)
    if not missing(after):
        assert parse_expression(after) == found
    check_rest(read_draft(before), found, edit)
    shown = outline(after)
    if type(edit) in SHOWN:
        SHOWN[type(edit)](shown, edit)


def check_rest(before: CohortExpression, after: CohortExpression, edit: Edit) -> None:
    """What the edit does not name means what it meant."""
    former, latter = parts_of(before), parts_of(after)
    named = {path.partition(".")[0] for path in paths_named(edit)}
    for key in former.keys() & latter.keys():
        if key not in CHANGED_BY.get(type(edit), ()) and key not in ("rules", "entries", "additional"):
            assert former[key] == latter[key], f"{edit} changed {key}"
    if "also" not in named:
        assert former.get("additional") == latter.get("additional")
    for key, root in (("rules", "rule"), ("entries", "entry")):
        touched = {int(path.split(".")[1]) for path in paths_named(edit) if path.startswith(f"{root}.")}
        if root not in paths_named(edit) and not isinstance(edit, SetWhich):
            left = [one for index, one in enumerate(former[key]) if index not in touched]
            assert not Counter(map(repr, left)) - Counter(map(repr, latter[key])), f"{edit} changed {key}"


CHANGED_BY: Mapping[type, tuple[str, ...]] = {
    SetWhich: ("limit", "expression_limit", "qualified_limit"),
    SetObservation: ("prior_days", "post_days"),
}


def parts_of(expression: CohortExpression) -> dict[str, Any]:
    """The meaning of an expression, its entry events and its rules one by one."""
    parts = meaning(expression)
    primary = dict(parts.pop("primary")[1:])
    entries = primary.pop("criteria")
    return {**parts, **primary, "entries": entries}


def paths_named(edit: Edit) -> tuple[str, ...]:
    if isinstance(edit, SetTitle | SetWhich | SetObservation | AddEntry | AddRule):
        return ()
    if isinstance(edit, MoveTo):
        return (edit.path,) if edit.into in ("rule", "group") else (edit.path, edit.into)
    return edit.paths if hasattr(edit, "paths") else (edit.path,)  # pyright: ignore


def card_at(shown: Outline, path: str) -> Card:
    """The card of a path; that of a rule with one card too."""
    found = {card.path: card for card in shown.cards()}
    only = {rule.path: rule.card for rule in shown.rules if rule.card}
    return found.get(path) or only[path]


def cards_at(shown: Outline, path: str) -> tuple[Card, ...]:
    return shown.entry.cards if path == "entry" else (card_at(shown, path),)


def block_at(shown: Outline, path: str) -> Block:
    return next(block for block in blocks_of(shown) if block.path == path)


def shows_entry(shown: Outline, edit: AddEntry) -> None:
    card = shown.entry.cards[-1]
    assert edit.term.concept_id in {0, *(line.concept_id for line in card.terms)} or card.place


def shows_rule(shown: Outline, edit: AddRule) -> None:
    card = shown.rules[-1].card
    assert card
    assert card.sense is edit.sense
    if card.when and edit.when:
        assert (card.when.from_days, card.when.to_days) == (edit.when.from_days, edit.when.to_days)
    if card.kind != "person":
        assert card.value is None or (edit.value and card.value.low == edit.value.low)


def shows_window(shown: Outline, edit: SetWindow) -> None:
    when = card_at(shown, edit.path).when
    assert when
    for name in ("from_days", "to_days", "anchor", "same_stay", "place", "days"):
        assert getattr(when, name) == getattr(edit.when, name)


def shows_occurrence(shown: Outline, edit: SetOccurrence) -> None:
    occurs = card_at(shown, edit.path).occurs
    assert occurs
    assert (occurs.times, occurs.count, occurs.distinct) == (edit.times, edit.count, edit.distinct)


def shows_value(shown: Outline, edit: SetValue) -> None:
    value = card_at(shown, edit.path).value
    told = value and (value.op, value.low, value.high, {unit.code for unit in value.units})
    wanted = edit.value
    assert told == (wanted and (wanted.op, wanted.low, wanted.high, {unit.code for unit in wanted.units}))


def shows_age(shown: Outline, edit: SetAge) -> None:
    for card in cards_at(shown, edit.path):
        told = (card.age.least, card.age.most) if card.age else (None, None)
        assert told == (edit.least, edit.most)


def shows_length(shown: Outline, edit: SetLength) -> None:
    length = card_at(shown, edit.path).length
    assert ((length.least, length.most) if length else (None, None)) == (edit.least, edit.most)


def shows_years(shown: Outline, edit: SetYears) -> None:
    for card in cards_at(shown, edit.path):
        told = (card.years.since, card.years.until) if card.years else (None, None)
        assert told == (edit.since, edit.until)


def shows_sex(shown: Outline, edit: SetSex) -> None:
    for card in cards_at(shown, edit.path):
        assert set(card.sex.keys if card.sex else ()) == set(edit.keys)


def shows_first(shown: Outline, edit: SetFirst) -> None:
    assert all(card.first is edit.first for card in cards_at(shown, edit.path))


def shows_which(shown: Outline, edit: SetWhich) -> None:
    assert shown.entry.which is edit.which


def shows_observation(shown: Outline, edit: SetObservation) -> None:
    assert (shown.entry.prior_days, shown.entry.post_days) == (edit.before, edit.after)


def shows_mode(shown: Outline, edit: SetMode) -> None:
    block = block_at(shown, edit.path)
    assert block.mode is edit.mode
    if block.mode.value.startswith("at_"):
        assert block.count == edit.count


def shows_sense(shown: Outline, edit: SetSense) -> None:
    cards = [card for card in shown.cards() if card.path == edit.path]
    rules = [rule for rule in shown.rules if rule.path == edit.path]
    told = [one.sense for one in (*cards, *rules)] or [block_at(shown, edit.path).sense]
    assert told[0] is edit.sense


def shows_term(shown: Outline, edit: AddTermTo) -> None:
    assert edit.term.concept_id in {line.concept_id for line in card_at(shown, edit.path).terms}


def shows_no_term(shown: Outline, edit: RemoveTerm) -> None:
    assert edit.concept_id not in {line.concept_id for line in card_at(shown, edit.path).terms}


def shows_toggle(shown: Outline, edit: ToggleDescendants) -> None:
    assert edit.concept_id in {line.concept_id for line in card_at(shown, edit.path).terms}


def shows_name(shown: Outline, edit: Rename) -> None:
    rules = [rule for rule in shown.rules if rule.path == edit.path]
    if rules and edit.name:
        assert (rules[0].name, rules[0].named) == (edit.name.replace("«", "“").replace("»", "”"), True)
    if rules and not edit.name:
        assert not rules[0].named


def shows_copy(shown: Outline, edit: Duplicate) -> None:
    root, _dot, index = edit.path.partition(".")
    if root == "rule" and index.isdecimal():
        assert [member.sense for member in shown.rules[int(index)].body.members] == [
            member.sense for member in shown.rules[int(index) + 1].body.members
        ]


def shows_title(shown: Outline, edit: SetTitle) -> None:
    assert shown.title == edit.title.replace("«", "“").replace("»", "”")


SHOWN: Mapping[type[Edit], Callable[[Outline, Any], None]] = {
    AddEntry: shows_entry,
    AddRule: shows_rule,
    AddTermTo: shows_term,
    RemoveTerm: shows_no_term,
    ToggleDescendants: shows_toggle,
    SetSense: shows_sense,
    SetWindow: shows_window,
    SetOccurrence: shows_occurrence,
    SetValue: shows_value,
    SetAge: shows_age,
    SetSex: shows_sex,
    SetYears: shows_years,
    SetLength: shows_length,
    SetFirst: shows_first,
    SetWhich: shows_which,
    SetObservation: shows_observation,
    SetMode: shows_mode,
    Rename: shows_name,
    Duplicate: shows_copy,
    SetTitle: shows_title,
}
