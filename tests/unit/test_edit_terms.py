"""Terms that no classification lists, and the windows that presets say."""

import pytest

from maillage.cohort.edit import EditError, Kind, Place, When, at, special_terms


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("décès", "death"),
        ("mort", "death"),
        ("polymédication", "drug"),
        ("rehosp", "readmission"),
        ("réadmission", "readmission"),
        ("réanimation", "intensive_care"),
        ("soins intensifs", "intensive_care"),
        ("urgences", "emergency"),
        ("hospitalisé", "inpatient"),
        ("femmes", "F"),
        ("homme", "M"),
        ("âge", "age"),
    ],
)
def test_what_has_no_code_is_found_by_its_words(typed: str, key: str) -> None:
    assert key in [one.key for one in special_terms(typed)]


@pytest.mark.parametrize("typed", ["E11", "diabète de type 2", "metformine", "de", "x"])
def test_other_words_name_none(typed: str) -> None:
    assert special_terms(typed) == ()


def test_all_are_offered_without_a_text() -> None:
    assert {one.term.kind for one in special_terms()} == set(Kind) - {Kind.CODE}


@pytest.mark.parametrize("place", [place for place in Place if place is not Place.CUSTOM])
@pytest.mark.parametrize("days", [None, 1, 30])
def test_a_preset_is_read_back(place: Place, days: int | None) -> None:
    if place is Place.AROUND and days is None:
        with pytest.raises(EditError):
            at(place)
        return
    window = at(place, days)
    assert window.place is place
    open_ended = (Place.ANY, Place.STAY, Place.SAME_DAY)
    assert window.days == (None if place in open_ended else days)


@pytest.mark.parametrize(
    "window",
    [When(-90, -30), When(2, 5), When(-3, 7), When(0, 3, same_stay=True), When(None, -2), When(3, None)],
)
def test_other_windows_are_shown_by_their_numbers(window: When) -> None:
    assert window.place is Place.CUSTOM
    assert window.days is None
