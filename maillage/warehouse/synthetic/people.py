"""The patients of one hospital: which persons they are, and from when to when it follows them.

A life is the same at every hospital that sees the person; only the follow-up is the hospital's own.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from maillage.warehouse.synthetic.courses import Course, read_courses
from maillage.warehouse.synthetic.draws import (
    Flags,
    Floats,
    Ints,
    Keys,
    choose,
    derive,
    number,
    salt,
    uniform,
)
from maillage.warehouse.synthetic.lives import FIRST_DAY, LAST_DAY, NEVER, Lives, draw_lives
from maillage.warehouse.synthetic.population import read_departments
from maillage.warehouse.synthetic.sites import SHARED_SLOTS, SLOT_PERIOD, Site

OBJECTION_SHARE = 0.01
_FOLLOW_UP_SPREAD = 0.8
# A patient of two hospitals is treated for a given disease at one or the other, at times at both.
_SHARED_CARE = 0.6


@dataclass(frozen=True)
class People:
    """The persons that one hospital follows from `start` to `end`, both included."""

    lives: Lives
    index: Ints
    local: Keys
    start: Ints
    end: Ints
    onsets: Mapping[str, Ints]

    def __len__(self) -> int:
        return len(self.index)


def draw_people(site: Site, indices: Ints, *, seed: int) -> People:
    """The patients of a hospital at the given places of its list."""
    identity, department = _identify(site, indices, seed=seed)
    shared = is_shared(site, indices)
    lives = draw_lives(identity, department)
    local = _local(identity, site)
    opened = np.maximum(lives.birth, FIRST_DAY)
    end = np.minimum(lives.death, LAST_DAY)
    early = uniform(derive(local, salt("start")))
    start = opened + (early * early * _FOLLOW_UP_SPREAD * (end - opened)).astype(np.int64)
    onsets = {
        course.id: start
        if course.risk.everyone
        else _managed(course, site, local, lives.onsets[course.id], shared=shared)
        for course in read_courses()
    }
    return People(lives=lives, index=indices, local=local, start=start, end=end, onsets=onsets)


def is_shared(site: Site, indices: Ints) -> Flags:
    """Those patients of a hospital who are patients of another too."""
    places = [slot.place for slot in SHARED_SLOTS if site.id in slot.sites]
    return np.isin(indices % SLOT_PERIOD, places)


def has_objected(site: Site, indices: Ints, *, seed: int) -> Flags:
    """Those patients of a hospital who refuse the reuse of their data."""
    identity, _department = _identify(site, indices, seed=seed)
    return uniform(derive(_local(identity, site), salt("objection"))) < OBJECTION_SHARE


def _local(identity: Keys, site: Site) -> Keys:
    return derive(identity, salt("site", site.id))


def _identify(site: Site, indices: Ints, *, seed: int) -> tuple[Keys, Ints]:
    """National keys and departments; those of a shared place come from the pair's common list."""
    start = np.full(len(indices), salt("maillage", seed), dtype=np.uint64)
    identity = number(derive(start, salt("only", site.id)), indices)
    department = choose(derive(identity, salt("department")), _catchment(site.id))
    for slot in SHARED_SLOTS:
        if site.id in slot.sites:
            here = indices % SLOT_PERIOD == slot.place
            identity[here] = number(derive(start[here], salt("shared", *slot.sites)), indices[here])
            department[here] = choose(
                derive(identity[here], salt("department")),
                (_catchment(slot.sites[0]) + _catchment(slot.sites[1])) / 2,
            )
    return identity, department


@cache
def _catchment(site: str) -> Floats:
    drawn = [department.drawn[site] for department in read_departments()]
    # numpy sums in an order of its own, which may change the last bit.
    return np.array(drawn) / math.fsum(drawn)


def _managed(course: Course, site: Site, local: Keys, onset: Ints, *, shared: Flags) -> Ints:
    """A hospital may leave some of the patients of a rare disease to others."""
    share = course.risk.sites.get(site.id, 1.0) * np.where(shared, _SHARED_CARE, 1.0)
    return np.where(uniform(derive(local, course.salt)) < share, onset, NEVER)


def pseudonyms(identity: Keys) -> npt.NDArray[np.object_]:
    """What stands for the national identity: no valid number of any kind, and marked as synthetic."""
    write: Callable[[int], str] = "SYN-{:016X}".format
    return np.array([write(int(key)) for key in identity], dtype=object)
