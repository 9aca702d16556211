"""Signed heads: what is news, what is rest, what contradicts; what a head may not say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from maillage.base.canon import sha256_hex
from maillage.exchange.head import Standing, compare, round_numbers
from maillage.exchange.result import Anchor
from tests.support.messages import HASH, example_head, example_manifest

OTHER = sha256_hex(b"other")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Standing.REST),
        ({"sequence": 22, "hash": OTHER}, Standing.REST),
        ({"sequence": 25, "hash": OTHER, "moved": 25}, Standing.NEWS),
        ({"hash": OTHER}, Standing.DIFFERS),
        ({"sequence": 25, "moved": 25, "rounds": (Anchor(sequence=20, hash=OTHER),)}, Standing.DIFFERS),
        ({"sequence": 25, "moved": 25, "rounds": (Anchor(sequence=21, hash=OTHER),)}, Standing.DIFFERS),
        ({"sequence": 18, "moved": 18, "rounds": ()}, Standing.DIFFERS),
        # All but the last digit agree: hashes are compared whole.
        ({"hash": HASH[:-1] + "c"}, Standing.DIFFERS),
    ],
)
def test_a_head_beside_the_last_one(changes: dict[str, object], expected: Standing) -> None:
    assert compare(example_head(**changes), last=example_head()) is expected
    assert compare(example_head(**changes), last=None) is Standing.NEWS


@pytest.mark.parametrize(
    "changes", [{"moved": 22}, {"rounds": (Anchor(sequence=21, hash=HASH),)}, {"sequence": 0, "moved": 0}]
)
def test_a_head_names_no_line_after_itself(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        example_head(**changes)


@pytest.mark.parametrize("changes", [{"first": 8}, {"last": 10}, {"last": 9, "hash": OTHER}])
def test_the_ends_of_an_export_are_in_order(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        example_manifest(**changes)


def test_the_round_lines_of_a_number() -> None:
    assert round_numbers(4321) == [4320, 4300, 4000]
    assert round_numbers(4000) == []
    assert round_numbers(7) == []


@given(st.integers(1, 10**6), st.integers(0, 5), st.integers(0, 10**6))
def test_heads_of_any_moment_after_a_round_line_share_it(times: int, power: int, later: int) -> None:
    line = times * 10**power
    sequence = line + later % 10**power
    assert line in {*round_numbers(sequence), sequence}
