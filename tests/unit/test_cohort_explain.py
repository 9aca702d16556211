"""What a reader of an explanation must find: words that agree, anchors that are named, surprises told."""

import json
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest

from maillage.base.i18n import in_language
from maillage.cohort import parse_expression
from maillage.cohort.explain import (
    Explanation,
    as_html,
    as_json,
    as_markdown,
    as_text,
    as_web_page,
    explain_cohort,
    shorten,
)
from maillage.cohort.explain.grammar import day, days, number, one_of
from tests.support.circe import cohort, concept_set, correlated, group, rule

Json = dict[str, Any]
DIAGNOSIS: Json = {"ConditionOccurrence": {"CodesetId": 0}}
DRUG: Json = {"DrugExposure": {"CodesetId": 1}}
SETS = [concept_set(0, 1), concept_set(1, 2)]


def explained(expression: Json, language: str = "fr") -> Explanation:
    with in_language(language):
        return explain_cohort(parse_expression(expression))


def flat(expression: Json, language: str = "fr") -> str:
    """Every sentence, with ordinary spaces."""
    return " ".join(explained(expression, language).texts()).replace("\u00a0", " ").replace("\u202f", " ")


def with_rule(*members: Json, **parts: Any) -> Json:
    return cohort(DIAGNOSIS, ConceptSets=SETS, InclusionRules=[rule(group(*members, **parts))])


def windowed(start: tuple[int | None, int], end: tuple[int | None, int], **flags: Any) -> Json:
    sides = {
        side: {"Coeff": way} | ({} if days is None else {"Days": days})
        for side, (days, way) in {"Start": start, "End": end}.items()
    }
    return correlated(DRUG, StartWindow=sides | flags)


@pytest.mark.parametrize(
    ("count", "french", "english"),
    [
        (0, "0 jour", "0 days"),
        (1, "1 jour", "1 day"),
        (14, "14 jours", "14 days"),
        (180, "180 jours (6 mois)", "180 days (6 months)"),
        (365, "365 jours (1 an)", "365 days (1 year)"),
        (730, "730 jours (2 ans)", "730 days (2 years)"),
        (3650, "3 650 jours (10 ans)", "3,650 days (10 years)"),
    ],
)
def test_days_agree_and_tell_whole_months_and_years(count: int, french: str, english: str) -> None:
    for language, expected in (("fr", french), ("en", english)):
        with in_language(language):
            assert days(count).replace("\u00a0", " ").replace("\u202f", " ") == expected


def test_dates_and_numbers_are_those_of_the_language() -> None:
    assert (day(date(2020, 1, 1)), day(date(2021, 8, 22))) == ("1er janvier 2020", "22 août 2021")
    assert (number(6.5), number(7.0), number(1e-05)) == ("6,5", "7", "1e-05")
    with in_language("en"):
        assert (day(date(2020, 1, 1)), number(6.5)) == ("1 January 2020", "6.5")


def test_a_list_ends_with_or() -> None:
    assert one_of(["a", "b", "c"]) == "a, b ou c"


@pytest.mark.parametrize(
    ("start", "end", "flags", "words"),
    [
        ((0, 1), (2, 1), {}, "débutant entre la date d’entrée et 2 jours après"),
        ((30, -1), (0, 1), {}, "débutant entre 30 jours (1 mois) avant la date d’entrée et ce jour"),
        ((14, -1), (14, 1), {}, "débutant entre 14 jours avant et 14 jours après la date d’entrée"),
        ((1, -1), (1, 1), {}, "débutant entre la veille et le lendemain de la date d’entrée"),
        ((9, -1), (2, -1), {}, "débutant entre 9 jours et 2 jours avant la date d’entrée"),
        ((0, 1), (0, -1), {}, "débutant le jour même de la date d’entrée"),
        ((3, 1), (3, 1), {}, "débutant exactement 3 jours après la date d’entrée"),
        (
            (None, -1),
            (1, -1),
            {},
            "entre le début de la période d’observation et la veille de la date d’entrée",
        ),
        ((None, -1), (None, 1), {}, "débutant à tout moment de la période d’observation"),
        ((5, 1), (2, 1), {}, "ce qui est impossible"),
        ((1, 1), (30, 1), {"UseIndexEnd": True}, "après la date de fin de l’événement d’entrée"),
        ((1, 1), (30, 1), {"UseEventEnd": True}, "finissant entre 1 jour et 30 jours"),
    ],
)
def test_a_window_says_from_what_and_up_to_where(
    start: tuple[int | None, int], end: tuple[int | None, int], flags: Json, words: str
) -> None:
    assert words in flat(with_rule(windowed(start, end, **flags)))


