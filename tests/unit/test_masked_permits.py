"""What a permit of masked sums must say, and that permits signed before are the same permits."""

from typing import Any

import pytest
from pydantic import ValidationError

from maillage.base.canon import canonical_bytes, read_json
from maillage.disclosure.entropy import build_table
from maillage.disclosure.noise import NoiseRules
from maillage.exchange.permit import Bands, CellKey, Exact, Masked, Permit, Plain, View
from tests.support.messages import example_key, example_permit

SITES = ("est", "nord", "sud")
KEYS = {site: example_key(seed).public.text for seed, site in enumerate(SITES, start=40)}


def masked_permit(**changes: Any) -> Permit:
    fields: dict[str, Any] = {"sites": SITES, "views": (View.TOTAL,), "minimum_sites": 3}
    return example_permit(**fields | {"sums": Masked(keys=KEYS)} | changes)


def test_it_names_each_hospital_with_its_key() -> None:
    permit = masked_permit()
    assert isinstance(permit.sums, Masked)
    assert permit.sums.identities["est"] == example_key(40).public
    assert Permit.model_validate_json(permit.to_bytes()) == permit


NOISE = CellKey(table=build_table(NoiseRules(floor=11, deviation=5, variance=2.0)).to_json())


@pytest.mark.parametrize("counts", [Exact(), NOISE])
def test_exact_and_noisy_counts_are_summed(counts: Exact | CellKey) -> None:
    assert masked_permit(counts=counts).counts == counts


@pytest.mark.parametrize(
    "changes",
    [
        {"views": (View.TOTAL, View.PER_HOSPITAL)},
        {"views": (View.PER_HOSPITAL,)},
        {"minimum_sites": 2},
        {"sites": "any"},
        {"sites": (*SITES, "ouest")},
        {"sites": SITES[:2]},
        {"counts": Bands(width=10)},
        {"sums": Masked(keys=KEYS | {"sud": KEYS["est"]})},
    ],
)
def test_what_would_give_a_hospital_away_is_no_permit(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        masked_permit(**changes)


def test_a_permit_without_masks_is_written_as_before() -> None:
    plain = example_permit()
    assert plain.sums == Plain()
    document = read_json(plain.to_bytes(), max_bytes=10_000)
    assert "sums" not in document
    assert Permit.model_validate_json(canonical_bytes(document)) == plain
