"""Four hospitals of one region: shared patients, objections, and the word synthetic wherever it shows."""

import re

import numpy as np
import pytest

from maillage.warehouse.synthetic import SITES, generate_hospital, objecting_persons
from maillage.warehouse.synthetic.sites import SHARED_SLOTS, SLOT_PERIOD

IDENTITY = ("gender_concept_id", "year_of_birth", "month_of_birth", "day_of_birth", "location_id")


def test_each_hospital_shares_four_patients_in_a_hundred():
    assert len({slot.place for slot in SHARED_SLOTS}) == len(SHARED_SLOTS)
    for site in SITES:
        assert sum(site in slot.sites for slot in SHARED_SLOTS) / SLOT_PERIOD == pytest.approx(0.04)


@pytest.mark.parametrize(("first", "second", "shared"), [(500, 500, 10), (300, 1_000, 6)])
def test_two_hospitals_know_the_same_persons_whatever_their_sizes(first: int, second: int, shared: int):
    here = generate_hospital("hcl", patients=first)
    there = generate_hospital("chu-grenoble", patients=second)
    common, left, right = np.intersect1d(
        here["person"]["person_source_value"].astype(str),
        there["person"]["person_source_value"].astype(str),
        return_indices=True,
    )
    assert len(common) == shared
    for column in IDENTITY:
        assert np.array_equal(here["person"][column][left], there["person"][column][right])
    assert not set(here["person"]["person_id"].tolist()) & set(there["person"]["person_id"].tolist())


def read_deaths(site: str, *, patients: int) -> tuple[set[str], dict[str, object]]:
    """All national identities, and the day of death of those who died."""
    tables = generate_hospital(site, patients=patients)
    names = dict(
        zip(tables["person"]["person_id"].tolist(), tables["person"]["person_source_value"], strict=True)
    )
    days = zip(tables["death"]["person_id"].tolist(), tables["death"]["death_date"].tolist(), strict=True)
    return set(names.values()), {names[person]: day for person, day in days}


def test_a_shared_person_dies_once():
    here, dead_here = read_deaths("chu-clermont", patients=2_000)
    there, dead_there = read_deaths("chu-saint-etienne", patients=2_000)
    shared = here & there
    assert len(shared) == 40
    assert {name: dead_here.get(name) for name in shared} == {name: dead_there.get(name) for name in shared}
    assert shared & dead_here.keys()


def test_one_patient_in_a_hundred_objects_and_is_a_patient():
    objecting = objecting_persons("hcl", patients=10_000)
    assert 70 < len(objecting) < 130
    assert len(np.unique(objecting)) == len(objecting)
    people = generate_hospital("hcl", patients=1_000)["person"]["person_id"]
    small = objecting_persons("hcl", patients=1_000)
    assert set(small.tolist()) <= set(people.tolist())
    assert set(small.tolist()) <= set(objecting.tolist())


@pytest.mark.parametrize("site", SITES)
def test_the_word_synthetic_is_wherever_a_name_is(site: str):
    tables = generate_hospital(site, patients=20)
    assert "(données synthétiques)" in tables["cdm_source"]["cdm_source_name"][0]
    assert all("(données synthétiques)" in name for name in tables["care_site"]["care_site_name"])
    for value in tables["person"]["person_source_value"]:
        assert re.fullmatch(r"SYN-[0-9A-F]{16}", value)
