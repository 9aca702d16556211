"""Ids of rows: stable for ever, positive, and different where anything differs."""

import hashlib

import duckdb
import pytest

from maillage.warehouse.batches.identity import person_id, person_number, row_id


def number(*parts: str) -> int:
    return duckdb.connect().execute(f"SELECT {row_id(*parts)}").fetchall()[0][0]


def test_an_id_is_half_of_an_md5_digest() -> None:
    digest = hashlib.md5(b"ipp\x1f12345", usedforsecurity=False).digest()
    assert number("'ipp'", "'12345'") == int.from_bytes(digest[8:], "little") >> 1


@pytest.mark.parametrize(
    "other", [("'ab'", "'c'"), ("'a'", "'bc'", "NULL"), ("'a'", "NULL"), ("'bc'", "'a'")]
)
def test_what_differs_gets_another_id(other: tuple[str, ...]) -> None:
    assert number(*other) != number("'a'", "'bc'")
    assert 0 <= number(*other) < 2**63


@pytest.mark.parametrize("ipp", ["8000123456", "00012", "É 7", "x'y"])
def test_a_person_has_the_same_id_with_and_without_an_engine(ipp: str) -> None:
    quoted = ipp.replace("'", "''")
    number = person_id(f"'{quoted}'")
    assert duckdb.connect().execute(f"SELECT {number}").fetchall() == [(person_number(ipp),)]
