"""Edits that bring terms in: entry events, rules, cards, codes of a list."""

from collections.abc import Sequence
from dataclasses import replace

from maillage.base.i18n import _
from maillage.cohort.circe.limits import MAX_RULES
from maillage.cohort.edit.build import (
    check_together,
    correlated,
    criterion,
    default_when,
    demographic,
    domain_of,
    first_attribute,
    sort_of,
)
from maillage.cohort.edit.draft import Document, copy_of
from maillage.cohort.edit.edits import (
    AddEntry,
    AddRule,
    AddTermTo,
    AddTo,
    ExcludeTerm,
    PasteTerms,
    RemoveTerm,
    ToggleDescendants,
)
from maillage.cohort.edit.kinds import SOURCES
from maillage.cohort.edit.lists import items_of, lines_of, list_for_change, put_lines
from maillage.cohort.edit.model import Mode, Sense, Value
from maillage.cohort.edit.places import (
    Node,
    Sort,
    Spot,
    criterion_of,
    entries,
    find,
    find_card,
    holder_for,
    members_of,
    rules,
)
from maillage.cohort.edit.structure import empty_group, take_into_group, write_mode
from maillage.cohort.edit.terms import Kind, Term, kind_of
from maillage.cohort.errors import EditError
from maillage.cohort.expression import OccurrenceType


def add_entry(document: Document, edit: AddEntry) -> None:
    """One more entry event; the first ever where all the others are."""
    _enter(document, (edit.term,), value=edit.value)


def _enter(document: Document, terms: Sequence[Term], *, value: Value | None = None) -> None:
    body = criterion(document, terms, value=value)
    domain = domain_of(terms[0])
    others = entries(document)
    first = first_attribute(domain)
    if first and _are_first(others):
        body[domain][first] = True
    others.append(body)


def _are_first(wrappers: Sequence[Node]) -> bool:
    """Whether each is the first ever, of those that may be asked so."""
    flags = [
        body.get("First") is True
        for wrapper in wrappers
        for domain, body in wrapper.items()
        if body is not None and first_attribute(domain)
    ]
    return bool(flags) and all(flags)


def add_rule(document: Document, edit: AddRule) -> None:
    """A new rule of one card."""
    _append_rule(document, _member(document, (edit.term,), edit), sort_of(edit.term))


def _append_rule(document: Document, member: Node, sort: Sort) -> None:
    found = rules(document)
    if len(found) >= MAX_RULES:
        raise EditError(
            _("La cohorte a trop de critères d’inclusion."),
            why=_("La limite est de {limit}.").format(limit=MAX_RULES),
            remedy=_("Réunissez-en plusieurs dans un groupe."),
        )
    group = empty_group()
    holder_for(sort, group).append(member)
    found.append({"name": "", "expression": group})


def _member(document: Document, terms: Sequence[Term], edit: AddRule | AddTo | PasteTerms) -> Node:
    if isinstance(edit, PasteTerms):
        body, when = criterion(document, terms), default_when(terms[0], edit.sense)
        return correlated(body, sense=edit.sense, when=when)
    if sort_of(edit.term) is Sort.PERSON:
        return demographic(edit.term, sense=edit.sense, value=edit.value)
    body, when = (
        criterion(document, terms, value=edit.value),
        edit.when or default_when(edit.term, edit.sense),
    )
    return correlated(body, sense=edit.sense, when=when, occurs=edit.occurs)


def add_to(document: Document, edit: AddTo) -> None:
    """A card into a rule or a group; beside another card, in a group of the two."""
    spot = find(document, edit.path)
    if spot.sort in (Sort.EVENT, Sort.PERSON):
        spot = _group_around(document, spot, edit.mode)
    elif spot.sort is Sort.ENTRY:
        raise _entries_are_alternatives()
    elif len(list(members_of(spot))) == 1:
        write_mode(spot.group, edit.mode, count=1, members=2)
    member = _member(document, (edit.term,), edit)
    if edit.when is None and edit.sense is Sense.INCLUDE and kind_of(edit.term) is Kind.CODE:
        member |= _shared_window(spot)
    holder_for(sort_of(edit.term), spot.group).append(member)


def _shared_window(spot: Spot) -> Node:
    """When the events already there lie, where all are to be at one time: who adds one more means it too."""
    events = [member.node for member in members_of(spot) if member.sort is Sort.EVENT]
    windows = [{key: event.get(key) for key in _WINDOW} for event in events if _is_plain(event)]
    if len(windows) != len(events) or any(window != windows[0] for window in windows):
        return {}
    return copy_of(windows[0]) if windows else {}


_WINDOW = ("StartWindow", "RestrictVisit")


