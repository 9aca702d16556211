"""Criteria, groups and rules put elsewhere: into a group, out of one, in a group of their own."""

from maillage.base.i18n import _
from maillage.cohort.edit.draft import Document
from maillage.cohort.edit.edits import MoveTo, SetSense
from maillage.cohort.edit.model import Mode, Sense
from maillage.cohort.edit.outline import outline
from maillage.cohort.edit.places import Sort, Spot, find, holder_for, members_of, rules
from maillage.cohort.edit.setting import set_sense
from maillage.cohort.edit.structure import (
    detach,
    empty_group,
    group_of,
    member_of,
    take_into_group,
    write_mode,
)
from maillage.cohort.errors import EditError

OUT, NEW = "rule", "group"
"""Where a thing goes besides into a rule or a group: out, as a rule of its own; into a new group."""


def move_to(document: Document, edit: MoveTo) -> None:
    """As `MoveTo` says. What it leaves empty goes; a group asks for no more members than it has left."""
    spot = find(document, edit.path)
    if spot.holder is None or spot.sort is Sort.ENTRY:
        raise EditError(
            _("Ceci ne se met pas ailleurs."),
            why=_("Un événement d’entrée, ou ce qui tient à un événement, a sa place."),
            remedy=_("Déplacez un critère ou un groupe de critères."),
        )
    if edit.into == OUT:
        _move_out(document, spot, edit)
    elif edit.into == NEW:
        _nest(document, spot)
    else:
        _move_in(document, spot, edit.into)


def _move_in(document: Document, spot: Spot, path: str) -> None:
    if f"{path}.".startswith(f"{spot.path}."):
        raise EditError(
            _("Un groupe ne va pas dans lui-même."), remedy=_("Choisissez un autre critère ou groupe.")
        )
    target = find(document, path)
    group = target.group
    if spot.sort is not Sort.RULE and spot.parent == target.path:
        return
    if target.sort is Sort.RULE and len(list(members_of(target))) == 1:
        # Rules are joined by « and » already.
        write_mode(group, Mode.ANY, count=None, members=2)
    sort, node = member_of(spot)
    detach(document, spot)
    holder_for(sort, group).append(node)


def _move_out(document: Document, spot: Spot, edit: MoveTo) -> None:
    rule = spot.node if spot.sort is Sort.RULE else {"name": "", "expression": group_of(spot)}
    detach(document, spot)
    found = rules(document)
    rank = len(found) if edit.rank is None else min(max(edit.rank, 0), len(found))
    found.insert(rank, rule)
    if edit.sense is not None and _sense_of(document, rank) is not edit.sense:
        set_sense(document, SetSense(f"rule.{rank}", edit.sense))


def _nest(document: Document, spot: Spot) -> None:
    if spot.sort is Sort.RULE:
        outer = empty_group()
        outer["Groups"].append(spot.group)
        spot.node["expression"] = outer
        return
    made = take_into_group(find(document, spot.parent), [spot])
    write_mode(made, Mode.ANY, count=None, members=1)


def _sense_of(document: Document, rank: int) -> Sense:
    return outline(document).rules[rank].sense
