"""In what state a member is, and where it may go from there."""

from collections.abc import Mapping
from enum import StrEnum

from maillage.base.moves import require_move
from maillage.governance.group.errors import MemberStateError


class MemberState(StrEnum):
    """Only an active member is asked and may answer."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DEPARTED = "departed"


MOVES: Mapping[MemberState, frozenset[MemberState]] = {
    MemberState.ACTIVE: frozenset({MemberState.SUSPENDED, MemberState.DEPARTED}),
    MemberState.SUSPENDED: frozenset({MemberState.ACTIVE, MemberState.DEPARTED}),
    MemberState.DEPARTED: frozenset(),
}


PLACED = frozenset({MemberState.ACTIVE, MemberState.SUSPENDED})
"""Who is on the map, and may be placed elsewhere on it."""


def check_move(*, site: str, current: str, to: MemberState) -> None:
    """Raises MemberStateError when the table does not allow it."""
    require_move(
        MOVES,
        current,
        to=to,
        refused=lambda state: MemberStateError(site=site, current=state, to=to),
    )