def _is_plain(event: Node) -> bool:
    """Whether it is one event at least, in one window."""
    occurrence = event["Occurrence"]
    return int(occurrence["Type"]) == OccurrenceType.AT_LEAST and event.get("EndWindow") is None


def _group_around(document: Document, spot: Spot, mode: Mode) -> Spot:
    """The group that holds a card alone, or one made for it among others."""
    parent = find(document, spot.parent)
    if len(list(members_of(parent))) > 1:
        group = take_into_group(parent, [spot])
        write_mode(group, mode, count=1, members=2)
        return replace(spot, sort=Sort.GROUP, node=group)
    write_mode(parent.group, mode, count=1, members=2)
    return parent


def _entries_are_alternatives() -> EditError:
    return EditError(
        _("Un événement d’entrée ne se met pas dans un groupe."),
        why=_("N’importe lequel des événements d’entrée fait entrer la personne."),
        remedy=_("Ajoutez un autre événement d’entrée, ou un critère."),
    )


def paste_terms(document: Document, edit: PasteTerms) -> None:
    """Many codes at once: a new entry event, a new rule, or into a card's list."""
    check_together(edit.terms)
    if edit.path == "entry":
        _enter(document, edit.terms)
    elif edit.path == "rule":
        _append_rule(document, _member(document, edit.terms, edit), Sort.EVENT)
    else:
        _extend(document, edit.path, edit.terms, excluded=edit.sense is Sense.EXCLUDE)


def add_term(document: Document, edit: AddTermTo) -> None:
    """One more code in a list."""
    _extend(document, edit.path, (edit.term,), excluded=False)


def exclude_term(document: Document, edit: ExcludeTerm) -> None:
    """A code that does not count, though the list has it under another."""
    _extend(document, edit.path, (edit.term,), excluded=True)


def _extend(document: Document, path: str, terms: Sequence[Term], *, excluded: bool) -> None:
    domain, body = criterion_of(find_card(document, path))
    for term in terms:
        _check_fits(term, domain, body)
    found = list_for_change(document, body, code_key(domain, body))
    added = [item for term in terms for item in items_of(term, excluded=excluded)]
    new = {item["concept"]["CONCEPT_ID"] for item in added}
    kept = [item for item in lines_of(found) if item["concept"]["CONCEPT_ID"] not in new]
    put_lines(found, [*kept, *added])


def _check_fits(term: Term, domain: str, body: Node) -> None:
    wanted = "CodesetId" if term.standard else SOURCES.get(domain)
    if domain_of(term) != domain or wanted != code_key(domain, body):
        raise EditError(
            _("« {term} » ne va pas dans cette liste.").format(term=term.name[:60]),
            why=_("Il désigne des événements d’un autre genre."),
            remedy=_("Ajoutez-le comme un critère à part, réuni à celui-ci par « ou »."),
        )


def code_key(domain: str, body: Node) -> str:
    """The attribute that holds the id of the criterion's list."""
    source = SOURCES.get(domain, "")
    return source if body.get("CodesetId") is None and body.get(source) is not None else "CodesetId"


def remove_term(document: Document, edit: RemoveTerm) -> None:
    """A code out of a list; not the last that counts."""
    found, lines = _lines(document, edit.path)
    kept = [item for item in lines if item["concept"]["CONCEPT_ID"] != edit.concept_id]
    if len(kept) == len(lines):
        raise _no_such_code(edit.concept_id)
    if all(item.get("isExcluded") for item in kept):
        raise EditError(
            _("C’est le dernier code de cette liste."),
            why=_("Une liste vide ne trouve aucun événement."),
            remedy=_("Ajoutez d’abord un autre code, ou retirez le critère."),
        )
    put_lines(found, kept)


def toggle_descendants(document: Document, edit: ToggleDescendants) -> None:
    """A code with everything under it, or alone."""
    found, lines = _lines(document, edit.path)
    changed = [
        item | {"includeDescendants": not item.get("includeDescendants")}
        if item["concept"]["CONCEPT_ID"] == edit.concept_id
        else item
        for item in lines
    ]
    if changed == lines:
        raise _no_such_code(edit.concept_id)
    put_lines(found, changed)


def _lines(document: Document, path: str) -> tuple[Node, list[Node]]:
    domain, body = criterion_of(find_card(document, path))
    found = list_for_change(document, body, code_key(domain, body))
    return found, lines_of(found)


def _no_such_code(concept_id: int) -> EditError:
    return EditError(
        _("Ce code n’est pas dans la liste (concept {id}).").format(id=concept_id),
        why=_("La liste a peut-être changé entre-temps."),
        remedy=_("Rechargez la page."),
    )
