"""The same arguments give the same hospital, on every machine, whatever its size."""

import hashlib
from collections.abc import Mapping

import numpy as np
import pytest

from maillage.warehouse.build.tables import Columns
from maillage.warehouse.synthetic import SITES, SyntheticError, generate_hospital, generate_parts
from maillage.warehouse.synthetic.draws import choose, derive, integers, normal, salt, uniform
from maillage.warehouse.synthetic.hospital import PATIENTS_A_PART

# Changes whenever a code, a course or a draw changes: then give the new value here, in the same commit.
PINNED = "sha256:4dade94026e71718ddc1ce70b11412bac3d48614f75c6c240e014246fa2fd442"


def fingerprint(tables: Mapping[str, Columns]) -> str:
    digest = hashlib.sha256()
    for table in sorted(tables):
        for name, values in sorted(tables[table].items()):
            content = repr(values.tolist()).encode() if values.dtype == object else values.tobytes()
            digest.update(f"{table}.{name}.{values.dtype.str}".encode() + content)
    return f"sha256:{digest.hexdigest()}"


def test_the_same_arguments_give_the_same_bits_everywhere():
    assert fingerprint(generate_hospital("chu-clermont", patients=300)) == PINNED


def test_another_seed_or_hospital_gives_other_patients():
    people = [
        set(generate_hospital(site, patients=40, seed=seed)["person"]["person_source_value"])
        for site, seed in (("hcl", 1), ("hcl", 2), ("chu-grenoble", 1))
    ]
    assert not people[0] & people[1]
    assert len(people[0] & people[2]) <= 2


def test_the_patients_of_a_small_hospital_are_the_first_of_a_large_one():
    small, large = (generate_hospital("hcl", patients=number) for number in (30, 90))
    for table, date in (("person", "year_of_birth"), ("observation_period", "observation_period_end_date")):
        assert np.array_equal(small[table]["person_id"], large[table]["person_id"][:30])
        assert np.array_equal(small[table][date], large[table][date][:30])
    first = large["condition_occurrence"]["person_id"] <= small["person"]["person_id"].max()
    assert np.array_equal(
        np.sort(small["condition_occurrence"]["condition_source_value"]),
        np.sort(large["condition_occurrence"]["condition_source_value"][first]),
    )


def test_parts_follow_one_another_and_never_reuse_an_identifier():
    parts = list(generate_parts("chu-saint-etienne", patients=2 * PATIENTS_A_PART + 50))[1:]
    assert [len(part["person"]["person_id"]) for part in parts] == [PATIENTS_A_PART, PATIENTS_A_PART, 50]
    assert parts[0]["person"]["person_id"].max() < parts[1]["person"]["person_id"].min()
    for table in ("visit_occurrence", "condition_occurrence", "drug_exposure", "measurement", "drug_era"):
        ids = np.concatenate([part[table][f"{table}_id"] for part in parts])
        assert len(np.unique(ids)) == len(ids)
    assert parts[1]["measurement"]["person_id"].min() > parts[0]["measurement"]["person_id"].max()


def test_facts_point_at_visits_of_their_own_person():
    tables = generate_hospital("hcl", patients=120)
    visits = dict(
        zip(
            tables["visit_occurrence"]["visit_occurrence_id"].tolist(),
            tables["visit_occurrence"]["person_id"].tolist(),
            strict=True,
        )
    )
    for table in ("condition_occurrence", "drug_exposure", "procedure_occurrence", "measurement"):
        columns = tables[table]
        owners = [visits[visit] for visit in columns["visit_occurrence_id"].tolist()]
        assert owners == columns["person_id"].tolist()


@pytest.mark.parametrize("patients", [0, -1, 10**9])
def test_an_impossible_number_of_patients_is_refused(patients: int):
    with pytest.raises(SyntheticError, match="nombre de patients"):
        generate_hospital("hcl", patients=patients)


def test_an_unknown_hospital_is_refused_with_the_list_of_those_that_exist():
    with pytest.raises(SyntheticError) as refusal:
        generate_hospital("ap-hp", patients=10)
    assert all(site in refusal.value.remedy for site in SITES)


def test_draws_have_the_distributions_they_claim():
    keys = derive(np.arange(20_000, dtype=np.uint64), salt("test"))
    assert abs(uniform(keys).mean() - 0.5) < 0.01
    draws = normal(keys)
    assert abs(draws.mean()) < 0.03
    assert abs(draws.std() - 1) < 0.02
    assert abs(draws).max() < 3.5
    whole = integers(keys, 3, 7)
    assert set(whole.tolist()) == {3, 4, 5, 6, 7}
    shares = np.bincount(choose(keys, [1.0, 3.0])) / len(keys)
    assert abs(shares[1] - 0.75) < 0.02


def test_bounds_of_a_draw_may_differ_from_key_to_key():
    keys = derive(np.arange(4, dtype=np.uint64), salt("bounds"))
    low = np.array([0, 10, -5, 7])
    drawn = integers(keys, low, low + np.array([0, 3, 2, 1]))
    assert drawn[0] == 0
    assert np.all((drawn >= low) & (drawn <= low + 3))
