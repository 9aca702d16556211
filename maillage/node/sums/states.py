"""The life of this hospital's part in one masked sum, as data."""

from collections.abc import Mapping
from enum import StrEnum

from maillage.base.i18n import _
from maillage.base.moves import require_move
from maillage.node.errors import MoveError


class SumState(StrEnum):
    """What left this hospital so far. Each is on disk before what it names leaves."""

    OFFERED = "offered"
    MASKED = "masked"
    AGREED = "agreed"
    REVEALED = "revealed"
    ENDED = "ended"


SUM_MOVES: Mapping[SumState, frozenset[SumState]] = {
    # The numbers are computed and sealed; a key was offered.
    SumState.OFFERED: frozenset({SumState.MASKED, SumState.ENDED}),
    # It is known who takes part; the numbers leave under masks made for these and no others.
    SumState.MASKED: frozenset({SumState.AGREED, SumState.ENDED}),
    # One list of those who answered is signed; there is never another.
    SumState.AGREED: frozenset({SumState.REVEALED, SumState.ENDED}),
    # The answer that lifts the masks is recorded; numbers and seeds are gone.
    SumState.REVEALED: frozenset(),
    # Numbers and seeds are gone; nothing was lifted, and nothing can be.
    SumState.ENDED: frozenset(),
}


def check_sum_move(session: str, *, present: SumState, to: SumState) -> None:
    """Raises MoveError unless the table allows the move."""
    require_move(
        SUM_MOVES,
        present,
        to=to,
        refused=lambda state: MoveError(
            _("La somme {session} est dans l’état « {state} ».").format(session=session, state=state),
            why=_("Elle ne peut pas passer à « {state} ».").format(state=to),
        ),
    )
