"""S4 for the catalogue: whoever reads every band of every day subtracts, and learns of no small group.

The attacker knows the program, its edges and rules; not the hospital's secret. They win when they are certain
that a group of fewer than eleven persons is not empty, or that a group has fewer than eleven.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, combinations

from maillage.disclosure.catalogue import Told, assign, list_edges, reach

FLOOR = 11
CHAPTER = 0
Bands = Mapping[int, int]
Reach = Callable[[int], tuple[int, int]]


@dataclass(frozen=True)
class Hospital:
    """Persons of each code; the chapter has those of all its codes, and some of its own."""

    codes: Mapping[int, frozenset[int]]

    @property
    def chapter(self) -> frozenset[int]:
        return self.codes[CHAPTER]

    def counts(self) -> dict[int, int]:
        return {code: len(persons) for code, persons in self.codes.items()}


def draw_hospital(draw: random.Random) -> Hospital:
    """Codes that overlap, near the edges, and a chapter that few persons have beside them."""
    codes: dict[int, frozenset[int]] = {}
    begun = 0
    for code in range(1, draw.randint(2, 5)):
        size = draw.choice((9, 15, 21, 49, 50, 55, 99, 104, 200)) + draw.randint(-3, 3)
        start = begun if draw.random() < 0.7 else draw.randint(0, begun)
        codes[code] = frozenset(range(start, start + size))
        begun = max(begun, start + size)
    own = range(begun, begun + draw.randint(0, 14))
    return Hospital({CHAPTER: frozenset(chain(own, *codes.values())), **codes})


def attack(told: Bands, *, of: Reach, hospital: Hospital) -> Iterator[tuple[tuple[int, ...], int]]:
    """Small groups of which the attacker is certain: the chapter without some of its codes."""
    codes = [code for code in hospital.codes if code != CHAPTER]
    least, most = of(told[CHAPTER])
    for some in chain.from_iterable(combinations(codes, size) for size in range(1, len(codes) + 1)):
        others = hospital.chapter.difference(*(hospital.codes[code] for code in some))
        lower = least - sum(of(told[code])[1] for code in some)
        upper = most - max(of(told[code])[0] for code in some)
        if len(others) < FLOOR and (lower >= 1 or upper < FLOOR):
            yield some, len(others)


def plainly(hospital: Hospital) -> Bands:
    """The defence off: bands of well-known edges, no wider than asked for."""
    return {code: sum(count >= edge for edge in PLAIN) for code, count in hospital.counts().items()}


PLAIN = (11, 20, 50, 100, 200, 500)


def of_plain(band: int) -> tuple[int, int]:
    return (PLAIN[band - 1] if band else 0), (PLAIN[band] - 1 if band < len(PLAIN) else 10**9)


def defended(hospital: Hospital, draw: random.Random, former: Mapping[int, Told]) -> Mapping[int, Told]:
    blurs = {code: draw.random() for code in hospital.codes}
    return assign(
        hospital.counts(),
        below=[(CHAPTER, code) for code in hospital.codes],
        floor=FLOOR,
        blur=blurs.__getitem__,
        former=former,
    )


def bands_of(told: Mapping[int, Told]) -> Bands:
    return {code: one.band for code, one in told.items()}


def test_a_chapter_less_its_codes_tells_of_nobody():
    draw = random.Random(20261128)
    for _hospital in range(2000):
        hospital = draw_hospital(draw)
        told = bands_of(defended(hospital, draw, {}))
        assert list(attack(told, of=lambda band: reach(band, floor=FLOOR), hospital=hospital)) == []


def test_with_bands_of_well_known_edges_the_subtraction_wins():
    draw = random.Random(20261128)
    hospitals = [draw_hospital(draw) for _hospital in range(1000)]
    won = sum(any(attack(plainly(one), of=of_plain, hospital=one)) for one in hospitals)
    assert won > 50


def test_nor_do_the_bands_of_many_days():
    """Patients come and go by a few each day; the attacker keeps the narrowest range of each day."""
    draw = random.Random(7)
    for _hospital in range(60):
        hospital, told = draw_hospital(draw), dict[int, Told]()
        blurs = {code: draw.random() for code in hospital.codes}
        for _day in range(25):
            hospital = change(hospital, draw)
            told = assign(
                hospital.counts(),
                below=[(CHAPTER, code) for code in hospital.codes],
                floor=FLOOR,
                blur=blurs.__getitem__,
                former=told,
            )
            won = list(attack(bands_of(told), of=lambda band: reach(band, floor=FLOOR), hospital=hospital))
            assert won == []


def change(hospital: Hospital, draw: random.Random) -> Hospital:
    codes = {
        code: frozenset(chain(persons, (draw.randrange(10**6, 10**9) for _new in range(draw.randint(0, 3)))))
        for code, persons in hospital.codes.items()
        if code != CHAPTER
    }
    own = hospital.chapter.difference(*(p for c, p in hospital.codes.items() if c != CHAPTER))
    return Hospital({CHAPTER: frozenset(chain(own, *codes.values())), **codes})


def test_the_day_on_which_a_band_moves_does_not_tell_how_many_there_are():
    """One patient more each day, and the attacker knows it: a band of well-known edges gives the number."""
    starts = range(12, 50)
    plain = {start: plain_day(start) for start in starts}
    assert len(set(plain.values())) == len(starts), "the day on which it moves is the number"
    by_day: dict[int, set[int]] = {}
    for start in starts:
        for blur in range(40):
            day = next(day for day, band in enumerate(daily(start, blur / 40)) if band > 1)
            by_day.setdefault(day, set()).add(start + day)
    assert min(len(numbers) for day, numbers in by_day.items() if 0 < day < 30) >= FLOOR


def plain_day(start: int) -> int:
    return next(day for day in range(100) if start + day >= 50)


def daily(start: int, blur: float) -> list[int]:
    told: Mapping[int, Told] = {}
    bands: list[int] = []
    for number in range(start, 90):
        told = assign({1: number}, below=(), floor=FLOOR, blur=lambda _code: blur, former=told)
        bands.append(told[1].band)
    return bands


def test_one_patient_moves_no_band_back_and_forth():
    for blur in (0.0, 0.2, 0.5, 0.9):
        for start in range(12, 130):
            told = assign({1: start}, below=(), floor=FLOOR, blur=lambda _code, b=blur: b, former={})
            after = assign({1: start + 1}, below=(), floor=FLOOR, blur=lambda _code, b=blur: b, former=told)
            assert after[1].band == told[1].band


def test_what_is_told_are_edges_and_no_number():
    draw = random.Random(3)
    told = defended(draw_hospital(draw), draw, {})
    assert {one.band for one in told.values()} <= set(range(len(list_edges(FLOOR)) + 1))
