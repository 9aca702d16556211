"""Edits of groups and of order: together, apart, copied, moved, taken away."""

from collections.abc import Sequence

from maillage.base.i18n import _
from maillage.cohort.edit.draft import Document, copy_of
from maillage.cohort.edit.edits import Duplicate, Group, Move, Remove, SetMode, Ungroup
from maillage.cohort.edit.lists import drop_unused, references
from maillage.cohort.edit.model import Mode
from maillage.cohort.edit.places import Node, Sort, Spot, find, holder_for, members_of, rules
from maillage.cohort.errors import EditError
from maillage.cohort.expression import GroupType

_TYPES = {
    Mode.ALL: GroupType.ALL,
    Mode.ANY: GroupType.ANY,
    Mode.AT_LEAST: GroupType.AT_LEAST,
    Mode.AT_MOST: GroupType.AT_MOST,
}
_AT_LEAST_TWO = 2


def empty_group(kind: GroupType = GroupType.ALL) -> Node:
    """A group without a member yet."""
    return {"Type": kind.value, "CriteriaList": [], "DemographicCriteriaList": [], "Groups": []}


def write_mode(group: Node, mode: Mode, *, count: int | None, members: int) -> None:
    """How many of the members must hold. Raises EditError for a number that makes no sense."""
    group["Type"] = _TYPES[mode].value
    if not _TYPES[mode].counts:
        group.pop("Count", None)
        return
    least = 1 if mode is Mode.AT_LEAST else 0
    if count is None or not least <= count <= members:
        raise EditError(
            _("Ce nombre de conditions n’est pas possible."),
            why=_("Le groupe a {members} conditions.").format(members=members),
            remedy=_("Donnez un nombre entre {least} et {members}.").format(least=least, members=members),
        )
    group["Count"] = count


def set_mode(document: Document, edit: SetMode) -> None:
    """All, any, at least or at most so many."""
    spot = find(document, edit.path)
    write_mode(spot.group, edit.mode, count=edit.count, members=len(list(members_of(spot))))


def group(document: Document, edit: Group) -> None:
    """Members of one parent in a group of their own; whole rules in one rule."""
    spots = [find(document, path) for path in dict.fromkeys(edit.paths)]
    if len(spots) < _AT_LEAST_TWO or len({spot.parent for spot in spots}) > 1:
        raise EditError(
            _("Ces critères ne peuvent pas être réunis."),
            why=_("Un groupe réunit au moins deux critères qui sont au même niveau."),
            remedy=_("Choisissez-en deux ou plus, dans un même groupe ou parmi les critères d’inclusion."),
        )
    if spots[0].sort is Sort.ENTRY:
        raise EditError(
            _("Les événements d’entrée ne se groupent pas."),
            why=_("N’importe lequel d’entre eux fait déjà entrer la personne."),
            remedy=_("Groupez des critères d’inclusion."),
        )
    made = _join_rules(document, spots) if spots[0].sort is Sort.RULE else _join(document, spots)
    write_mode(made, edit.mode, count=edit.count, members=len(list(_members(made))))


def _members(made: Node) -> list[Spot]:
    return list(members_of(Spot("", Sort.GROUP, made)))


def _join(document: Document, spots: Sequence[Spot]) -> Node:
    parent = find(document, spots[0].parent)
    if len(spots) == len(list(members_of(parent))):
        return parent.group
    return take_into_group(parent, spots)


def take_into_group(parent: Spot, spots: Sequence[Spot]) -> Node:
    """A new group of these members, in their parent."""
    made = empty_group()
    for spot in spots:
        holder_for(spot.sort, made).append(spot.node)
    for spot in spots:
        _take(spot)
    holder_for(Sort.GROUP, parent.group).append(made)
    return made


def _take(spot: Spot) -> None:
    """Out of the list that holds it; by identity, for two members may be equal."""
    holder = spot.holder or []
    index = next(index for index, node in enumerate(holder) if node is spot.node)
    del holder[index]


