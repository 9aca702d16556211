"""The terms in a field of concepts, by the names and codes that people know."""

from dataclasses import dataclass

from maillage.base.i18n import _
from maillage.hub.boot import Hub
from maillage.hub.portal.fields.concepts import Item, list_items
from maillage.hub.portal.fields.shapes import Node, Widget
from maillage.hub.terms.events import EVENTS


@dataclass(frozen=True)
class Chip:
    """One term that was chosen; `can_turn` where what is below it may be left out."""

    concept_id: int
    name: str
    badge: str
    code: str
    below: bool
    excluded: bool
    can_turn: bool


def list_chips(node: Node, text: str, *, hub: Hub) -> tuple[Chip, ...]:
    """The terms of a field, in their order."""
    can_turn = node.widget is Widget.CONCEPTS
    return tuple(_name(item, can_turn=can_turn, hub=hub) for item in list_items(text))


def _name(item: Item, *, can_turn: bool, hub: Hub) -> Chip:
    # Here and not above: the description of a term brings the search of them all.
    from maillage.hub.terms.buckets import Buckets
    from maillage.hub.terms.suggest import describe_concept

    concept = item.concept_id
    terms = hub.shelf.look(hub=hub)
    found = None if terms is None else describe_concept(concept, terms=terms, buckets=Buckets({}))
    if found is not None:
        name, badge, code = found.name, found.badge, found.code
    else:
        event = next((one.label for one in EVENTS if one.concept_id == concept), "")
        name, badge, code = event or _("terme {id}, absent du référentiel").format(id=concept), "", ""
    return Chip(concept, name, badge, code, item.below, item.excluded, can_turn)
