"""The search field: what is typed, a result typed beside it, and what each suggestion would send."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from maillage.base.i18n import _
from maillage.cohort.edit import Kind, Occurs, Quick, Sense, Term, Times, Value, read_quick, special_terms
from maillage.cohort.edit.naming import value_words
from maillage.hub.boot import Hub
from maillage.hub.terms.events import EventKey
from maillage.hub.terms.suggest import Found, suggest

MAX_TEXT = 200
LOCAL = "Maillage"
"""The vocabulary whose concepts only codes of origin carry."""

_AGE = "âge"
_MEASURED = ("Measurement", "Observation")
_STAYS = (
    *(EventKey.STAY, EventKey.LENGTH, EventKey.EMERGENCY, EventKey.OUTPATIENT),
    *(EventKey.READMISSION, EventKey.INTENSIVE_CARE),
)
_OF_PERSON = (EventKey.AGE, EventKey.WOMAN, EventKey.MAN)

_KINDS: Mapping[str, Kind] = {
    EventKey.DEATH: Kind.DEATH,
    EventKey.READMISSION: Kind.READMISSION,
    EventKey.INTENSIVE_CARE: Kind.INTENSIVE_CARE,
    EventKey.STAY: Kind.STAY,
    EventKey.LENGTH: Kind.STAY,
    EventKey.EMERGENCY: Kind.STAY,
    EventKey.OUTPATIENT: Kind.STAY,
    EventKey.AGE: Kind.AGE,
    EventKey.WOMAN: Kind.SEX,
    EventKey.MAN: Kind.SEX,
}


@dataclass(frozen=True)
class Hit:
    """A suggestion, the hidden fields of its form, and the result and the number of times that were typed.

    `excludes` when what was typed says « sans ».
    """

    found: Found
    fields: Mapping[str, str]
    value: Value | None = None
    occurs: Occurs | None = None
    excludes: bool = False

    @property
    def asked(self) -> str:
        """The result, the age or the length that was typed, in a few words."""
        if self.value is None:
            return ""
        unit = (
            _("ans") if self.found.event == EventKey.AGE else _("jours") if self.found.event in _STAYS else ""
        )
        return f"{value_words(replace(self.value, units=() if unit else self.value.units))} {unit}".strip()


def search_terms(text: str, *, hub: Hub) -> Sequence[Hit]:
    """What the text may mean, the likeliest first."""
    quick = read_quick(text[:MAX_TEXT])
    hits = [_describe(found, quick) for found in suggest(quick.text, hub=hub)]
    return [*_find_any_drug(quick), *hits[:1], *_find_age(quick, hub=hub), *hits[1:]]


def _find_any_drug(quick: Quick) -> Iterator[Hit]:
    """What counts how many drugs somebody takes: no classification has a code for all of them."""
    for special in special_terms(quick.text):
        if special.term.kind is Kind.DRUG:
            adds = _("leur nombre, et s’ils diffèrent, se règlent sur la carte : Préciser")
            found = Found("", None, special.term.name, "", "", "", "", _("Médicament"), adds)
            fields = {"name": special.term.name, "kind": str(Kind.DRUG)}
            yield _complete(found, fields, quick)


def _find_age(quick: Quick, *, hub: Hub) -> Sequence[Hit]:
    """The age that was said beside something else: it is added for itself."""
    if quick.age is None:
        return ()
    found = (one for one in suggest(_AGE, hub=hub) if one.event == EventKey.AGE)
    return [_describe(one, Quick(_AGE, value=quick.age)) for one in found]


def as_term(found: Found, *, below: bool) -> Term:
    """A suggestion as what an edit adds; `below` with everything under it."""
    return Term(
        concept_id=found.concept_id or 0,
        name=found.name,
        code=found.code,
        vocabulary=found.vocabulary,
        domain=found.domain,
        standard=found.vocabulary != LOCAL,
        descendants=below,
        kind=_KINDS.get(found.event, Kind.CODE),
    )


def _describe(found: Found, quick: Quick) -> Hit:
    return _complete(found, _write_term(found), quick)


def _complete(found: Found, fields: dict[str, str], quick: Quick) -> Hit:
    asked = quick.value if _takes_value(found) else None
    occurs = None if found.event in _OF_PERSON else _read_occurs(quick)
    fields = fields | (_write_value(asked) if asked else {})
    if occurs is not None:
        fields |= {"times": str(occurs.times), "count": str(occurs.count)}
    return Hit(found, fields, asked, occurs, excludes=quick.sense is Sense.EXCLUDE)


def _takes_value(found: Found) -> bool:
    return found.domain in _MEASURED or found.event == EventKey.AGE or found.event in _STAYS


def _read_occurs(quick: Quick) -> Occurs | None:
    return None if quick.count is None else Occurs(quick.times or Times.AT_LEAST, quick.count)


def _write_term(found: Found) -> dict[str, str]:
    # « And everything under it » by default: what is one with it in other classifications is there too.
    term = asdict(as_term(found, below=True))
    return {key: str(int(value) if isinstance(value, bool) else value) for key, value in term.items()}


def _write_value(value: Value) -> dict[str, str]:
    return {
        "op": str(value.op),
        "low": f"{value.low:g}",
        "high": "" if value.high is None else f"{value.high:g}",
        "unit": value.units[0].code if value.units else "",
    }
