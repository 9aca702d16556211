"""The protocol's version, and how an older node is still understood.

A hub speaks to nodes one version behind: it writes their tasks in their version and lifts their answers
to its own. Version 2 added the task's `title`, which a reviewer reads at the node, and the answer's
`anchor`, the head of the node's ledger. A partial of version 2 may leave out its `evidence`.
"""

from collections.abc import Callable, Mapping
from typing import Any

CURRENT = 2
OLDEST_ACCEPTED = CURRENT - 1

Document = dict[str, Any]


def is_accepted(version: int) -> bool:
    """Whether a hub of this software talks to a node of that protocol version."""
    return OLDEST_ACCEPTED <= version <= CURRENT


def lower_task(document: Document, *, to: int) -> Document:
    """The task as a node of version `to` reads it. The document is not changed in place."""
    lowered = dict(document)
    for version in range(CURRENT, to, -1):
        lowered = _LOWER[version](lowered)
    return lowered


def lift_answer(document: Document) -> Document:
    """The answer in the current version, whatever accepted version it was written in."""
    lifted = dict(document)
    version = lifted.get("protocol")
    if isinstance(version, int) and is_accepted(version):
        for step in range(version, CURRENT):
            lifted = _LIFT[step](lifted)
    return lifted


def _lower_2_to_1(task: Document) -> Document:
    return {key: value for key, value in task.items() if key != "title"} | {"protocol": 1}


def _lift_1_to_2(answer: Document) -> Document:
    return answer | {"protocol": 2, "anchor": None}


_LOWER: Mapping[int, Callable[[Document], Document]] = {2: _lower_2_to_1}
_LIFT: Mapping[int, Callable[[Document], Document]] = {1: _lift_1_to_2}
