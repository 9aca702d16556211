"""Where a path leads in a document: the JSON object, and the list that holds it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, cast

from maillage.base.i18n import _
from maillage.cohort.edit.draft import Document
from maillage.cohort.errors import EditError

Node = dict[str, Any]

LONGEST_PATH = 200
_STEP = re.compile(r"(?:with|[cdg]?[0-9]{1,4})")
_HOLDERS = {"c": "CriteriaList", "d": "DemographicCriteriaList", "g": "Groups"}


class Sort(Enum):
    """What a path leads to."""

    ENTRY = auto()
    RULE = auto()
    EVENT = auto()
    PERSON = auto()
    GROUP = auto()


_SORTS = {"c": Sort.EVENT, "d": Sort.PERSON, "g": Sort.GROUP}


@dataclass(frozen=True)
class Spot:
    """One object of a document. `holder` is the list it is in, at `index`; None where it is in no list."""

    path: str
    sort: Sort
    node: Node
    holder: list[Any] | None = None
    index: int = 0

    @property
    def group(self) -> Node:
        """The group that a rule or a group is. Raises EditError."""
        if self.sort is Sort.RULE:
            return self.node["expression"]
        if self.sort is Sort.GROUP:
            return self.node
        raise _wrong(self.path)

    @property
    def parent(self) -> str:
        """The path of what holds it."""
        return self.path.rpartition(".")[0]


def find(document: Document, path: str) -> Spot:
    """Where the path leads. Raises EditError when nothing is there."""
    root, *steps = path[:LONGEST_PATH].split(".")
    if len(path) > LONGEST_PATH or not all(map(_STEP.fullmatch, steps)):
        raise _not_there(path)
    spot, rest = _root(document, path, root, steps)
    for step in rest:
        spot = _below(spot, step, path)
    return spot


def find_card(document: Document, path: str) -> Spot:
    """The same, where the path of a rule with one card stands for the card. Raises EditError."""
    spot = find(document, path)
    if spot.sort is Sort.RULE:
        members = list(members_of(spot))
        if len(members) == 1 and members[0].sort is not Sort.GROUP:
            return members[0]
    if spot.sort in (Sort.RULE, Sort.GROUP):
        raise EditError(
            _("Il y a plusieurs critères ici."),
            why=_("Cette modification porte sur un seul critère."),
            remedy=_("Choisissez l’un d’eux."),
        )
    return spot


def members_of(spot: Spot) -> Iterator[Spot]:
    """The members of a rule or a group, in the order in which they are shown."""
    for letter, key in _HOLDERS.items():
        members = _list(spot.group, key)
        for index, node in enumerate(members):
            yield Spot(f"{spot.path}.{letter}{index}", _SORTS[letter], node, members, index)


def entries(document: Document) -> list[Node]:
    """The list of entry events, which is that of the document."""
    return own_list(document["PrimaryCriteria"], "CriteriaList")


def rules(document: Document) -> list[Node]:
    """The list of inclusion rules, which is that of the document."""
    return own_list(document, "InclusionRules")


def own_list(node: Node, key: str) -> list[Any]:
    """The list under a key, made where there is none."""
    if node.get(key) is None:
        node[key] = []
    return node[key]


def criterion_of(spot: Spot) -> tuple[str, Node]:
    """The domain and the body of an event's criterion. Raises EditError for what is no event."""
    if spot.sort is Sort.ENTRY:
        wrapper = spot.node
    elif spot.sort is Sort.EVENT:
        wrapper = spot.node["Criteria"]
    else:
        raise _wrong(spot.path)
    return next((name, body) for name, body in wrapper.items() if body is not None)


def holder_for(sort: Sort, group: Node) -> list[Any]:
    """The list of a group in which members of a sort are."""
    letter = next(letter for letter, one in _SORTS.items() if one is sort)
    return own_list(group, _HOLDERS[letter])


def _root(document: Document, path: str, root: str, steps: list[str]) -> tuple[Spot, list[str]]:
    if root == "also":
        group = document.get("AdditionalCriteria")
        if isinstance(group, dict):
            return Spot("also", Sort.GROUP, cast("Node", group)), steps
    holders = {
        "entry": (Sort.ENTRY, _primary(document)),
        "rule": (Sort.RULE, _list(document, "InclusionRules")),
    }
    if root in holders and steps and steps[0].isdecimal():
        sort, holder = holders[root]
        return _member(f"{root}.{int(steps[0])}", sort, holder, int(steps[0]), path), steps[1:]
    raise _not_there(path)


def _primary(document: Document) -> list[Any]:
    return _list(document["PrimaryCriteria"], "CriteriaList")


def _below(spot: Spot, step: str, path: str) -> Spot:
    if step == "with" and spot.sort in (Sort.ENTRY, Sort.EVENT):
        _domain, body = criterion_of(spot)
        group = body.get("CorrelatedCriteria")
        if isinstance(group, dict):
            return Spot(f"{spot.path}.with", Sort.GROUP, cast("Node", group))
    elif spot.sort in (Sort.RULE, Sort.GROUP) and step[0] in _HOLDERS:
        members, index = _list(spot.group, _HOLDERS[step[0]]), int(step[1:])
        return _member(f"{spot.path}.{step[0]}{index}", _SORTS[step[0]], members, index, path)
    raise _not_there(path)


def _member(path: str, sort: Sort, holder: list[Any], index: int, asked: str) -> Spot:
    if index >= len(holder):
        raise _not_there(asked)
    return Spot(path, sort, holder[index], holder, index)


def _list(node: Node, key: str) -> list[Any]:
    return node.get(key) or []


def _not_there(path: str) -> EditError:
    return EditError(
        _("Il n’y a pas de critère à l’adresse « {path} ».").format(path=path[:40]),
        why=_("La cohorte a peut-être changé entre-temps, dans un autre onglet par exemple."),
        remedy=_("Rechargez la page, puis refaites la modification."),
    )


def _wrong(path: str) -> EditError:
    return EditError(
        _("Cette modification ne s’applique pas ici ({path}).").format(path=path[:40]),
        remedy=_("Choisissez un autre critère."),
    )