def test_what_is_outside_the_observation_period_is_told() -> None:
    open_window = windowed((None, -1), (0, 1)) | {"IgnoreObservationPeriod": True}
    text = flat(with_rule(open_window))
    assert "au plus tard à la date d’entrée, sans limite dans le passé" in text
    assert "même hors de la période d’observation" in text
    assert "sauf mention contraire" not in text
    assert "sauf mention contraire" in flat(with_rule(windowed((None, -1), (0, 1))))


@pytest.mark.parametrize(
    ("kind", "count", "words"),
    [
        (2, 1, "Avoir au moins une prise de médicament de la liste"),
        (2, 4, "Avoir au moins 4 prises de médicament de la liste"),
        (0, 0, "N’avoir aucune prise de médicament de la liste"),
        (1, 0, "N’avoir aucune prise de médicament de la liste"),
        (1, 2, "Avoir au plus 2 prises de médicament de la liste"),
        (0, 1, "Avoir exactement une fois une prise de médicament de la liste"),
    ],
)
def test_what_is_required_and_what_is_forbidden_start_with_other_words(
    kind: int, count: int, words: str
) -> None:
    assert words in flat(with_rule(correlated(DRUG, kind=kind, count=count)))


def test_every_age_names_its_date() -> None:
    age = {"Value": 18, "Op": "gte"}
    assert "Âge à la date d’entrée : au moins 18 ans" in flat(
        with_rule(DemographicCriteriaList=[{"Age": age}])
    )
    inner = correlated({"DrugExposure": {"CodesetId": 1, "Age": age}})
    assert "Âge à la date de début de cette prise de médicament" in flat(with_rule(inner))
    detail = cohort({"VisitDetail": {"Age": age}})
    assert "Âge à la date de fin de ce passage" in flat(detail)


def test_the_first_is_said_to_be_picked_before_values() -> None:
    plain = {"Measurement": {"CodesetId": 0, "First": True}}
    valued = {"Measurement": {**plain["Measurement"], "ValueAsNumber": {"Value": 1, "Op": "gt"}}}
    assert "tout premier" not in flat(cohort(plain, ConceptSets=SETS))
    assert "choisi avant de regarder les conditions qui suivent" in flat(cohort(valued, ConceptSets=SETS))


def test_an_event_that_may_find_itself_is_told() -> None:
    """Four cures from the first day on: the first day's is one of the four."""
    around = correlated(DIAGNOSIS, kind=2, count=4)
    after = {"Start": {"Days": 1, "Coeff": 1}, "End": {"Coeff": 1}}
    assert "peut être cet autre lui-même" in flat(with_rule(around))
    assert "peut être cet autre lui-même" not in flat(with_rule({**around, "StartWindow": after}))
    assert "peut être cet autre lui-même" not in flat(with_rule(correlated(DRUG)))


@pytest.mark.parametrize(
    ("domain", "words"),
    [
        ("ConditionOccurrence", "sans date de fin finit le lendemain de son début"),
        ("DrugExposure", "au terme de la durée prescrite ou délivrée"),
        ("ProcedureOccurrence", "il finit le lendemain"),
        ("VisitOccurrence", "ne compte pas quand la sortie se calcule depuis cette fin"),
    ],
)
def test_a_missing_end_is_told_when_the_exit_reads_it(domain: str, words: str) -> None:
    by_end = {"DateOffset": {"DateField": "EndDate", "Offset": 7}}
    assert words in flat(cohort({domain: {}}, EndStrategy=by_end))
    assert words not in flat(cohort({domain: {}}))


def test_a_limit_without_effect_is_told_to_be_so() -> None:
    idle = cohort(DIAGNOSIS, ConceptSets=SETS, QualifiedLimit={"Type": "First"})
    assert "QualifiedLimit « First » : il est sans effet" in flat(idle)
    assert "QualifiedLimit" not in flat({**idle, "AdditionalCriteria": group(correlated(DRUG))})


