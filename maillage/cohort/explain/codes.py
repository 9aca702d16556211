"""The code lists in full, and the concepts that conditions quote one by one: OMOP's numbers come last."""

from collections.abc import Iterator

from maillage.base.i18n import _
from maillage.cohort.explain.grammar import clean, together
from maillage.cohort.explain.names import Names
from maillage.cohort.explain.structure import Item, Section, Sense
from maillage.cohort.expression import CohortExpression, ConceptSet, ConceptSetItem
from maillage.cohort.expression.values import Concept
from maillage.cohort.walk import used_sets


def lists_section(expression: CohortExpression, names: Names) -> Iterator[Section]:
    """Every concept set, then the values quoted in the conditions."""
    used = used_sets(expression)
    items = [_list_item(one, names, used=one.id in used) for one in expression.concept_sets]
    if names.quoted:
        quoted = tuple(Item(concept_line(concept)) for concept in names.quoted)
        items.append(Item(_("Valeurs citées dans les conditions :"), quoted, fold=True))
    if items:
        yield Section("lists", _("Listes de codes"), items=tuple(items))


def _list_item(one: ConceptSet, names: Names, *, used: bool) -> Item:
    heading = names.concept_set(one.id)
    if not used:
        heading = _("{list}, dont la définition ne se sert pas").format(list=heading)
    kept = tuple(_member(item) for item in one.items if not item.exclude)
    left_out = tuple(_member(item) for item in one.items if item.exclude)
    if not kept:
        return Item(_("{list} : aucun code, donc aucun événement.").format(list=heading), _left_out(left_out))
    if not left_out:
        return Item(_("{list} :").format(list=heading), kept, fold=True)
    counted = Item(_("Comptent :"), kept, Sense.REQUIRES, fold=True)
    return Item(_("{list} :").format(list=heading), (counted, *_left_out(left_out)))


def _left_out(items: tuple[Item, ...]) -> tuple[Item, ...]:
    if not items:
        return ()
    text = _("Ne comptent pas, même si une ligne ci-dessus les comprend :")
    return (Item(text, items, Sense.FORBIDS, fold=True),)


def _member(item: ConceptSetItem) -> Item:
    match item.descendants, item.mapped:
        case False, False:
            reach = _("ce code seul")
        case True, False:
            reach = _("et tout ce qui en dépend")
        case False, True:
            reach = _("ce code et les codes d’origine qui lui correspondent")
        case _:
            reach = _("et tout ce qui en dépend, avec les codes d’origine qui y correspondent")
    return Item(concept_line(item.concept, reach))


def concept_line(concept: Concept, reach: str = "") -> str:
    """`E11 (CIM10) Diabète de type 2, et tout ce qui en dépend [concept 201826]`."""
    code, vocabulary = clean(concept.code or ""), clean(concept.vocabulary or "")
    known = " ".join(part for part in (code, f"({vocabulary})" if vocabulary else "") if part)
    label = clean(concept.name or "") or _("sans libellé")
    named = f"{known} {label}" if known else label
    number = together(_("concept {id}").format(id=concept.id))
    return f"{named}, {reach} [{number}]" if reach else f"{named} [{number}]"
