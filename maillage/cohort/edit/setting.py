"""Edits of what a card asks: sense, window, number, value, person, dates; and of the entry as a whole."""

from collections.abc import Iterator
from typing import Any

from maillage.base.i18n import _
from maillage.cohort.edit.adding import code_key
from maillage.cohort.edit.build import write_distinct, write_sense, write_times
from maillage.cohort.edit.draft import Document
from maillage.cohort.edit.edits import (
    Rename,
    SetAge,
    SetAnswer,
    SetFirst,
    SetLength,
    SetObservation,
    SetOccurrence,
    SetPlace,
    SetSense,
    SetSex,
    SetStatus,
    SetStay,
    SetTitle,
    SetValue,
    SetWhich,
    SetWindow,
    SetYears,
)
from maillage.cohort.edit.kinds import PERSON_ATTRIBUTES, attribute_of
from maillage.cohort.edit.lists import lines_of, list_for_change, list_name
from maillage.cohort.edit.model import DISTINCT_BY, Control, Mode, Sense, Which
from maillage.cohort.edit.places import (
    Node,
    Sort,
    Spot,
    criterion_of,
    entries,
    find,
    find_card,
    members_of,
)
from maillage.cohort.edit.structure import write_mode
from maillage.cohort.edit.values import write_ages, write_dates, write_days, write_options, write_value
from maillage.cohort.edit.windows import check_days, write_window
from maillage.cohort.errors import EditError
from maillage.cohort.expression import CountColumn, GroupType, Limit, OccurrenceType

LONGEST_TEXT = 200


def _event(document: Document, path: str) -> Node:
    """The events counted around an index event. Raises EditError for what is none."""
    spot = find_card(document, path)
    if spot.sort is not Sort.EVENT:
        raise EditError(
            _("Ceci ne se règle pas sur ce critère."),
            why=_(
                "Un événement d’entrée et une condition sur la personne ne se comptent pas autour d’un autre."
            ),
            remedy=_("Choisissez un critère sur des événements."),
        )
    return spot.node


def set_sense(document: Document, edit: SetSense) -> None:
    """Required or forbidden; a group of several is forbidden as a whole."""
    spot = find(document, edit.path)
    members = list(members_of(spot)) if spot.sort in (Sort.RULE, Sort.GROUP) else []
    if len(members) > 1 or (members and spot.sort is Sort.GROUP):
        write_sense(edit.sense)
        _set_group_sense(spot.group, edit.sense, members=len(members))
        return
    node = _event(document, edit.path)
    wanted = write_sense(edit.sense)
    if _sense_of(node["Occurrence"]) is not edit.sense:
        node["Occurrence"] = wanted


def _set_group_sense(group: Node, sense: Sense, *, members: int) -> None:
    """None of the members, or any; a group that asks for some already is left as it is."""
    limits = str(group.get("Type", "")).upper() == GroupType.AT_MOST
    if sense is Sense.EXCLUDE:
        write_mode(group, Mode.AT_MOST, count=0, members=members)
    elif limits:
        write_mode(group, Mode.ANY, count=None, members=members)


def _sense_of(occurrence: Node) -> Sense:
    if int(occurrence["Type"]) == OccurrenceType.AT_LEAST:
        return Sense.INCLUDE
    return Sense.EXCLUDE if occurrence["Count"] == 0 else Sense.LIMIT


def set_window(document: Document, edit: SetWindow) -> None:
    """The window of the start, and whether in the same stay; a second window stays as it is."""
    node = _event(document, edit.path)
    node["StartWindow"] = write_window(edit.when)
    node["RestrictVisit"] = edit.when.same_stay


def set_occurrence(document: Document, edit: SetOccurrence) -> None:
    """How many events. What else they are counted by stays, unless it is one of `Distinct`."""
    node = _event(document, edit.path)
    former = node["Occurrence"]
    column = str(former.get("CountColumn") or CountColumn.DOMAIN_CONCEPT).upper()
    written = former | write_times(edit.times, edit.count)
    if edit.distinct or column in DISTINCT_BY:
        written.pop("CountColumn", None)
        written |= write_distinct(edit.distinct)
    node["Occurrence"] = written


def set_value(document: Document, edit: SetValue) -> None:
    """The number and its units, both replaced."""
    domain, body = criterion_of(find_card(document, edit.path))
    if edit.value is not None:
        written = write_value(domain, edit.value)
        body.pop("Unit", None)
        body.update(written)
    elif (name := attribute_of(domain, Control.VALUE)) is not None:
        body.pop(name, None)
        body.pop("Unit", None)


def set_age(document: Document, edit: SetAge) -> None:
    """Ages at the event; of the entry, at each entry event."""
    _set(document, edit.path, Control.AGE, write_ages(edit.least, edit.most))


def set_years(document: Document, edit: SetYears) -> None:
    """Dates of the event's start."""
    _set(document, edit.path, Control.YEARS, write_dates(edit.since, edit.until))


