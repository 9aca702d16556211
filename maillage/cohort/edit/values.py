"""The JSON of what controls set, with its bounds."""

import math
from collections.abc import Mapping, Sequence
from datetime import date

from maillage.base.i18n import _
from maillage.cohort.circe.values import write_concept
from maillage.cohort.edit.kinds import attribute_of
from maillage.cohort.edit.model import Control, Unit, Value
from maillage.cohort.edit.options import OPTIONS, Option
from maillage.cohort.edit.places import Node
from maillage.cohort.edit.windows import check_days
from maillage.cohort.errors import EditError
from maillage.cohort.expression.values import Concept

OLDEST = 130
_INT64 = 2**63


def write_value(domain: str, value: Value) -> Node:
    """`ValueAsNumber` and `Unit`. Raises EditError."""
    name = attribute_of(domain, Control.VALUE)
    if name is None:
        raise EditError(
            _("Seul le résultat d’un examen ou d’une observation se compare à une valeur."),
            remedy=_("Choisissez un examen, ou retirez la valeur."),
        )
    units = {"Unit": list(map(_write_unit, value.units))} if value.units else {}
    return {name: write_number(value), **units}


def write_number(value: Value) -> Node:
    """A range of numbers. Raises EditError."""
    for bound in (value.low, value.high):
        _check_number(bound)
    if value.op.takes_two is not (value.high is not None):
        raise EditError(
            _("Il manque une borne, ou il y en a une de trop."),
            remedy=_("« entre » prend deux nombres, les autres comparaisons un seul."),
        )
    if value.high is None:
        return {"Value": value.low, "Op": value.op.value}
    if value.high < value.low:
        raise _upside_down(value.low, value.high)
    return {"Value": value.low, "Op": value.op.value, "Extent": value.high}


def _check_number(bound: float | None) -> None:
    if bound is not None and (not math.isfinite(bound) or abs(bound) >= _INT64):
        raise EditError(_("Ce nombre ne se compare pas."), remedy=_("Donnez un nombre fini, comme 7,5."))


def _write_unit(unit: Unit) -> Node:
    if unit.concept_id <= 0:
        raise EditError(
            _("L’unité « {unit} » n’est pas connue.").format(unit=unit.code[:30]),
            remedy=_("Choisissez une unité de la liste, ou « toute unité »."),
        )
    concept = Concept(unit.concept_id, unit.name or None, unit.code or None, "UCUM", "Unit", "Unit", "S", "V")
    return write_concept(concept)


def write_ages(least: int | None, most: int | None) -> Node | None:
    """A range of ages; None when nothing is asked. Raises EditError."""
    for age in (least, most):
        if age is not None and not 0 <= age <= OLDEST:
            raise EditError(
                _("{age} ans n’est pas un âge.").format(age=age),
                remedy=_("Donnez un âge entre 0 et {most} ans.").format(most=OLDEST),
            )
    return _write_range(least, most)


def _write_range(least: int | None, most: int | None) -> Node | None:
    match least, most:
        case None, None:
            return None
        case int(), None:
            return {"Value": least, "Op": "gte"}
        case None, int():
            return {"Value": most, "Op": "lte"}
        case int(low), int(high):
            if low > high:
                raise _upside_down(low, high)
            return {"Value": low, "Extent": high, "Op": "bt"}


def write_days(least: int | None, most: int | None) -> Node | None:
    """A range of a length in days; None when nothing is asked. Raises EditError."""
    for days in (least, most):
        if days is not None:
            check_days(days, least=0)
    return _write_range(least, most)


def write_length(domain: str, value: Value) -> Node:
    """How long events last, from a number of days as it was typed. Raises EditError."""
    name = attribute_of(domain, Control.LENGTH)
    if name is None or value.units:
        raise EditError(
            _("La durée d’un séjour se compte en jours."), remedy=_("Donnez un nombre de jours, comme 7.")
        )
    return {name: write_number(value)}


def write_dates(since: date | None, until: date | None) -> Node | None:
    """A range of dates; None when nothing is asked. Raises EditError."""
    match since, until:
        case None, None:
            return None
        case date(), None:
            return {"Value": since.isoformat(), "Op": "gte"}
        case None, date():
            return {"Value": until.isoformat(), "Op": "lte"}
        case date() as first, date() as last:
            if first > last:
                raise _upside_down(first, last)
            return {"Value": first.isoformat(), "Extent": last.isoformat(), "Op": "bt"}


def write_options(trait: str, keys: Sequence[str]) -> list[Node]:
    """The concepts of the options, each once. Raises EditError for a key that is none."""
    known: Mapping[str, Option] = {one.key: one for one in OPTIONS[trait]}
    if unknown := set(keys) - set(known):
        raise EditError(
            _("« {key} » n’est pas un choix possible ici.").format(key=sorted(unknown)[0][:30]),
            remedy=_("Les choix sont : {keys}.").format(keys=", ".join(known)),
        )
    concepts = dict.fromkeys(concept for key in keys for concept in known[key].concepts)
    return [write_concept(concept) for concept in concepts]


def _upside_down(low: object, high: object) -> EditError:
    return EditError(
        _("Les bornes {low} et {high} sont à l’envers.").format(low=low, high=high),
        why=_("Personne ne pourrait y répondre."),
        remedy=_("Donnez la plus petite d’abord."),
    )