def _join_rules(document: Document, spots: Sequence[Spot]) -> Node:
    made = empty_group()
    for spot in spots:
        sort, node = member_of(spot)
        holder_for(sort, made).append(node)
    first = min(spots, key=lambda spot: spot.index)
    rules(document)[first.index] = {"name": "", "expression": made}
    for spot in spots:
        if spot is not first:
            _take(spot)
    return made


def member_of(spot: Spot) -> tuple[Sort, Node]:
    """What joins a group: of a rule its only criterion, unless it is counted, else the rule's own group."""
    if spot.sort is not Sort.RULE:
        return spot.sort, spot.node
    members = list(members_of(spot))
    if len(members) == 1 and not GroupType(str(spot.group.get("Type", "ALL")).upper()).counts:
        return members[0].sort, members[0].node
    return Sort.GROUP, spot.group


def ungroup(document: Document, edit: Ungroup) -> None:
    """The members of a group in its parent, those of a rule as rules."""
    spot = find(document, edit.path)
    members = list(members_of(spot))
    if spot.sort is Sort.RULE:
        if len(members) < _AT_LEAST_TWO:
            raise EditError(_("Ce critère n’est pas un groupe."), remedy=_("Il n’y a rien à séparer."))
        made = [{"name": "", "expression": group_of(member)} for member in members]
        found = rules(document)
        found[spot.index : spot.index + 1] = made
        return
    if spot.holder is None:
        raise EditError(
            _("Ce groupe tient à un événement : il ne se défait pas."),
            remedy=_("Retirez ses critères, ou changez son mode."),
        )
    parent = find(document, spot.parent)
    _take(spot)
    for member in members:
        holder_for(member.sort, parent.group).append(member.node)


def group_of(member: Spot) -> Node:
    """The group that a member is, or one that holds it alone."""
    if member.sort is Sort.GROUP:
        return member.node
    made = empty_group()
    holder_for(member.sort, made).append(member.node)
    return made


def duplicate(document: Document, edit: Duplicate) -> None:
    """A copy right after, named by what it asks. Both use one list until one of them changes it."""
    spot = find(document, edit.path)
    if spot.holder is None:
        raise EditError(_("Ceci ne se duplique pas."), remedy=_("Dupliquez un critère ou un groupe."))
    copied = copy_of(spot.node)
    if spot.sort is Sort.RULE:
        copied["name"] = ""
    spot.holder.insert(spot.index + 1, copied)


def move(document: Document, edit: Move) -> None:
    """Up or down among its like, as far as the list goes."""
    spot = find(document, edit.path)
    holder = spot.holder
    if holder is None:
        raise EditError(_("Ceci ne se déplace pas."), remedy=_("Déplacez un critère ou un groupe."))
    wanted = min(max(spot.index + edit.by, 0), len(holder) - 1)
    holder.insert(wanted, holder.pop(spot.index))


def remove(document: Document, edit: Remove) -> None:
    """What is taken away, the groups that it leaves empty, the lists that nothing else used."""
    spot = find(document, edit.path)
    freed = set(references(spot.node))
    detach(document, spot)
    drop_unused(document, freed)


def detach(document: Document, spot: Spot) -> None:
    """Out of where it is, with the groups that it leaves empty; the lists of its codes stay."""
    if spot.holder is None:
        _remove_owned(document, spot)
        return
    _take(spot)
    if spot.sort in (Sort.ENTRY, Sort.RULE):
        return
    parent = find(document, spot.parent)
    left = len(list(members_of(parent)))
    if left == 0:
        detach(document, parent)
    elif parent.group.get("Count") is not None:
        # At least three of two would let nobody in.
        parent.group["Count"] = min(parent.group["Count"], left)


def _remove_owned(document: Document, spot: Spot) -> None:
    """A group that is the only one of its owner."""
    if spot.path == "also":
        document.pop("AdditionalCriteria")
        return
    owner = find(document, spot.parent)
    wrapper = owner.node if owner.sort is Sort.ENTRY else owner.node["Criteria"]
    for body in wrapper.values():
        if body is not None:
            body.pop("CorrelatedCriteria", None)
