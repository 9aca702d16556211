"""How states change anywhere in Maillage: by a table of the moves that are allowed, and by no other."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar

State = TypeVar("State", bound=StrEnum)


def require_move(
    moves: Mapping[State, frozenset[State]], current: str, *, to: State, refused: Callable[[State], Exception]
) -> None:
    """Raises what `refused` makes of the present state, unless the table allows the move.

    Raises ValueError when `current`, as a row keeps it, is no state of the table.
    """
    present = type(to)(current)
    if to not in moves[present]:
        raise refused(present)
