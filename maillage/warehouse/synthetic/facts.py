"""What is found, done, given and answered at a visit; the code decides in which OMOP table it goes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from maillage.warehouse.synthetic.courses import Fact
from maillage.warehouse.synthetic.draws import Ints, Keys, choose, derive, integers, salt, uniform
from maillage.warehouse.synthetic.people import People
from maillage.warehouse.synthetic.visits import Visits, has_share
from maillage.warehouse.synthetic.vocabulary import read_vocabulary

STATUSES = ("", "DP", "DAS")
"""Rank of a diagnosis in the stay: none, principal, associated."""

NO_ANSWER = -1


@dataclass(frozen=True)
class Facts:
    """Facts of one rule, one entry each. `concept` and `answer` are places in the vocabulary.

    `days` is the supply of a drug; `end` is never after the end of the follow-up.
    """

    visit: Ints
    person: Ints
    start: Ints
    end: Ints
    concept: Ints
    status: Ints
    days: Ints
    answer: Ints


def find_facts(rule: Fact, visits: Visits, people: People) -> Facts:
    """Apply one rule to the visits of its plan."""
    chosen = _chosen(rule, visits)
    start, person = visits.start[chosen], visits.person[chosen]
    key = derive(visits.key[chosen], rule.salt)
    end = visits.end[chosen]
    if rule.days is not None:
        supply = integers(derive(key, salt("days")), *rule.days)
        end = np.minimum(start + supply - 1, people.end[person])
    return Facts(
        visit=visits.id[chosen],
        person=person,
        start=start,
        end=end,
        concept=_concepts(rule, visits, chosen),
        status=np.full(len(start), STATUSES.index(rule.status), dtype=np.int64),
        days=end - start + 1,
        answer=_answers(rule, key),
    )


def _chosen(rule: Fact, visits: Visits) -> Ints:
    lasting = derive(visits.own, rule.salt)
    chosen = has_share(visits.own, rule.share)
    if rule.after[1] > 0:
        chosen &= visits.since >= integers(derive(lasting, salt("after")), *rule.after)
    if rule.each < 1:
        chosen &= uniform(derive(derive(visits.key, rule.salt), salt("each"))) < rule.each
    return np.flatnonzero(chosen)


def _concepts(rule: Fact, visits: Visits, chosen: Ints) -> Ints:
    if rule.pick == "visit":
        keys = derive(visits.key[chosen], rule.salt)
    elif rule.pick == "person":
        keys = derive(visits.own[chosen], rule.salt)
    else:
        keys = visits.own[chosen]
    return _pick(rule.codes, rule.weights, derive(keys, rule.pick_salt))


def _answers(rule: Fact, key: Keys) -> Ints:
    if not rule.answers:
        return np.full(len(key), NO_ANSWER, dtype=np.int64)
    return _pick(rule.answers, rule.weights, derive(key, salt("answer")))


def _pick(codes: Sequence[str], weights: Sequence[float], keys: Keys) -> Ints:
    vocabulary = read_vocabulary()
    places = np.array([vocabulary.place(code) for code in codes], dtype=np.int64)
    if len(places) == 1:
        return np.full(len(keys), places[0], dtype=np.int64)
    return places[choose(keys, weights or (1.0,) * len(places))]
