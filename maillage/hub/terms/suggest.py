"""What a person may mean by what they type: terms of the référentiel and events, the likeliest first.

Labels that are one term in several classifications are one hit. OMOP's standard concept stands for all of
them, since it finds what any hospital recorded; the code that was typed is the one that is shown.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from maillage.base.i18n import _, mark
from maillage.hub.boot import Hub
from maillage.hub.terms.buckets import Bucket, Buckets, read_buckets
from maillage.hub.terms.events import VARIABLES, EventKey, EventTerm, find_events
from maillage.hub.terms.shelf import Terms
from maillage.warehouse.vocabulary.search import Concept, Suggestion, as_suggestion, name_badge

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
    what says but a part of what was typed, or something like it. `bucket` is None where no hospital said
    that it has enough patients.
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
    def own(self) -> Code:
        """The code of the concept that is added, where another of the same term's is shown."""
        shown = Code(self.concept_id or 0, self.vocabulary, self.badge, self.code, self.name)
        return next((code for code in self.also if code.concept_id == self.concept_id), shown)

    @property
    def event(self) -> str:
        """The event's key, or nothing."""
        return self.value.removeprefix("event:") if self.value.startswith("event:") else ""

    @property
    def variable(self) -> str:
        """The kind of variable that it is, as analyses declare them."""
        return VARIABLES.get(EventKey(self.event), "visit") if self.event else self.domain.lower()


def suggest(text: str, *, hub: Hub, limit: int = LIMIT, kinds: Collection[str] = ()) -> list[Found]:
    """At most `limit` suggestions, the likeliest first; none for an empty text, or with nothing published.

    While the first release is being opened there are events alone. `kinds`: only of these kinds of variables.
    """
    if not text.strip():
        return []
    terms = hub.shelf.look(hub=hub)
    buckets = read_buckets(hub=hub)
    events = [one for one in find_events(text) if not kinds or one[0].variable in kinds]
    first = [describe_event(event, buckets=buckets) for event, exact in events if exact]
    later = [describe_event(event, buckets=buckets) for event, exact in events if not exact]
    if terms is None:
        return (first + later)[:limit]
    domains = [domain for domain in _KINDS if not kinds or domain.lower() in kinds]
    shown = _search(text, terms=terms, buckets=buckets, limit=limit, always=not events, domains=domains)
    return _weave(first, shown, later, limit=limit)


def _weave(first: list[Found], shown: list[Found], later: list[Found], *, limit: int) -> list[Found]:
    """Events said in full, terms, then events half said: those always have a place of their own."""
    room = max(limit - len(first) - len(later), 0)
    return (first + shown[:room] + later)[:limit]


def _search(
    text: str, *, terms: Terms, buckets: Buckets, limit: int, always: bool, domains: Collection[str]
) -> list[Found]:
    hits = terms.index.search(text, domains=domains, limit=limit * _PER_TERM)
    if not always:
        hits = [hit for hit in hits if hit.whole]
    elif not hits:
        hits = terms.index.search_near(text, domains=domains, limit=limit)
    best: dict[int, Suggestion] = {}
    for hit in hits:
        best.setdefault(find_standard(hit.concept_id, terms=terms), hit)
    shown = list(best.items())[:limit]
    return [
        replace(
            _describe(standard, hit, terms=terms, buckets=buckets), matched=hit.matched, near=not hit.whole
        )
        for standard, hit in shown
    ]


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


def find_same(concept: int, *, terms: Terms) -> list[int]:
    """Every concept that is one term with this one: the standard one first."""
    standard = find_standard(concept, terms=terms)
    linked = (*terms.tree.children.get(standard, ()), *terms.tree.sources.get(standard, ()))
    return [standard, *(one for one in linked if find_standard(one, terms=terms) == standard)]


def describe_concept(concept: int, *, terms: Terms, buckets: Buckets) -> Found | None:
    """The term of a concept, as a suggestion would show it; None when the référentiel has none of that id.

    The standard concept of a term is worded and coded by the classification that it stands for.
    """
    standard, *others = find_same(concept, terms=terms)
    shown = terms.index.find(others[0] if concept == standard and others else concept)
    if shown is None:
        return None
    return _describe(standard, as_suggestion(shown), terms=terms, buckets=buckets)


def describe_event(event: EventTerm, *, buckets: Buckets) -> Found:
    """An event as a suggestion."""
    return Found(
        value=event.value,
        concept_id=event.concept_id,
        name=event.label,
        code="",
        vocabulary="",
        badge=_("Événement"),
        domain="",
        kind=_("Événement"),
        adds=event.adds,
        # Who comes again is fewer than who comes.
        bucket=None if event.key is EventKey.READMISSION else buckets.find(event.concept_id or 0),
    )


def _describe(standard: int, shown: Suggestion, *, terms: Terms, buckets: Buckets) -> Found:
    """The term that `standard` stands for, worded and coded as `shown`, which is one of its concepts."""
    same = find_same(standard, terms=terms)
    others = (terms.index.find(one) for one in same if one != shown.concept_id)
    also = tuple(code_of(one) for one in others if one is not None)
    # What is one term with it does not stand below it.
    below = max(terms.tree.below.get(standard, 0) - sum(one in terms.tree.parents for one in same[1:]), 0)
    return Found(
        value=str(standard),
        concept_id=standard,
        name=shown.name,
        code=shown.code,
        vocabulary=shown.vocabulary,
        badge=shown.badge,
        domain=shown.domain,
        kind=_(_KINDS[shown.domain if shown.domain in _KINDS else _OTHER]),
        adds=_say_addition(below),
        standard=shown.concept_id == standard,
        below=below,
        also=also,
        bucket=buckets.find(standard),
    )


def code_of(concept: Concept) -> Code:
    """A concept's code, as it is shown."""
    badge = name_badge(concept.vocabulary)
    return Code(concept.id, concept.vocabulary, badge, concept.code, concept.name)


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
    "Other": mark("Autre"),
}
"""Domains that are searched. Stays and sexes are events; units and answers go with their measurement."""
_OTHER = "Other"
