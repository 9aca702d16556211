"""What the fields of a form say."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from maillage.cohort.edit import (
    AddEntry,
    AddRule,
    AddTo,
    Distinct,
    Duplicate,
    Edge,
    Edit,
    EditError,
    Group,
    Kind,
    Mode,
    Move,
    Occurs,
    PasteTerms,
    Place,
    Rename,
    Sense,
    SetAge,
    SetObservation,
    SetOccurrence,
    SetSex,
    SetValue,
    SetWindow,
    SetYears,
    Term,
    Times,
    Unit,
    Value,
    When,
    at,
    read_edit,
)
from maillage.cohort.expression.values import Comparison

E11 = {"concept_id": "2000100154", "name": "Diabète de type 2", "code": "E11", "vocabulary": "CIM10"}
E11 |= {"domain": "Condition"}
TERM = Term(2000100154, "Diabète de type 2", "E11", "CIM10", "Condition")
PERCENT = Unit(8554, "%", "pour cent")


@pytest.mark.parametrize(
    ("fields", "edit"),
    [
        ({"edit": "add-entry", **E11}, AddEntry(TERM)),
        (
            {"edit": "add-rule", **E11, "sense": "exclude", "place": "before", "days": "365"},
            AddRule(TERM, Sense.EXCLUDE, at(Place.BEFORE, 365)),
        ),
        (
            {"edit": "add-rule", **E11, "low": "7,5", "op": "gte", "unit": "%"},
            AddRule(TERM, value=Value(Comparison.GTE, 7.5, None, (PERCENT,))),
        ),
        ({"edit": "add-rule", **E11, "count": "2"}, AddRule(TERM, occurs=Occurs(Times.AT_LEAST, 2))),
        ({"edit": "add-entry", **E11, "low": "8"}, AddEntry(TERM, Value(Comparison.GTE, 8))),
        (
            {"edit": "add-rule", "kind": "death", "name": "Décès"},
            AddRule(Term(0, "Décès", kind=Kind.DEATH)),
        ),
        (
            {"edit": "add-to", "path": "rule.0", "mode": "all", **E11, "descendants": "0"},
            AddTo("rule.0", replace(TERM, descendants=False), mode=Mode.ALL),
        ),
        (
            {"edit": "set-window", "path": "rule.0", "place": "after", "days": "30", "anchor": "end"},
            SetWindow("rule.0", at(Place.AFTER, 30, anchor=Edge.END)),
        ),
        (
            {
                "edit": "set-window",
                "path": "rule.0",
                "place": "custom",
                "from": "-90",
                "to": "-30",
                "same_stay": "1",
            },
            SetWindow("rule.0", When(-90, -30, same_stay=True)),
        ),
        ({"edit": "set-window", "path": "rule.0", "place": "any", "days": ""}, SetWindow("rule.0", When())),
        (
            {
                "edit": "set-occurrence",
                "path": "rule.0",
                "times": "at_least",
                "count": "2",
                "distinct": "START_DATE",
            },
            SetOccurrence("rule.0", Times.AT_LEAST, 2, distinct=Distinct.DAY),
        ),
        (
            {"edit": "set-value", "path": "rule.0", "op": "bt", "low": "1 200", "high": "1 500", "unit": ""},
            SetValue("rule.0", Value(Comparison.BETWEEN, 1200, 1500)),
        ),
        ({"edit": "set-value", "path": "rule.0", "low": ""}, SetValue("rule.0", None)),
        ({"edit": "set-age", "path": "entry", "least": "18", "most": ""}, SetAge("entry", 18, None)),
        (
            {"edit": "set-years", "path": "entry", "since": "2020", "until": "2021"},
            SetYears("entry", date(2020, 1, 1), date(2021, 12, 31)),
        ),
        (
            {"edit": "set-years", "path": "entry", "since": "01/03/2020", "until": "2022-12-31"},
            SetYears("entry", date(2020, 3, 1), date(2022, 12, 31)),
        ),
        ({"edit": "set-sex", "path": "entry", "keys": "F M F"}, SetSex("entry", ("F", "M"))),
        ({"edit": "set-observation", "before": "365"}, SetObservation(365, 0)),
        (
            {"edit": "group", "paths": "rule.0 rule.2", "mode": "at_least", "count": "2"},
            Group(("rule.0", "rule.2"), Mode.AT_LEAST, 2),
        ),
        ({"edit": "move", "path": "rule.1", "by": "-1"}, Move("rule.1", -1)),
        ({"edit": "duplicate", "path": "rule.1", "csrfmiddlewaretoken": "x"}, Duplicate("rule.1")),
        ({"edit": "rename", "path": "rule.1", "name": " Mon nom "}, Rename("rule.1", "Mon nom")),
        (
            {"edit": "paste-terms", "path": "rule", "terms": json.dumps([{**E11, "concept_id": 2000100154}])},
            PasteTerms("rule", (TERM,)),
        ),
    ],
    ids=lambda value: value["edit"] if isinstance(value, dict) else "",
)
def test_fields_say_an_edit(fields: Mapping[str, str], edit: Edit) -> None:
    assert read_edit(fields) == edit


def test_a_local_code_is_looked_for_among_the_codes_of_origin_unless_it_is_said_to_be_standard() -> None:
    local = {"edit": "add-entry", **E11, "vocabulary": "Maillage"}
    found, said = read_edit(local), read_edit({**local, "standard": "1"})
    assert isinstance(found, AddEntry)
    assert isinstance(said, AddEntry)
    assert (found.term.standard, said.term.standard) == (False, True)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({}, "n’existe pas"),
        ({"edit": "drop-table"}, "drop-table"),
        ({"edit": "add-entry"}, "concept_id"),
        ({"edit": "add-entry", **E11, "concept_id": "-5"}, "concept_id"),
        ({"edit": "add-entry", **E11, "concept_id": "1e9"}, "concept_id"),
        ({"edit": "add-entry", **E11, "concept_id": "9" * 25}, "concept_id"),
        ({"edit": "add-entry", **E11, "name": "x" * 401}, "name"),
        ({"edit": "add-entry", **E11, "name": "a\u202eb"}, "name"),
        ({"edit": "add-entry", **E11, "kind": "wizard"}, "kind"),
        ({"edit": "add-entry", **E11, "standard": "maybe"}, "standard"),
        ({"edit": "add-rule", **E11, "sense": "maybe"}, "sense"),
        ({"edit": "add-rule", **E11, "place": "nowhere"}, "place"),
        ({"edit": "add-rule", **E11, "place": "around"}, "nombre de jours"),
        ({"edit": "add-rule", **E11, "place": "after", "days": "0"}, "hors limites"),
        ({"edit": "add-rule", **E11, "place": "after", "days": "2,5"}, "days"),
        ({"edit": "add-rule", **E11, "low": "beaucoup"}, "low"),
        ({"edit": "add-rule", **E11, "low": "1", "unit": "pouces"}, "unit"),
        ({"edit": "set-window", "path": "rule.0"}, "place"),
        ({"edit": "set-window", "path": "rule.0", "place": "custom", "from": ""}, "nombre de jours"),
        ({"edit": "set-years", "path": "entry", "since": "2020-13-45"}, "since"),
        ({"edit": "set-years", "path": "entry", "since": "hier"}, "since"),
        ({"edit": "set-age", "path": "entry", "least": "dix-huit"}, "least"),
        ({"edit": "move", "path": "rule.0"}, "by"),
        ({"edit": "remove", "path": "x" * 201}, "path"),
        ({"edit": "remove", "path": "a\x00b"}, "path"),
        ({"edit": "paste-terms", "path": "rule", "terms": "[]"}, "terms"),
        ({"edit": "paste-terms", "path": "rule", "terms": "{"}, "terms"),
        ({"edit": "paste-terms", "path": "rule", "terms": "[1]"}, "terms"),
        ({"edit": "paste-terms", "path": "rule", "terms": "[" * 500}, "terms"),
        ({"edit": "paste-terms", "path": "rule", "terms": json.dumps([E11] * 2_001)}, "terms"),
        ({"edit": "group", "paths": " ".join(map(str, range(60)))}, "paths"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_field_that_is_wrong_is_named(fields: Mapping[str, str], named: str) -> None:
    with pytest.raises(EditError) as caught:
        read_edit(fields)
    assert named == caught.value.field or named in str(caught.value)
    assert caught.value.remedy


def test_a_person_reads_the_words_beside_the_field_and_what_they_typed() -> None:
    with pytest.raises(EditError) as caught:
        read_edit({"edit": "set-years", "path": "entry", "since": "hier", "until": "2024"})
    assert "since" not in str(caught.value)
    assert caught.value.what == "« hier » ne va pas pour « depuis »."
    with pytest.raises(EditError, match=r"entre 1 et 1\s000\s000"):
        read_edit({"edit": "set-window", "path": "rule.0", "place": "after", "days": "0"})
