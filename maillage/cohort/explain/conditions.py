"""The conditions that an event must meet to count, one line each."""

from collections.abc import Iterator, Mapping

from maillage.base.i18n import _
from maillage.cohort.explain.anchors import Anchor, event_anchor
from maillage.cohort.explain.grammar import day, sentence
from maillage.cohort.explain.names import Names
from maillage.cohort.explain.structure import Item
from maillage.cohort.explain.values import value_phrase
from maillage.cohort.explain.windows import point
from maillage.cohort.explain.words.attributes import DERIVED_LABELS, LABELS
from maillage.cohort.expression import (
    DEMOGRAPHICS,
    DOMAINS,
    AdjustFrom,
    Criterion,
    DateAdjustment,
    Demographic,
)
from maillage.cohort.expression.domains import Attribute, Derived, Place
from maillage.cohort.expression.values import Attributes, Period

_DEMOGRAPHICS: Mapping[str, Attribute] = {attribute.name: attribute for attribute in DEMOGRAPHICS}


def condition_items(criterion: Criterion, names: Names, *, ranked: bool) -> list[Item]:
    """A line for each condition of a criterion, but its main list and its correlated group.

    `ranked` tells that the event was already called the first of its kind.
    """
    return [Item(line) for _about, line in condition_lines(criterion, names, ranked=ranked)]


def condition_lines(criterion: Criterion, names: Names, *, ranked: bool) -> list[tuple[str, str]]:
    """The same as (what, sentence): the attribute's Circe name, `First` or `DateAdjustment`."""
    anchor = event_anchor(criterion)
    domain = DOMAINS[criterion.domain]
    lines = [*_structure_lines(criterion, ranked=ranked)]
    lines += _attribute_lines(criterion.attributes, domain.by_name, names, anchor)
    if criterion.date_adjustment is not None:
        lines.append(("DateAdjustment", _adjustment_line(criterion.date_adjustment)))
    return [(about, sentence(line)) for about, line in lines]


def demographic_items(demographic: Demographic, names: Names, anchor: Anchor) -> list[Item]:
    """A line for each condition on the person and the dates of the index event."""
    return [Item(line) for _about, line in demographic_lines(demographic, names, anchor)]


def demographic_lines(demographic: Demographic, names: Names, anchor: Anchor) -> list[tuple[str, str]]:
    """The same as (the attribute's Circe name, sentence)."""
    return [
        (
            name,
            sentence(_line(_label(attribute, anchor, of_index=True), value_phrase(attribute, value, names))),
        )
        for name, value in demographic.attributes
        for attribute in (_DEMOGRAPHICS[name],)
    ]


def _attribute_lines(
    attributes: Attributes, known: Mapping[str, Attribute], names: Names, anchor: Anchor
) -> Iterator[tuple[str, str]]:
    for name, value in attributes:
        attribute = known[name]
        if name == "CodesetId" or attribute.place is Place.STRUCTURE:
            continue
        if attribute.column == Derived.ABNORMAL:
            yield name, _("résultat anormal : hors des bornes de la normale, ou dit anormalement haut ou bas")
            continue
        line = _line(_label(attribute, anchor), value_phrase(attribute, value, names))
        yield name, _refused(line) if attribute.refusal else line


def _line(label: str, value: str) -> str:
    return _("{label} : {value}").format(label=label, value=value)


def _refused(line: str) -> str:
    return _("{line} (OMOP CDM 5.4 n’a pas cette donnée : la cohorte ne peut pas être cherchée)").format(
        line=line
    )


def _label(attribute: Attribute, anchor: Anchor, *, of_index: bool = False) -> str:
    match attribute.column:
        case Derived.AGE_AT_START:
            return _("âge à {date}").format(date=anchor.start)
        case Derived.AGE_AT_END:
            return _("âge à {date}").format(date=anchor.end)
        case Derived.START_DATE if of_index:
            return anchor.start
        case Derived.END_DATE if of_index:
            return anchor.end
        case Derived.START_DATE | Derived.END_DATE | Derived.LENGTH:
            return _(DERIVED_LABELS[attribute.column])
        case _:
            return _(LABELS[attribute.name.removesuffix("CS")])


def _structure_lines(criterion: Criterion, *, ranked: bool) -> Iterator[tuple[str, str]]:
    if ranked and picks_before(criterion):
        yield (
            "First",
            _("c’est le tout premier chez la personne, choisi avant de regarder les conditions qui suivent"),
        )
    if criterion.has("First") and not ranked:
        yield "First", _first_line(criterion)
    period = dict(criterion.attributes).get("UserDefinedPeriod")
    if isinstance(period, Period):
        yield from (("UserDefinedPeriod", line) for line in _period_lines(period))


def _first_line(criterion: Criterion) -> str:
    if picks_before(criterion):
        return _(
            "premier événement de ce genre chez la personne, choisi avant de regarder les autres conditions"
        )
    return _("premier événement de ce genre chez la personne")


def picks_before(criterion: Criterion) -> bool:
    """Whether the first event is picked before other conditions are looked at."""
    places = {DOMAINS[criterion.domain].by_name[name].place for name, _value in criterion.attributes}
    filtered = bool(places - {Place.CODE, Place.STRUCTURE}) or criterion.has("UserDefinedPeriod")
    others = filtered or criterion.correlated is not None or criterion.date_adjustment is not None
    return criterion.has("First") and others


def _period_lines(period: Period) -> Iterator[str]:
    if period.start is not None:
        yield _("la période contient le {day}, qui compte alors pour sa date de début").format(
            day=day(period.start)
        )
    if period.end is not None:
        yield _("la période contient le {day}, qui compte alors pour sa date de fin").format(
            day=day(period.end)
        )


def _adjustment_line(adjustment: DateAdjustment) -> str:
    return _(
        "compte pour date de début {start}, et pour date de fin {end} ; "
        "l’événement est écarté si sa fin précède alors son début"
    ).format(
        start=point(adjustment.start_offset, _side(adjustment.start_with)),
        end=point(adjustment.end_offset, _side(adjustment.end_with)),
    )


def _side(side: AdjustFrom) -> str:
    return _("la date de début notée") if side is AdjustFrom.START else _("la date de fin notée")
