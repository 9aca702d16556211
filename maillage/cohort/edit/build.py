"""New criteria from terms: the JSON of an event, and of a condition on the person."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from maillage.base.i18n import _
from maillage.cohort.circe.values import write_concept
from maillage.cohort.edit.draft import Document
from maillage.cohort.edit.kinds import SOURCES, attribute_of
from maillage.cohort.edit.lists import add_list
from maillage.cohort.edit.model import Control, Distinct, Edge, Occurs, Place, Sense, Times, Value, When
from maillage.cohort.edit.options import OPTIONS
from maillage.cohort.edit.places import Node, Sort
from maillage.cohort.edit.terms import SEXES, Kind, Term, kind_of
from maillage.cohort.edit.values import write_length, write_number, write_value
from maillage.cohort.edit.windows import at, write_window
from maillage.cohort.errors import EditError
from maillage.cohort.expression import OccurrenceType

DOMAINS_OF: Mapping[str, str] = MappingProxyType(
    {
        "Condition": "ConditionOccurrence",
        "Device": "DeviceExposure",
        "Drug": "DrugExposure",
        "Measurement": "Measurement",
        "Observation": "Observation",
        "Procedure": "ProcedureOccurrence",
        "Specimen": "Specimen",
        "Visit": "VisitOccurrence",
    }
)
"""The Circe domain in which a concept's facts are, by OMOP's domain of the concept."""

MOST_TIMES = 1_000
_ADULT = 18
_OF_PERSON = (Kind.AGE, Kind.SEX)


def sort_of(term: Term) -> Sort:
    """Whether a term is an event or says something of the person."""
    return Sort.PERSON if term.kind in _OF_PERSON else Sort.EVENT


def criterion(document: Document, terms: Sequence[Term], *, value: Value | None = None) -> Node:
    """Events of the terms, all of one domain; their list enters the document. Raises EditError.

    `value` is what a result must be, or how many days a stay must last.
    """
    kind = kind_of(terms[0])
    domain = domain_of(terms[0])
    if kind in (Kind.DEATH, Kind.DRUG):
        body: dict[str, Any] = {}
    elif kind is Kind.INTENSIVE_CARE:
        place = OPTIONS["place"][0]
        body = {"PlaceOfService": [write_concept(concept) for concept in place.concepts]}
    else:
        name = _("Réhospitalisation") if kind is Kind.READMISSION else None
        body = {_code_attribute(terms[0], domain): add_list(document, terms, name=name)}
    if value is not None:
        lasts = attribute_of(domain, Control.LENGTH) and not attribute_of(domain, Control.VALUE)
        body |= write_length(domain, value) if lasts else write_value(domain, value)
    return {domain: body}


def domain_of(term: Term) -> str:
    """The Circe domain of a term's events. Raises EditError for what is no event."""
    match kind_of(term):
        case Kind.DEATH:
            return "Death"
        case Kind.DRUG:
            return "DrugExposure"
        case Kind.READMISSION | Kind.STAY | Kind.INTENSIVE_CARE:
            return "VisitOccurrence"
        case Kind.AGE | Kind.SEX:
            raise _no_event(term)
        case Kind.CODE:
            if term.domain not in DOMAINS_OF:
                raise _no_event(term)
            return DOMAINS_OF[term.domain]


def check_together(terms: Sequence[Term]) -> None:
    """Terms of one list are events of one domain, found in one way. Raises EditError."""
    if not terms:
        raise EditError(_("Aucun code n’est donné."), remedy=_("Choisissez au moins un code."))
    found = {(domain_of(term), term.standard, kind_of(term) in _CODED) for term in terms}
    if len(found) > 1 or not all(coded for _domain, _standard, coded in found):
        raise EditError(
            _("Ces codes ne vont pas dans une même liste."),
            why=_("Ils désignent des événements de genres différents."),
            remedy=_("Faites un critère pour chaque genre : diagnostics, actes, médicaments, examens."),
        )


def part_by_kind(terms: Sequence[Term]) -> list[tuple[Term, ...]]:
    """Terms that go into one list together, in the order in which they came. Raises EditError."""
    parts: dict[object, list[Term]] = {}
    for term in terms:
        kind = kind_of(term)
        alone = kind if kind not in (Kind.CODE, Kind.STAY) else ""
        parts.setdefault((domain_of(term), term.standard, alone), []).append(term)
    return [tuple(part) for part in parts.values()]


_CODED = (Kind.CODE, Kind.READMISSION, Kind.STAY)


def _code_attribute(term: Term, domain: str) -> str:
    return "CodesetId" if term.standard else SOURCES[domain]


