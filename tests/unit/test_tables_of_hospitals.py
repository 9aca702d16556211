"""Tables on their way: what the hub throws away, what a checker hides with a row, who is in a sum."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.analysis.base import Contribution
from maillage.analysis.errors import ContentError
from maillage.analysis.tabular.adding import add_tables, find_table
from maillage.analysis.tabular.forms import Form, Kind
from maillage.analysis.tabular.withholding import Withholding
from maillage.disclosure.evidence import RuleName

FORMS = {
    "sex": Form(Kind.SPLIT, "Sexe"),
    "drug": Form(Kind.GROUPS, "Médicaments", amounts={"days": "jours"}),
    "cross": Form(Kind.CROSSED, "Croisé"),
    "beside": Form(Kind.BESIDE, "À côté"),
}
HIDDEN = {"suppressed": "protected"}
WITHHELD = {"suppressed": "withheld"}


def row(key: str, persons: int | None, **amounts: float) -> dict[str, Any]:
    return {"key": key, "persons": HIDDEN if persons is None else {"count": persons}, "amounts": amounts}


def table(name: str, *rows: dict[str, Any], rest: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"id": name, "rows": list(rows), "rest": rest}


def content(persons: int | None, *tables: dict[str, Any]) -> dict[str, Any]:
    cell = {"suppressed": "below_floor"} if persons is None else {"count": persons}
    return {"persons": cell, "tables": list(tables), "repeated": False}


def add(*contents: dict[str, Any], alone: bool = True) -> dict[str, Any]:
    parts = {f"h{rank}": Contribution(one, shown_alone=alone) for rank, one in enumerate(contents)}
    return add_tables(parts, forms=FORMS, floor=11, minimum_sites=3)


GOOD = content(
    100,
    table("sex", row("F", 60), row("M", 40)),
    table("drug", row("a", 30, days=90.0), row("b", None)),
    table("cross", row("1/x", 20), row("1/y", 30), row("1/", 50), row("2/x", 25), row("2/y", 25)),
    table("beside", row("2020", 300)),
)


def test_a_good_content_is_added_up() -> None:
    document = add(GOOD, GOOD)
    assert document["persons"] == {"count": 200}
    (female, male) = find_table(document, "sex")
    assert (female["persons"], female["of"], female["complete"]) == ({"count": 120}, {"count": 200}, True)
    assert male["contributing"] == ["h0", "h1"]
    (first, second) = find_table(document, "drug")
    assert (first["amounts"], first["measured"]) == ({"days": 180.0}, {"count": 60})
    assert (second["persons"], second["contributing"], second["complete"]) == (HIDDEN, [], False)


LIES = {
    "a cell under the floor": content(100, table("sex", row("F", 7))),
    "a table that is not declared": content(100, table("name", row("Durand", 50))),
    "a table twice": content(100, table("sex", row("F", 50)), table("sex", row("M", 50))),
    "a row twice": content(100, table("sex", row("F", 50), row("F", 50))),
    "an amount that is not declared": content(100, table("drug", row("a", 30, euros=5.0))),
    "an amount of hidden persons": content(100, table("drug", row("a", None, days=5.0))),
    "an amount that is no number": content(100, table("drug", row("a", 30, days=float("nan")))),
    "tables of a hidden whole": content(None, table("sex", row("F", 50))),
    "a split that leaves a few": content(100, table("sex", row("F", 50), row("M", 45))),
    "a split larger than its whole": content(100, table("sex", row("F", 60), row("M", 60))),
    "a rest that contradicts": content(100, table("sex", row("F", 50), rest={"count": 30})),
    "a group that leaves a few": content(100, table("drug", row("a", 95))),
    "a group larger than the whole": content(100, table("drug", row("a", 130))),
    "a margin that gives a cell": content(
        100, table("cross", row("1/x", 20), row("1/y", None), row("1/", 24))
    ),
    "a crossed row without its two keys": content(100, table("cross", row("1", 20))),
    "more than is asked": content(100) | {"names": ["Durand"]},
}


@pytest.mark.parametrize("lie", LIES)
def test_the_hub_throws_away(lie: str) -> None:
    with pytest.raises(ContentError):
        add(LIES[lie])


def test_mixed_hospitals_are_in_a_row_together_or_not_at_all() -> None:
    """Three hospitals that hide in one another: a row that one of them hides would give away the third's."""
    some = content(100, table("sex", row("F", 60), row("M", 40)))
    fewer = content(100, table("sex", row("F", 100)))
    mixed = add(some, some, fewer, alone=False)
    by_key = {one["key"]: one for one in find_table(mixed, "sex")}
    assert by_key["F"]["persons"] == {"count": 220}
    assert by_key["M"]["persons"] == HIDDEN
    assert find_table(add(some, some, alone=False), "sex") == (), "two are no group"


ROOM = Withholding(FORMS)


def hide(document: dict[str, Any], *names: str) -> dict[str, dict[str, Any]]:
    held = ROOM.withhold(document, names=set(names))
    return {one["id"]: {each["key"]: each["persons"] for each in one["rows"]} for one in held["tables"]}


def test_a_row_of_a_split_takes_the_smallest_other_along() -> None:
    split = content(150, table("sex", row("F", 60), row("M", 50), row("other", 40)))
    assert hide(split, "sex:F")["sex"] == {"F": WITHHELD, "M": {"count": 50}, "other": WITHHELD}


def test_a_row_of_a_crossed_table_takes_the_table_along() -> None:
    assert set(map(str, hide(GOOD, "cross:1/x")["cross"].values())) == {str(WITHHELD)}


def test_a_row_of_groups_goes_alone_with_its_amounts() -> None:
    held = ROOM.withhold(GOOD, names={"drug:a"})
    (drug,) = (one for one in held["tables"] if one["id"] == "drug")
    assert drug["rows"][0] == {"key": "a", "persons": WITHHELD, "amounts": {}}


def test_without_the_whole_there_is_no_table() -> None:
    held = ROOM.withhold(GOOD, names={"persons"})
    assert (held["persons"], held["tables"]) == (WITHHELD, [])


@given(numbers=st.lists(st.integers(11, 60), min_size=2, max_size=6), data=st.data())
def test_what_is_withheld_of_a_split_cannot_be_computed(numbers: list[int], data: st.DataObject) -> None:
    rows = [row(str(rank), persons) for rank, persons in enumerate(numbers)]
    names = data.draw(st.sets(st.sampled_from([one["key"] for one in rows]), min_size=1))
    held = hide(content(sum(numbers), table("sex", *rows)), *(f"sex:{name}" for name in names))["sex"]
    hidden = [key for key, cell in held.items() if cell == WITHHELD]
    assert names <= set(hidden)
    assert len(hidden) >= 2, "the whole less the others would be the one"


def test_margins_name_what_is_nearest_to_a_rule() -> None:
    assert ROOM.find_margins(GOOD) == {RuleName.FLOOR: 20, RuleName.GROUPS: 70}
