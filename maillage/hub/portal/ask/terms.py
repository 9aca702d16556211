"""The search field: what is typed, with the number and the count that were typed beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from maillage.cohort.edit import Quick, Term, read_quick, special_terms
from maillage.hub.boot import Hub


@dataclass(frozen=True)
class Found:
    label: str
    code: str
    badge: str
    kind: str
    bucket: str
    hospitals: int
    term: Term


def search_terms(text: str, *, hub: Hub) -> Sequence[Found]:
    return [Found(s.term.name, s.term.code, "", s.term.domain, "", 0, s.term) for s in special_terms(text)]
