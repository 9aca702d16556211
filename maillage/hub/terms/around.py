"""A term with what stands around it: its parents up to the top, what is right below, its other codes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from maillage.hub.boot import Hub
from maillage.hub.terms.buckets import Buckets, read_buckets
from maillage.hub.terms.shelf import Terms
from maillage.hub.terms.suggest import Found, describe_concept, find_same

MOST_CHILDREN = 200


@dataclass(frozen=True)
class Around:
    """`parents` from the nearest to the top; of `children` at most `MOST_CHILDREN`, and how many `more`."""

    term: Found
    parents: Sequence[Found]
    children: Sequence[Found]
    more: int
    labels: Sequence[str]


def look_around(concept: int, *, terms: Terms, hub: Hub) -> Around | None:
    """What stands around a concept's term; None when the référentiel has none of that id."""
    buckets = read_buckets(hub=hub)
    found = describe_concept(concept, terms=terms, buckets=buckets)
    if found is None:
        return None
    same = find_same(concept, terms=terms)
    above = (one for number in same for one in terms.tree.ancestors(number))
    below = (one for number in same for one in terms.tree.children.get(number, ()))
    children = sorted(_describe(below, same, terms, buckets), key=lambda one: (one.code, one.value))
    return Around(
        term=found,
        parents=_describe(above, same, terms, buckets),
        children=children[:MOST_CHILDREN],
        more=max(len(children) - MOST_CHILDREN, 0),
        labels=[label for number in same for label in terms.index.labels(number) if label != found.name],
    )


def _describe(concepts: Iterable[int], same: Sequence[int], terms: Terms, buckets: Buckets) -> list[Found]:
    """Each term once, those that are this one left out."""
    described = (
        describe_concept(one, terms=terms, buckets=buckets)
        for one in dict.fromkeys(concepts)
        if one not in same
    )
    return list({one.value: one for one in described if one is not None}.values())
