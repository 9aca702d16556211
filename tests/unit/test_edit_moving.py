"""Criteria put elsewhere: what moves is the same criterion, and nothing is left empty behind it."""

import pytest

from maillage.cohort.edit import (
    AddEntry,
    AddRule,
    AddTo,
    Block,
    Document,
    EditError,
    Mode,
    MoveTo,
    Outline,
    Sense,
    SetMode,
    change,
    outline,
    read_edit,
)
from tests.support.builder import build, term

E11, METFORMIN, HEART = term("E11"), term("A10BA02"), term("I50")
THREE = [AddEntry(E11), AddRule(METFORMIN), AddRule(HEART), AddTo("rule.1", E11, mode=Mode.ALL)]


def tell(document: Document) -> list[object]:
    """Each rule as the labels of its cards, nested as they are."""
    return [tell_block(rule.body) for rule in shown(document).rules]


def shown(document: Document) -> Outline:
    return outline(document)


def tell_block(block: Block) -> tuple[object, ...]:
    inner = (tell_block(one) if isinstance(one, Block) else one.label for one in block.members)
    return (block.mode.value, *inner)


def test_a_rule_joins_another_and_a_criterion_leaves_it_again() -> None:
    document = build(THREE)
    joined = change(document, MoveTo("rule.0", "rule.1"))
    assert tell(joined) == [("all", "Insuffisance cardiaque", "Diabète de type 2", "Metformine")]
    apart = change(joined, MoveTo("rule.0.c2", "rule", rank=0))
    assert tell(apart) == tell(document)
    last = change(joined, MoveTo("rule.0.c2", "rule", sense=Sense.EXCLUDE))
    assert [rule.sense for rule in shown(last).rules] == [Sense.INCLUDE, Sense.EXCLUDE]


def test_two_criteria_put_together_are_alternatives() -> None:
    document = build([AddEntry(E11), AddRule(METFORMIN), AddRule(HEART)])
    assert tell(change(document, MoveTo("rule.1", "rule.0"))) == [
        ("any", "Metformine", "Insuffisance cardiaque")
    ]


def test_a_new_group_is_made_around_a_criterion_and_takes_others_in() -> None:
    document = build(THREE)
    nested = change(document, MoveTo("rule.1.c1", "group"))
    assert tell(nested)[1] == ("all", "Insuffisance cardiaque", ("any", "Diabète de type 2"))
    both = change(nested, MoveTo("rule.0", "rule.1.g0"))
    assert tell(both) == [("all", "Insuffisance cardiaque", ("any", "Diabète de type 2", "Metformine"))]
    whole = change(both, MoveTo("rule.0", "group"))
    assert tell(whole) == [("all", *tell(both))]
    empty = change(change(both, MoveTo("rule.0.g0.c0", "rule")), MoveTo("rule.0.g0.c0", "rule"))
    assert tell(empty) == [
        ("all", "Insuffisance cardiaque"),
        ("all", "Diabète de type 2"),
        ("all", "Metformine"),
    ]


def test_rules_change_places_and_zones() -> None:
    document = build([AddEntry(E11), AddRule(METFORMIN), AddRule(HEART), AddRule(E11)])
    moved = change(document, MoveTo("rule.2", "rule", rank=0, sense=Sense.EXCLUDE))
    assert shown(moved).rules[0].sense is Sense.EXCLUDE
    labels = [card.label for rule in shown(moved).rules for card in rule.body.cards()]
    assert labels == ["Diabète de type 2", "Metformine", "Insuffisance cardiaque"]
    assert change(document, MoveTo("rule.1", "rule", rank=1)) == document


def test_a_group_that_loses_a_member_asks_for_no_more_than_are_left() -> None:
    document = build([*THREE, SetMode("rule.1", Mode.AT_LEAST, 2)])
    left = change(document, MoveTo("rule.1.c0", "rule"))
    assert shown(left).rules[1].body.count == 1


@pytest.mark.parametrize(
    ("path", "into", "says"),
    [
        ("entry.0", "rule.0", "ne se met pas ailleurs"),
        ("rule.1", "rule.1", "lui-même"),
        ("rule.1", "rule.1.c0", "lui-même"),
        ("rule.0", "rule.1.c0", "ne s’applique pas"),
        ("rule.0", "entry.0", "ne s’applique pas"),
        ("rule.0", "rule.9", "pas de critère"),
    ],
)
def test_what_cannot_be_moved_is_told(path: str, into: str, says: str) -> None:
    with pytest.raises(EditError) as told:
        change(build(THREE), MoveTo(path, into))
    assert says in told.value.what


def test_a_form_says_where() -> None:
    fields = {"edit": "move-to", "path": "rule.0", "into": "rule", "rank": "2", "sense": "exclude"}
    assert read_edit(fields) == MoveTo("rule.0", "rule", 2, Sense.EXCLUDE)
    assert read_edit({"edit": "move-to", "path": "rule.0", "into": "rule.1"}) == MoveTo("rule.0", "rule.1")