def set_length(document: Document, edit: SetLength) -> None:
    """Days from the event's first to its last."""
    _set(document, edit.path, Control.LENGTH, write_days(edit.least, edit.most))


_TRAITS = {
    SetSex: (Control.SEX, "sex"),
    SetStay: (Control.STAY, "stay"),
    SetStatus: (Control.STATUS, "status"),
    SetPlace: (Control.PLACE, "place"),
    SetAnswer: (Control.ANSWER, "answer"),
}


def set_choice(document: Document, edit: SetSex | SetStay | SetStatus | SetPlace | SetAnswer) -> None:
    """One of the traits that a few options say."""
    control, trait = _TRAITS[type(edit)]
    _set(document, edit.path, control, write_options(trait, edit.keys) or None)


def _set(document: Document, path: str, control: Control, value: Any) -> None:
    """An attribute of a card, or of every entry event; None takes it away. Raises EditError."""
    for spot in _cards(document, path):
        body, name = _attribute(spot, control)
        if value is None:
            body.pop(name, None)
        else:
            body[name] = value
        body.pop(f"{name}Exclude", None)


def _cards(document: Document, path: str) -> Iterator[Spot]:
    if path != "entry":
        yield find_card(document, path)
        return
    if not entries(document):
        raise _no_entry_yet()
    yield from (find(document, f"entry.{index}") for index in range(len(entries(document))))


def _no_entry_yet() -> EditError:
    return EditError(_("Il n’y a pas encore d’événement d’entrée."), remedy=_("Choisissez-en un d’abord."))


def _attribute(spot: Spot, control: Control) -> tuple[Node, str]:
    if spot.sort is Sort.PERSON:
        body, name = spot.node, PERSON_ATTRIBUTES.get(control)
    else:
        domain, body = criterion_of(spot)
        name = attribute_of(domain, control)
    if name is None:
        raise EditError(
            _("Cette condition n’existe pas pour ce genre d’événement."),
            remedy=_("Ajoutez un critère à part."),
        )
    return body, name


def set_first(document: Document, edit: SetFirst) -> None:
    """The first event ever, or any."""
    _set(document, edit.path, Control.FIRST, True if edit.first else None)


def set_which(document: Document, edit: SetWhich) -> None:
    """The limits, and « first ever » on each entry event. Raises EditError."""
    if edit.which not in _LIMITS:
        raise EditError(_("Ce choix n’est pas possible."), remedy=_("Choisissez l’un de ceux de la liste."))
    if edit.which is Which.FIRST_EVER and not entries(document):
        raise _no_entry_yet()
    for wrapper in entries(document):
        _write_first(wrapper, first=edit.which is Which.FIRST_EVER)
    primary, last = _LIMITS[edit.which]
    _write_limit(document["PrimaryCriteria"], "PrimaryCriteriaLimit", primary)
    _write_limit(document, "ExpressionLimit", last)
    if document.get("AdditionalCriteria") is not None and primary is Limit.ALL:
        _write_limit(document, "QualifiedLimit", Limit.ALL)


def _write_first(wrapper: Node, *, first: bool) -> None:
    """Nobody dies twice: where a domain has no first event, each is."""
    for domain, body in wrapper.items():
        if body is not None and attribute_of(domain, Control.FIRST):
            body.pop("First", None)
            body.update({"First": True} if first else {})


_LIMITS = {
    Which.FIRST_EVER: (Limit.FIRST, Limit.FIRST),
    Which.EARLIEST: (Limit.FIRST, Limit.FIRST),
    Which.FITTING: (Limit.ALL, Limit.FIRST),
    Which.EVERY: (Limit.ALL, Limit.ALL),
}


def _write_limit(node: Node, key: str, limit: Limit) -> None:
    node[key] = {"Type": limit.value}


def set_observation(document: Document, edit: SetObservation) -> None:
    """Days observed before and after the entry date."""
    days = {"PriorDays": edit.before, "PostDays": edit.after}
    for number in days.values():
        check_days(number, least=0)
    document["PrimaryCriteria"]["ObservationWindow"] = days


def rename(document: Document, edit: Rename) -> None:
    """A rule's name, or that of a card's list; empty gives back the automatic name."""
    name = _one_line(edit.name)
    spot = find(document, edit.path)
    if spot.sort is Sort.RULE:
        spot.node["name"] = name
        return
    domain, body = criterion_of(spot)
    found = list_for_change(document, body, code_key(domain, body))
    found["name"] = name or list_name(lines_of(found))


def set_title(document: Document, edit: SetTitle) -> None:
    """The title of the cohort."""
    title = _one_line(edit.title)
    if title:
        document["Title"] = title
    else:
        document.pop("Title", None)


def _one_line(text: str) -> str:
    flat = " ".join(text.split())
    if len(flat) > LONGEST_TEXT or not flat.isprintable():
        raise EditError(
            _("Ce nom ne convient pas."),
            why=_("Il fait plus de {most} caractères, ou il en a d’invisibles.").format(most=LONGEST_TEXT),
            remedy=_("Donnez un nom court, sur une ligne."),
        )
    return flat
