"""Bands of the catalogue: what is told of each number, day after day, and what whoever reads it may know."""

import random
from collections.abc import Mapping
from itertools import pairwise

import pytest

from maillage.disclosure.catalogue import NOTHING, Told, assign, find_years, list_edges, reach, round_down

FLOORS = (1, 5, 11, 15, 20, 50)


def walk(numbers: list[int], *, blur: float, floor: int = 11) -> list[Told]:
    """What is told of one code as its number changes from day to day."""
    told: Mapping[int, Told] = {}
    days: list[Told] = []
    for persons in numbers:
        told = assign({1: persons}, below=(), floor=floor, blur=lambda _code: blur, former=told)
        days.append(told[1])
    return days


@pytest.mark.parametrize("floor", FLOORS)
def test_no_difference_of_two_bands_proves_a_small_group(floor: int):
    edges = list_edges(floor)
    assert edges[0] == floor
    for upper in range(len(edges) + 1):
        for lower in range(upper + 1):
            least = reach(upper, floor=floor)[0] - reach(lower, floor=floor)[1]
            assert least <= 0 or least >= floor, (upper, lower)
        most = reach(upper, floor=floor)[1] - reach(upper, floor=floor)[0]
        assert most >= floor - 1 if floor > 1 else most >= 0


def test_the_networks_bands():
    assert list_edges(11)[:6] == (11, 50, 100, 200, 500, 1000)
    assert reach(NOTHING, floor=11) == (0, 41)
    assert reach(1, floor=11) == (11, 69)


def test_a_sum_of_bands_is_rounded_down():
    assert [round_down(total) for total in (11, 22, 44, 161, 2_200, 9_999)] == [11, 20, 20, 100, 2_000, 5_000]


@pytest.mark.parametrize("persons", [0, 1, 10, 11, 15, 21])
def test_nothing_is_told_under_twice_the_floor(persons: int):
    assert walk([persons], blur=0.0)[0].band == NOTHING


@pytest.mark.parametrize("blur", [0.0, 0.3, 0.7, 0.999])
def test_a_number_is_always_where_its_band_says(blur: float):
    draw = random.Random(int(blur * 1000))
    persons, numbers = 30, list[int]()
    for _day in range(3000):
        persons = max(0, persons + draw.randint(-4, 4))
        numbers.append(persons)
    bands = walk(numbers, blur=blur)
    for number, told in zip(numbers, bands, strict=True):
        least, most = reach(told.band, floor=11)
        assert least <= number <= most
        assert told.band == NOTHING or number >= 11, "never told under the floor"
    assert len({told.band for told in bands}) > 2


def test_a_band_moves_only_when_the_number_moved_by_the_floor():
    up = walk(list(range(40, 130)), blur=0.5)
    moves = [(one, other) for one, other in pairwise(up) if one.band != other.band]
    assert moves
    assert all(other.persons - one.persons >= 11 for one, other in moves)
    there_and_back = walk([54, 55, 54, 55, 56, 54, 55] * 20, blur=0.45)
    assert len({told.band for told in there_and_back}) == 1


def test_where_a_band_begins_is_the_codes_secret():
    begins = {next(n for n in range(11, 200) if walk([n], blur=blur / 50)[0].band == 2) for blur in range(50)}
    assert begins == set(range(50, 61))


def test_a_chapter_is_told_no_lower_than_its_codes():
    blurs = {1: 0.99, 2: 0.0}
    told = assign({1: 55, 2: 55}, below=[(1, 2)], floor=11, blur=blurs.__getitem__, former={})
    assert told[1].band == told[2].band == 2


def test_what_would_prove_something_beside_the_codes_below_is_told_as_they_are():
    # Two codes at the very end of what their bands allow, each kept from a day when it had fewer.
    most = reach(1, floor=11)[1]
    former = {2: Told(1, most - 10), 3: Told(1, most - 10), 1: Told(3, 2 * most + 5)}
    persons = {1: 2 * most + 5, 2: most, 3: most}
    told = assign(persons, below=[(1, 2), (1, 3)], floor=11, blur=lambda _code: 0.0, former=former)
    assert told[1].band == told[2].band == 1


def test_a_code_that_lost_its_patients_is_no_longer_told():
    assert [told.band for told in walk([40, 35, 12, 5, 0], blur=0.0)] == [1, 1, 0, 0, 0]


def test_years_are_told_from_twice_the_floor_and_a_secret_part_of_it_on():
    persons = {2018: 21, 2019: 22, 2020: 400, 2021: 32, 2022: 10}
    assert find_years(persons, floor=11, blur=lambda _year: 0.0) == (2019, 2021)
    assert find_years(persons, floor=11, blur=lambda _year: 0.95) == (2020, 2021)
    assert find_years({2018: 21}, floor=11, blur=lambda _year: 0.0) is None