def correlated(body: Node, *, sense: Sense, when: When, occurs: Occurs | None = None) -> Node:
    """Events of a criterion counted around the index event. Raises EditError."""
    return {
        "Criteria": body,
        "StartWindow": write_window(when),
        "Occurrence": write_sense(sense) if occurs is None else _write_occurs(sense, occurs),
        "RestrictVisit": when.same_stay,
        "IgnoreObservationPeriod": False,
    }


def write_sense(sense: Sense) -> Node:
    """One event at least, or none. Raises EditError for what is neither."""
    if sense is Sense.LIMIT:
        raise EditError(
            _("Un critère inclut ou exclut."),
            why=_("Un nombre à ne pas dépasser se donne par le nombre d’événements."),
            remedy=_("Choisissez « au plus » et un nombre."),
        )
    kind, count = (OccurrenceType.AT_LEAST, 1) if sense is Sense.INCLUDE else (OccurrenceType.EXACTLY, 0)
    return {"Type": int(kind), "Count": count, "IsDistinct": False}


def _write_occurs(sense: Sense, occurs: Occurs) -> Node:
    """So many events; excluded, any other number of them. Raises EditError."""
    if sense is Sense.INCLUDE:
        return write_times(occurs.times, occurs.count) | write_distinct(occurs.distinct)
    match occurs:
        case Occurs(times=Times.AT_LEAST, count=1):
            return write_sense(sense)
        case Occurs(times=Times.AT_LEAST, count=count):
            return write_times(Times.AT_MOST, count - 1) | {"IsDistinct": False}
        case Occurs(times=Times.AT_MOST, count=count):
            return write_times(Times.AT_LEAST, count + 1) | {"IsDistinct": False}
        case _:
            raise EditError(
                _("Un nombre exact d’événements ne s’exclut pas."),
                why=_("En avoir moins et en avoir plus seraient deux critères."),
                remedy=_("Demandez « au moins » ou « au plus » un nombre."),
            )


def write_times(times: Times, count: int) -> Node:
    """How a number of events is compared. Raises EditError for a number that asks nothing."""
    if not 0 <= count <= MOST_TIMES or (count == 0 and times is Times.AT_LEAST):
        raise EditError(
            _("Ce nombre d’événements n’est pas possible."),
            why=_("« Au moins zéro » ne demande rien."),
            remedy=_("Donnez un nombre entre 1 et {most} ; pour « aucun », excluez.").format(most=MOST_TIMES),
        )
    return {"Type": int(_TYPES[times]), "Count": count}


def write_distinct(distinct: Distinct) -> Node:
    """What makes events count once."""
    if distinct is Distinct.NOTHING:
        return {"IsDistinct": False}
    return {"IsDistinct": True, "CountColumn": distinct.value}


_TYPES = {
    Times.AT_LEAST: OccurrenceType.AT_LEAST,
    Times.AT_MOST: OccurrenceType.AT_MOST,
    Times.EXACTLY: OccurrenceType.EXACTLY,
}


def demographic(term: Term, *, sense: Sense, value: Value | None = None) -> Node:
    """A condition on the person at the index event; a value is that of the age. Raises EditError."""
    if sense is not Sense.INCLUDE:
        raise EditError(
            _("Un âge ou un sexe ne s’exclut pas."),
            remedy=_("Demandez plutôt les âges, ou le sexe, que vous gardez."),
        )
    if term.kind is Kind.AGE:
        return {"Age": write_number(value) if value else {"Value": _ADULT, "Op": "gte"}}
    option = SEXES.get(term.concept_id)
    if option is None:
        raise _no_event(term)
    return {"Gender": [write_concept(concept) for concept in option.concepts]}


def default_when(term: Term, sense: Sense) -> When:
    """The window that an author most often means; the card tells it."""
    match kind_of(term):
        case Kind.READMISSION:
            return at(Place.AFTER, anchor=Edge.END)
        case Kind.DEATH:
            return at(Place.ON_OR_AFTER)
        case Kind.INTENSIVE_CARE:
            return at(Place.STAY)
        case _:
            return at(Place.BEFORE if sense is Sense.EXCLUDE else Place.ANY)


def first_attribute(domain: str) -> str | None:
    """The flag of the first event ever, where the domain has it."""
    return attribute_of(domain, Control.FIRST)


def _no_event(term: Term) -> EditError:
    shown = (term.name or term.code or str(term.concept_id))[:60]
    return EditError(
        _("« {term} » n’est pas un événement que l’on puisse chercher ici.").format(term=shown),
        why=_(
            "Une personne entre par un diagnostic, un acte, un médicament, un examen, un séjour ou un décès."
        ),
        remedy=_("Choisissez un autre résultat de la recherche."),
    )
