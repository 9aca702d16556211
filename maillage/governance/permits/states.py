"""In what state a published permit is, and where it may go from there."""

from collections.abc import Mapping
from enum import StrEnum

from maillage.base.i18n import _
from maillage.base.moves import require_move
from maillage.governance.permits.errors import PermitStateError


class PermitState(StrEnum):
    """Only a published one is asked under."""

    PUBLISHED = "published"
    REPLACED = "replaced"
    REVOKED = "revoked"


MOVES: Mapping[PermitState, frozenset[PermitState]] = {
    PermitState.PUBLISHED: frozenset({PermitState.REPLACED, PermitState.REVOKED}),
    # Hospitals that accepted the former one still hold it; the committee may take it back from them.
    PermitState.REPLACED: frozenset({PermitState.REVOKED}),
    PermitState.REVOKED: frozenset(),
}


def check_move(*, name: str, current: str, to: PermitState) -> None:
    """Raises PermitStateError when the table does not allow it."""
    require_move(
        MOVES,
        current,
        to=to,
        refused=lambda state: PermitStateError(
            _("L’autorisation « {permit} » ne peut pas passer de l’état {current} à l’état {to}.").format(
                permit=name[:40], current=state, to=to
            )
        ),
    )