def test_a_condition_that_the_model_cannot_answer_is_told() -> None:
    assert "la cohorte ne peut pas être cherchée" in flat(
        cohort({"VisitOccurrence": {"PlaceOfServiceLocation": 0}})
    )


def test_a_list_that_is_not_there_is_told() -> None:
    assert "n° 7, qui manque dans la définition" in flat(cohort({"Death": {"CodesetId": 7}}))


def test_two_lists_and_two_concepts_of_one_name_are_told_apart() -> None:
    sets = [{**one, "name": "Même nom"} for one in SETS]
    text = flat(cohort(DIAGNOSIS, DRUG, ConceptSets=sets))
    assert "« Même nom » (n° 1)" in text
    assert "« Même nom » (n° 2)" in text
    genders = [{"CONCEPT_ID": one, "CONCEPT_NAME": "Femme"} for one in (1, 2)]
    assert "Femme (concept 1) ou Femme (concept 2)" in flat(cohort({"Death": {"Gender": genders}}))


def test_excluded_codes_are_set_apart_in_words() -> None:
    items = [
        {"concept": {"CONCEPT_ID": 1, "CONCEPT_NAME": "gardé"}, "includeDescendants": True},
        {"concept": {"CONCEPT_ID": 2, "CONCEPT_NAME": "retiré"}, "isExcluded": True},
    ]
    sets = [{"id": 0, "name": "liste", "expression": {"items": items}}]
    text = flat(cohort(DIAGNOSIS, ConceptSets=sets))
    counted, left_out = text.split("Ne comptent pas")
    assert "gardé, et tout ce qui en dépend [concept 1]" in counted
    assert "retiré, ce code seul [concept 2]" in left_out


def test_the_short_form_says_how_much_it_cuts() -> None:
    long = explained(cohort(DIAGNOSIS, ConceptSets=[concept_set(0, *range(1, 26))]))
    assert "[concept 25]" in as_text(long).replace("\u00a0", " ")
    short = as_text(shorten(long)).replace("\u00a0", " ")
    assert "[concept 25]" not in short
    assert "… et 15 autres." in short


def test_groups_are_nested_lists_that_say_how_many() -> None:
    members = [correlated(DRUG), correlated(DIAGNOSIS, kind=0, count=0)]
    inner = group(*members, kind="AT_LEAST", Count=2)
    text = flat(with_rule(*members, kind="ANY", Groups=[inner]))
    assert "Au moins une des 3 conditions suivantes" in text
    assert "Au moins 2 des 2 conditions suivantes" in text
    assert "Ne remplir aucune des 2 conditions" in flat(with_rule(*members, kind="AT_MOST", Count=0))


HOSTILE = "\x1b[31m<script>alert(1)</script> *gras* [lien](http://x) {list}\u202e"


def test_a_name_is_shown_and_obeyed_by_nobody() -> None:
    sets = [{**concept_set(0, 1), "name": HOSTILE}]
    found = explained(cohort(DIAGNOSIS, ConceptSets=sets, Title=HOSTILE))
    assert not set("\x1b\u202e") & set(as_text(found) + as_markdown(found) + as_web_page(found))
    assert "<script>" not in as_web_page(found)
    assert r"\*gras\* \[lien\]" in as_markdown(found)
    assert r"\<script\>" in as_markdown(found)


def test_a_compared_text_is_shown_to_the_last_space() -> None:
    shown = [
        flat(cohort({"Observation": {"ValueAsString": {"Text": text, "Op": "eq"}}}))
        for text in ("a b", "a  b", "a\tb", r"a\tb", "a\u00a0b")
    ]
    assert len(set(shown)) == len(shown)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_every_form_holds_every_sentence() -> None:
    found = explained(with_rule(windowed((0, 1), (2, 1)), correlated(DIAGNOSIS, kind=0, count=0)))
    page, document = as_web_page(found), json.loads(as_json(found))
    tags = _Tags()
    tags.feed(page)
    assert tags.open == []
    assert document["title"] == found.title
    assert [section["key"] for section in document["sections"]] == [section.key for section in found.sections]
    joined = " ".join(as_text(found).split())
    for text in found.texts():
        assert text in as_html(found)
        assert " ".join(text.split()) in joined
