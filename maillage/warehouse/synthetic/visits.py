"""When persons come: the visits of a plan, inside the time that the hospital follows each of them."""

from dataclasses import dataclass

import numpy as np

from maillage.warehouse.synthetic.courses import Course, Share, VisitPlan
from maillage.warehouse.synthetic.draws import (
    Flags,
    Ints,
    Keys,
    derive,
    integers,
    number,
    salt,
    uniform,
)
from maillage.warehouse.synthetic.lives import NEVER, age_at
from maillage.warehouse.synthetic.people import People

_JITTER_OF_STEP = 10


@dataclass(frozen=True)
class Visits:
    """The visits of one plan, one entry each; `person` is a place in `People`, `id` that of the OMOP row.

    `own` is the key of the person's course (it makes choices that last), `key` that of the visit.
    """

    id: Ints
    person: Ints
    own: Keys
    key: Keys
    start: Ints
    end: Ints
    since: Ints

    def __len__(self) -> int:
        return len(self.person)


def plan_visits(course: Course, plan: VisitPlan, people: People, *, first_id: int) -> Visits:
    """Every visit of a plan that its persons live to make. `since` is the time from the onset, in days."""
    onsets = people.onsets[course.id]
    ill = np.flatnonzero(onsets < NEVER)
    own = derive(people.local[ill], course.salt)
    chosen = has_share(own, plan.share)
    ill, own = ill[chosen], own[chosen]
    member, start, key = _series(plan, derive(own, plan.salt), onsets[ill], until=people.end[ill])
    person = ill[member]
    age = age_at(start, people.lives.birth[person])
    kept = (start >= people.start[person]) & (start <= people.end[person])
    kept &= (age >= plan.ages[0]) & (age < plan.ages[1])
    person, member, start, key = person[kept], member[kept], start[kept], key[kept]
    return Visits(
        id=first_id + np.arange(len(person), dtype=np.int64),
        person=person,
        own=own[member],
        key=key,
        start=start,
        end=np.minimum(start + _stays(plan, key), people.end[person]),
        since=start - onsets[person],
    )


def has_share(own: Keys, share: Share | None) -> Flags:
    """Who falls within a share; everybody where there is none."""
    if share is None:
        return np.ones(len(own), dtype=np.bool_)
    draw = uniform(derive(own, share.salt))
    return (draw >= share.low) & (draw < share.high)


def _series(plan: VisitPlan, keys: Keys, onsets: Ints, *, until: Ints) -> tuple[Ints, Ints, Keys]:
    """For each visit: the place of its person in `keys`, its day, its key."""
    first = onsets + integers(derive(keys, salt("start")), *plan.start)
    if plan.repeat == (1, 1):
        return np.arange(len(keys), dtype=np.int64), first, keys
    step = np.maximum(integers(derive(keys, salt("every")), *plan.every), 1)
    wanted = integers(derive(keys, salt("repeat")), *plan.repeat)
    count = np.clip((until - first) // step + 1, 0, wanted)
    member = np.repeat(np.arange(len(keys), dtype=np.int64), count)
    rank = np.arange(len(member), dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
    key = number(keys[member], rank)
    jitter = step[member] // _JITTER_OF_STEP
    drift = integers(derive(key, salt("drift")), -jitter, jitter)
    return member, first[member] + rank * step[member] + np.where(rank > 0, drift, 0), key


def _stays(plan: VisitPlan, key: Keys) -> Ints:
    """Nights: most stays are short."""
    low, high = plan.stay
    if high == 0:
        return np.zeros(len(key), dtype=np.int64)
    draw = uniform(derive(key, salt("stay")))
    return low + (draw * draw * (high - low + 1)).astype(np.int64)
