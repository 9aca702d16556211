"""What a person may mean by what they type: terms of the référentiel and events, the likeliest first.

Labels that are one term in several classifications are one hit. OMOP's standard concept stands for all of
them, since it finds what any hospital recorded; the code that was typed is the one that is shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from maillage.base.i18n import _, mark
from maillage.hub.boot import Hub
from maillage.hub.terms.buckets import Bucket, Buckets, read_buckets
from maillage.hub.terms.events import EventTerm, find_events
from maillage.hub.terms.shelf import Terms
from maillage.warehouse.vocabulary.search import Concept, Suggestion, name_badge

LIMIT = 12
_PER_TERM = 3
"""Suggestions looked at for each that is shown: some are one term."""


@dataclass(frozen=True)
class Code:
    """A code of a classification, as it is shown."""

    concept_id: int
    vocabulary: str
    badge: str
    code: str
    name: str


@dataclass(frozen=True)
class Found:
    """One suggestion. `value` is what its button sends: a concept id, or `event:` and a key.

    `whole` tells whether anything stands below it: added as it is, it is then a whole chapter. `near` marks
    what is shown for want of a match. `bucket` is None where no hospital said that it has enough patients.
    """

    value: str
    concept_id: int | None
    name: str
    code: str
    vocabulary: str
    badge: str
    domain: str
    kind: str
    adds: str
    standard: bool = True
    below: int = 0
    matched: str | None = None
    near: bool = False
    also: tuple[Code, ...] = ()
    bucket: Bucket | None = None

    @property
    def whole(self) -> bool:
        """Whether it stands for more than its own code."""
        return self.below > 0

    @property
    def event(self) -> str:
        """The event's key, or nothing."""
        return self.value.removeprefix("event:") if self.value.startswith("event:") else ""


def suggest(text: str, *, hub: Hub, limit: int = LIMIT) -> list[Found]:
    """At most `limit` suggestions, the likeliest first; none for an empty text, or with nothing published.

    While the first release is being opened there are events alone.
    """
    if not text.strip():
        return []
    terms = hub.shelf.look(hub=hub)
    events = list(find_events(text))
    first = [describe_event(event) for event, exact in events if exact]
    later = [describe_event(event) for event, exact in events if not exact]
    if terms is None:
        return (first + later)[:limit]
    shown = _search(text, terms=terms, buckets=read_buckets(), limit=limit, always=not events)
    return _weave(first, shown, later, limit=limit)


def _weave(first: list[Found], shown: list[Found], later: list[Found], *, limit: int) -> list[Found]:
    """Events said in full, terms, then events half said: those always have a place of their own."""
    room = max(limit - len(first) - len(later), 0)
    return (first + shown[:room] + later)[:limit]


def _search(text: str, *, terms: Terms, buckets: Buckets, limit: int, always: bool) -> list[Found]:
    hits = terms.index.search(text, domains=_KINDS, limit=limit * _PER_TERM)
    near = always and not hits
    if near:
        hits = terms.index.search_near(text, domains=_KINDS, limit=limit)
    merged = merge_terms(hits, terms=terms)
    return [replace(_describe(group, terms=terms, buckets=buckets), near=near) for group in merged[:limit]]


def merge_terms(hits: Sequence[Suggestion], *, terms: Terms) -> list[tuple[int, list[Suggestion]]]:
    """Hits that are one term together, under their standard concept, in the order of the first of each."""
    groups: dict[int, list[Suggestion]] = {}
    for hit in hits:
        groups.setdefault(find_standard(hit.concept_id, terms=terms), []).append(hit)
    return list(groups.items())


def find_standard(concept: int, *, terms: Terms) -> int:
    """What stands for this concept: what it maps to, or the standard one that holds it and nothing else."""
    here = terms.tree.standard.get(concept, concept)
    own = terms.index.find(here)
    for parent in terms.tree.parents.get(here, ()):
        above = terms.index.find(parent)
        alone = len(terms.tree.children.get(parent, ())) == 1
        if alone and own and above and above.vocabulary != own.vocabulary:
            return parent
    return here


def describe_concept(concept: int, *, terms: Terms, buckets: Buckets) -> Found | None:
    """A concept of the référentiel as a suggestion would show it; None when it has none of that id."""
    found = terms.index.find(concept)
    return None if found is None else _found(found, terms=terms, buckets=buckets)


def describe_event(event: EventTerm) -> Found:
    """An event as a suggestion."""
    return Found(
        value=event.value,
        concept_id=event.concept_id,
        name=_(event.label),
        code="",
        vocabulary="",
        badge=_("Événement"),
        domain="",
        kind=_("Événement"),
        adds=_(event.adds),
    )


def _describe(group: tuple[int, list[Suggestion]], *, terms: Terms, buckets: Buckets) -> Found:
    """The standard concept, worded and coded as the best of the hits that it stands for."""
    standard, hits = group
    best = hits[0]
    concept = terms.index.find(standard)
    described = _found(concept or _as_concept(best), terms=terms, buckets=buckets)
    also = tuple(_also(described, best, terms=terms))
    # What is one term with it does not stand below it.
    below = max(described.below - len(also), 0)
    return replace(
        described,
        name=best.name,
        code=best.code,
        vocabulary=best.vocabulary,
        badge=best.badge,
        matched=best.matched,
        also=also,
        below=below,
        adds=_say_addition(below),
    )


def _also(described: Found, shown: Suggestion, *, terms: Terms) -> Iterator[Code]:
    """The term's codes other than the one shown."""
    standard = described.concept_id or 0
    same = [standard, *terms.tree.children.get(standard, ())]
    for one in same:
        concept = terms.index.find(one)
        if concept and one != shown.concept_id and find_standard(one, terms=terms) == standard:
            yield code_of(concept)


def code_of(concept: Concept) -> Code:
    """A concept's code, as it is shown."""
    badge = name_badge(concept.vocabulary)
    return Code(concept.id, concept.vocabulary, badge, concept.code, concept.name)


def _found(concept: Concept, *, terms: Terms, buckets: Buckets) -> Found:
    below = terms.tree.below.get(concept.id, 0)
    return Found(
        value=str(concept.id),
        concept_id=concept.id,
        name=concept.name,
        code=concept.code,
        vocabulary=concept.vocabulary,
        badge=name_badge(concept.vocabulary),
        domain=concept.domain,
        kind=_(_KINDS.get(concept.domain, _OTHER)),
        adds=_say_addition(below),
        standard=concept.id not in terms.tree.standard,
        below=below,
        bucket=buckets.find(concept.id),
    )


def _as_concept(hit: Suggestion) -> Concept:
    return Concept(hit.concept_id, hit.vocabulary, hit.code, hit.domain, hit.kind, hit.name)


def _say_addition(below: int) -> str:
    return _("ce code, et tout ce qui est dessous ({count})").format(count=below) if below else _("ce code")


_KINDS: Mapping[str, str] = {
    "Condition": mark("Diagnostic"),
    "Drug": mark("Médicament"),
    "Procedure": mark("Acte"),
    "Measurement": mark("Examen"),
    "Observation": mark("Observation"),
    "Device": mark("Dispositif"),
    "Specimen": mark("Prélèvement"),
}
"""Domains that are searched. Stays and sexes are events; units and answers go with their measurement."""
_OTHER = mark("Autre")
